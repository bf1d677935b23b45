// `framespool run --fixed-step 60` of OpenGL programs on a virtual display.
#pragma once

#include <memory>

#include "tests/e2e/support/end_to_end.h"
#include "tests/gui/virtual_display.h"
#include "tests/preload/support/glfw_frames.h"

namespace framespool::e2e {

class Stepped : public EndToEnd {
 protected:
  using Words = std::vector<std::string>;

  void SetUp() override { ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start"; }

  [[nodiscard]] RunOptions here(const std::vector<std::string>& more = {}) const {
    RunOptions options{.environment = {"XDG_RUNTIME_DIR=" + folder().string(), "DISPLAY=" + display_.name(),
                                       "LIBGL_ALWAYS_SOFTWARE=1", "WAYLAND_DISPLAY"}};
    options.environment.insert(options.environment.end(), more.begin(), more.end());
    return options;
  }
  [[nodiscard]] std::string take(const std::string& name) const { return in(name + ".fspool"); }
  [[nodiscard]] Words command(const std::string& name, const Words& options, const Words& program) const {
    Words all{"run", "-o", take(name), "--fixed-step", "60", "--reserve", "0"};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back("--");
    all.insert(all.end(), program.begin(), program.end());
    return all;
  }
  [[nodiscard]] std::unique_ptr<Running> start(const std::string& name, const Words& options, const Words& program) const {
    return std::make_unique<Running>(framespool_command(command(name, options, program)), here());
  }
  [[nodiscard]] Finished record(const std::string& name, const Words& options, const Words& program) const {
    return framespool(command(name, options, program), here());
  }
  // A complete take.
  static RawTake expect_whole(const std::string& path) {
    expect_success(framespool({"verify", path, "--quiet"}));
    EXPECT_THAT(framespool({"info", path}).out, testing::HasSubstr("complete"));
    return read_raw_take(path);
  }

  testing_gui::VirtualDisplay display_{320, 240};
};

}  // namespace framespool::e2e
