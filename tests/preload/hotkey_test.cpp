// The hotkey: pressed in the program's window it is heard, elsewhere it is not, and the program gets its key
// all the same.
#include "app/platform/hotkey.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "tests/preload/support/captured.h"

namespace framespool::preload_test {
namespace {

constexpr const char* kF9Heard = "key 298\n";  // pattern_host's line for GLFW_KEY_F9

class HotkeyTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start"; }

  void press(const char* key) const { display_.xdotool({"key", key}); }
  // Once the window is there it gets the keyboard.
  void focus() const {
    display_.xdotool({"search", "--sync", "--name", "^pattern$", "windowfocus", "--sync"});
  }
  static void wait_for(const std::function<bool()>& what) {
    for (int i = 0; i < 2500 && !what(); ++i) usleep(2000);
  }

  testing_gui::VirtualDisplay display_{640, 480};
};

TEST_F(HotkeyTest, StartsAndStopsRecordingInTheProgramsWindowOnly) {
  std::atomic<int> presses = 0;
  CaptureOptions options;
  options.kill_after_meanwhile = SIGKILL;
  options.meanwhile = [&](ChannelServer& server) {
    const auto is_ours = [&](int pid) {
      for (const auto& take : server.takes())
        if (take.pid == pid) return true;
      return false;
    };
    auto watcher = HotkeyWatcher::start(display_.name(), *parse_hotkey("F9"), is_ours, [&] {
      server.toggle();
      ++presses;
    });
    ASSERT_TRUE(watcher);
    focus();
    wait_for([&] { return !server.takes().empty() && server.takes()[0].writer.frames_written > 5; });
    press("F9");
    wait_for([&] { return presses == 1; });
    EXPECT_EQ(presses, 1);
    EXPECT_EQ(server.state(), channel::State::stopped);
    for (const char* other : {"F8", "ctrl+F9", "shift+F9"}) press(other);
    press("F9");
    wait_for([&] { return presses == 2; });
    EXPECT_EQ(presses, 2) << "another key was taken for it, or it was not heard";
    EXPECT_EQ(server.state(), channel::State::recording);
  };
  const Captured captured = capture(display_, {PATTERN_HOST, "--frames", "1000000", "--pace", "2"}, options);
  EXPECT_GE(captured.takes.size(), 1u);
  int heard = 0;
  for (std::size_t at = 0; (at = captured.output.find(kF9Heard, at)) != std::string::npos; ++at) ++heard;
  EXPECT_GE(heard, 3) << "F9 by itself and with Ctrl and Shift; the program may be killed before the last";
}

TEST_F(HotkeyTest, IsNotHeardInTheWindowOfSomebodyElse) {
  std::atomic<int> presses = 0;
  CaptureOptions options;
  options.kill_after_meanwhile = SIGKILL;
  options.meanwhile = [&](ChannelServer& server) {
    auto watcher = HotkeyWatcher::start(
        display_.name(), *parse_hotkey("F9"), [](int pid) { return pid == getpid(); }, [&] { ++presses; });
    ASSERT_TRUE(watcher);
    focus();
    wait_for([&] { return !server.takes().empty(); });
    press("F9");
    // Another watcher, which comes later in the server's list, hears the next one: by then the first would
    // have heard both.
    std::atomic<int> heard = 0;
    auto witness = HotkeyWatcher::start(
        display_.name(), *parse_hotkey("F9"), [](int) { return true; }, [&] { ++heard; });
    ASSERT_TRUE(witness);
    press("F9");
    wait_for([&] { return heard == 1; });
    EXPECT_EQ(heard, 1);
    EXPECT_EQ(presses, 0);
  };
  const Captured captured = capture(display_, {PATTERN_HOST, "--frames", "1000000", "--pace", "2"}, options);
}

TEST(HotkeyWithoutServer, ThereIsNothingToWatch) {
  EXPECT_EQ(HotkeyWatcher::start(
                ":60999", *parse_hotkey("F9"), [](int) { return true; }, [] {}),
            nullptr);
}

}  // namespace
}  // namespace framespool::preload_test
