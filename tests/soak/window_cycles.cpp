// Opens and closes the window for ever: the whole program's window, and its parts within one window.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "app/model/studio.h"
#include "app/window/glfw_window.h"
#include "app/window/imgui_session.h"
#include "app/window/live_stage.h"
#include "app/window/window.h"
#include "tests/gui/virtual_display.h"
#include "tests/soak/soak.h"

namespace framespool::soak {

namespace {

constexpr int kRepaints = 3;

Result<void> open_and_close(const Folder& folder) {
  WindowOptions options;
  options.takes = folder / "takes";
  options.exports = folder / "exports";
  int left = kRepaints;
  options.stop_requested = [&] { return left-- == 0; };
  return run_window(options);
}

// What the window makes in its context: the interface's objects, the scene's, the recorder's.
Result<void> use_parts(GlfwWindow& window, const Folder& folder) {
  ImGuiSession interface(window.handle());
  interface.set_scale(1, 1);
  LiveStage stage(folder / "takes");
  Studio studio(stage, folder / "takes", folder / "exports", real_exports());
  if (auto sized = stage.resize(kWidth, kHeight); !sized) return sized;
  if (auto loaded = stage.load_scene(bundled_scenes().front().name); !loaded) return loaded;
  const auto take = folder / "takes" / "soak.fspool";
  if (auto begun = stage.begin_recording(take); !begun) return begun;
  for (int i = 0; i < kRepaints; ++i) {
    if (auto drawn = stage.draw(); !drawn) return drawn;
    interface.begin_frame();
    interface.end_frame(kWidth, kHeight);
  }
  if (auto ended = stage.end_recording(); !ended) return tl::unexpected(ended.error());
  std::filesystem::remove(take);
  return {};
}

}  // namespace

bool run_window_cycles(long cycles) {
  const testing_gui::VirtualDisplay display(1400, 900);
  if (display.name().empty()) {
    fmt::print("window: no virtual display (Xvfb) could be started\n");
    return false;
  }
  ::setenv("DISPLAY", display.name().c_str(), 1);
  const Folder folder;
  std::filesystem::create_directory(folder / "takes");
  print_heading();
  // ImGui's OpenGL loader asks atexit() for another entry each time it begins: the C library makes room for
  // 32 at once.
  const long atexit_blocks = cycles / 32 + 1;
  bool good = true;
  {
    auto window = GlfwWindow::open(1);
    if (!window) {
      fmt::print("{}\n", window.error().line());
      return false;
    }
    Row parts{"parts of the window", cycles, [&] { return use_parts(**window, folder); }};
    parts.in_context = true;
    parts.theirs_apart = true;
    parts.allowed_blocks = atexit_blocks;
    good = run(parts);
  }
  Row alone{"window alone (baseline)", cycles, use_window_alone};
  alone.theirs_apart = true;
  const auto baseline = grow(alone);
  if (!baseline) return false;
  print(alone, *baseline, "");
  Row window{"window", cycles, [&] { return open_and_close(folder); }};
  window.theirs_apart = true;
  window.allowed_blocks = atexit_blocks;
  return run(window, *baseline) && good;
}

}  // namespace framespool::soak
