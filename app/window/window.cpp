#include "app/window/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "app/model/control_inbox.h"
#include "app/model/memory_meter.h"
#include "app/model/naming.h"
#include "app/model/studio.h"
#include "app/model/studio_control.h"
#include "app/platform/clock.h"
#include "app/platform/control_socket.h"
#include "app/platform/print.h"
#include "app/window/frame_pacer.h"
#include "app/window/glfw_window.h"
#include "app/window/imgui_session.h"
#include "app/window/live_stage.h"
#include "app/window/panels.h"
#include "cache/cache_directory.h"

namespace framespool {

namespace {

constexpr std::int64_t kStep_ns = 1'000'000'000 / 60;
constexpr std::int64_t kLongestRest_ns = 200'000'000;  // of the scene, while an export runs
constexpr double kProgramStep_s = 1.0 / 15;

// FRAMESPOOL_SCALE: 1 to 4; anything else is not asked for.
float scale_override() {
  const char* text = std::getenv("FRAMESPOOL_SCALE");
  if (!text) return 0;
  const std::string_view view(text);
  float scale = 0;
  const auto [end, problem] = std::from_chars(view.data(), view.data() + view.size(), scale);
  return problem == std::errc() && end == view.data() + view.size() && scale >= 0.5f && scale <= 4 ? scale
                                                                                                   : 0;
}

Result<WindowOptions> with_defaults(WindowOptions options) {
  if (options.takes.empty()) {
    auto takes = default_cache_directory();
    if (!takes) return tl::unexpected(takes.error());
    options.takes = *takes;
  }
  if (options.exports.empty()) options.exports = default_exports_directory();
  if (options.scene.empty()) {
    if (bundled_scenes().empty()) return fail(ErrorKind::failed, "no scene", "no bundled scene was found");
    options.scene = bundled_scenes().front().name;
  }
  return options;
}

class App {
 public:
  App(const WindowOptions& options, GlfwWindow& window)
      : options_(options),
        window_(window),
        imgui_(window.handle()),
        stage_(options.takes),
        studio_(stage_, options.takes, options.exports, real_exports()) {}

  Result<void> start() {
    // The size first: an impossible one is an error before anything is drawn.
    stage_.set_reserve(options_.reserve_bytes);
    studio_.set_reserve(options_.reserve_bytes);
    if (auto sized = fit_stage(); !sized) return sized;
    return stage_.load_scene(options_.scene);
  }

  void run() {
    // Without a place for it the window works all the same.
    const auto control = ControlSocket::listen([this](const std::string& line) { return inbox_.ask(line); });
    while (studio_.quit_state() != QuitState::now) {
      repaint();
      wait_for_next();
    }
  }

 private:
  Layout layout() const {
    const auto size = window_.size();
    return lay_out(static_cast<float>(size.width), static_cast<float>(size.height), window_.scale());
  }

  Result<void> fit_stage() {
    if (options_.width > 0 && options_.height > 0) return stage_.resize(options_.width, options_.height);
    const auto size = window_.size();
    if (size.pixel_width == 0 || size.pixel_height == 0) return {};  // minimised: the picture stays as it was
    const Box box = layout().viewport;
    // Even sizes, so that a movie needs no padding.
    const auto even = [ratio = size.pixel_ratio()](float length) {
      return std::max(2u, static_cast<std::uint32_t>(length * ratio) & ~1u);
    };
    return stage_.resize(even(box.width), even(box.height));
  }

  void obey(const Commands& commands) {
    for (const Command& command : commands) studio_.obey(command, monotonic_ns());
  }

  void obey_keys() {
    commands_.clear();
    window_.take_commands(commands_);
    if (window_.take_enter()) {
      if (studio_.quit_state() == QuitState::asking)
        commands_.push_back(command::AnswerQuit{command::QuitChoice::wait_for_exports});
      else if (studio_.sheet())
        commands_.push_back(command::StartExport{});
      else if (studio_.program_sheet() && !studio_.program_sheet()->browser)
        commands_.push_back(command::StartProgram{});
    }
    obey(commands_);
  }

  void draw_scene() {
    if (auto sized = fit_stage(); !sized) studio_.report(sized.error(), monotonic_ns());
    if (auto drawn = stage_.draw(); !drawn) {
      // A frame that cannot be recorded (too large, say) is said; the frames after it may be.
      if (drawn.error().kind == ErrorKind::usage)
        studio_.report(drawn.error(), monotonic_ns());
      else
        studio_.recording_broke(drawn.error(), monotonic_ns());
    }
    studio_.set_expected_rate(stage_.expected_bytes_per_second());
  }

  void repaint() {
    const auto size = window_.size();
    imgui_.set_scale(window_.scale(), size.pixel_ratio());
    obey_keys();
    StudioControl recorder(studio_, stage_, monotonic_ns());
    inbox_.serve(recorder);
    if (options_.stop_requested && options_.stop_requested()) studio_.leave(monotonic_ns());
    const std::int64_t began_ns = monotonic_ns();
    const bool draws = scene_is_due(began_ns);
    if (draws) draw_scene();
    studio_.update(monotonic_ns());
    commands_.clear();
    draw_interface();
    imgui_.end_frame(size.pixel_width, size.pixel_height);
    glfwSwapBuffers(window_.handle());
    if (draws) scene_rests_until_ns_ = rest_after(began_ns, monotonic_ns());
    trace_.repainted();
    tell_start();
    obey(commands_);
    studio_.after_repaint(monotonic_ns());
  }

  // While a program is recorded, which needs the machine, the scene is not shown. While an export runs and nothing is
  // recorded, it leaves it two thirds of the time where drawing takes long; the interface is repainted as always.
  [[nodiscard]] bool scene_is_due(std::int64_t now_ns) const {
    if (studio_.program()) return false;
    const bool exporting = std::any_of(studio_.exports().begin(), studio_.exports().end(),
                                       [](const ExportEntry& entry) { return !entry.ended(); });
    return !exporting || studio_.recording().active() || now_ns >= scene_rests_until_ns_;
  }
  static std::int64_t rest_after(std::int64_t began_ns, std::int64_t ended_ns) {
    return ended_ns + std::min(2 * (ended_ns - began_ns), kLongestRest_ns);
  }

  void draw_interface() {
    imgui_.begin_frame();
    ImGui::PushFont(imgui_.theme().body);
    Ui ui{imgui_.theme(), commands_, trace_, monotonic_ns()};
    Picture picture;
    if (const RenderTarget* target = stage_.target())
      picture = {target->texture(), target->width(), target->height()};
    const Layout boxes = layout();
    draw_top_bar(ui, studio_, stage_.scene(), picture, boxes.top);
    if (studio_.program())
      draw_program(ui, studio_, boxes.viewport, boxes.viewport.height - messages_height_);
    else
      give_mouse(picture, draw_viewport(ui, studio_, picture, boxes.viewport));
    ui.trace.state("program", studio_.program() ? to_string(studio_.program()->state) : "none");
    draw_recording_bar(ui, studio_, boxes.recording);
    draw_takes(ui, studio_, boxes.takes);
    history_.look(ui.now_ns);
    draw_exports(ui, studio_, memory_.resident_bytes(ui.now_ns), history_, boxes.exports);
    messages_height_ = boxes.viewport.bottom() - draw_messages(ui, studio_, boxes.viewport);
    draw_export_sheet(ui, studio_);
    draw_program_sheet(ui, studio_);
    draw_questions(ui, studio_);
    ImGui::PopFont();
  }

  void give_mouse(const Picture& picture, const Box& shown) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool inside = io.MousePos.x >= shown.x && io.MousePos.x < shown.right() &&
                        io.MousePos.y >= shown.y && io.MousePos.y < shown.bottom() &&
                        !studio_.question_open();
    const float x = (io.MousePos.x - shown.x) / shown.width * static_cast<float>(picture.width);
    const float y = (shown.bottom() - io.MousePos.y) / shown.height * static_cast<float>(picture.height);
    stage_.move_mouse(x, y, inside && io.MouseDown[0]);
  }

  void tell_start() {
    if (std::exchange(started_, true)) return;
    if (const char* asked = std::getenv("FRAMESPOOL_TRACE_START"); asked && *asked == '1')
      print(stderr, "framespool: first frame shown {:.0f} ms after the start\n",
                 ms_since_process_start());
  }

  void wait_for_next() {
    if (studio_.program()) {
      // Figures change ten times a second; a key or the mouse is seen at once.
      glfwWaitEventsTimeout(kProgramStep_s);
      return;
    }
    if (const auto stamp = stage_.first_stamp_ns()) pacer_.set_origin(*stamp);
    const std::int64_t due = pacer_.next(monotonic_ns());
    glfwPollEvents();
    for (std::int64_t now = monotonic_ns(); now < due; now = monotonic_ns())
      glfwWaitEventsTimeout(static_cast<double>(due - now) * 1e-9);
  }

  const WindowOptions& options_;
  GlfwWindow& window_;
  ImGuiSession imgui_;
  LiveStage stage_;
  Studio studio_;
  ControlInbox inbox_;
  UiTrace trace_;
  MemoryMeter memory_;
  MemoryHistory history_;
  FramePacer pacer_{kStep_ns};
  Commands commands_;
  std::int64_t scene_rests_until_ns_ = 0;
  bool started_ = false;
  float messages_height_ = 0;  // as drawn last
};

}  // namespace

Result<void> run_window(const WindowOptions& asked) {
  auto options = with_defaults(asked);
  if (!options) return tl::unexpected(options.error());
  auto window = GlfwWindow::open(scale_override());
  if (!window) return tl::unexpected(window.error());
  App app(*options, **window);
  if (auto started = app.start(); !started) return started;
  app.run();
  return {};
}

}  // namespace framespool
