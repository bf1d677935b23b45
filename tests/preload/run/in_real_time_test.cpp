// `framespool run` of OpenGL programs in real time: what it says of those that show no frame, and its hotkey.
#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class InRealTime : public Stepped {
 protected:
  [[nodiscard]] Words realtime(const Words& options, const Words& program) const {
    Words all{"run", "-o", take("a"), "--reserve", "0"};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back("--");
    all.insert(all.end(), program.begin(), program.end());
    return all;
  }
  [[nodiscard]] Finished python(const std::string& code) const {
    return framespool(realtime({}, {"/usr/bin/python3", "-c", "import ctypes\n" + code}), here());
  }
  [[nodiscard]] bool is_complete(const std::string& name) const {
    return fs::exists(take(name)) && framespool({"info", take(name)}).out.find("complete") != std::string::npos;
  }
  [[nodiscard]] bool has_frames(const std::string& name) const {
    return fs::exists(take(name)) && read_raw_take(take(name)).frames.size() >= 3;
  }
};

TEST_F(InRealTime, SaysThatGlxinfoMadeAContextAndShowedNothing) {
  const Finished done = framespool(realtime({}, {"glxinfo"}), here());
  EXPECT_EQ(done.status, 125);
  EXPECT_THAT(done.out, HasSubstr("OpenGL renderer string"));
  EXPECT_THAT(done.err, HasSubstr("glxinfo: saw no OpenGL frame; the program made an OpenGL context and showed no frame with it"));
  EXPECT_FALSE(fs::exists(take("a")));
}

TEST_F(InRealTime, SaysThatAProgramLookedAtOpenGLAndMadeNoContext) {
  const Finished done = python("ctypes.CDLL('libGL.so.1').glXSwapBuffers");
  EXPECT_EQ(done.status, 125);
  EXPECT_THAT(done.err, HasSubstr("saw no OpenGL frame; the program looked at OpenGL and never made a context"));
}

TEST_F(InRealTime, SaysThatAProgramDrawsWithVulkan) {
  const Finished done = python("print('told', ctypes.CDLL('" VULKAN_STUB "').vkCreateInstance(None, None, None))");
  EXPECT_EQ(done.status, 125);
  EXPECT_EQ(done.out, "told -9\n") << "the function of the library itself";
  EXPECT_THAT(done.err, HasSubstr("saw no OpenGL frame; the program draws with Vulkan, which is not recorded"));
}

struct Key {
  const char *name, *pressed, *other;
  int glfw, glfw_other;
  std::vector<std::string> options;
};
std::ostream& operator<<(std::ostream& out, const Key& key) { return out << key.name; }
class Hotkeys : public InRealTime, public testing::WithParamInterface<Key> {};

TEST_P(Hotkeys, StopAndStartAgainAndReachTheProgram) {
  const Key& key = GetParam();
  const std::string said = in("said");
  RunOptions options = here();
  options.output = said;
  Running running(framespool_command(realtime(key.options, {PATTERN_HOST, "--frames", "1000000", "--pace", "2"})), options);
  const auto press = [&](const char* which) { display_.xdotool({"key", which}); };
  const auto heard = [&](int which) {
    return testing_gui::read_file(said).find(fmt::format("key {}\n", which)) != std::string::npos;
  };
  display_.xdotool({"search", "--sync", "--name", "^pattern$", "windowfocus", "--sync"});
  ASSERT_TRUE(running.until([&] { return has_frames("a"); }));
  press(key.other);
  ASSERT_TRUE(running.until([&] { return heard(key.glfw_other); }));
  EXPECT_FALSE(heard(key.glfw));
  press(key.pressed);
  ASSERT_TRUE(running.until([&] { return is_complete("a"); }));
  ASSERT_TRUE(running.until([&] { return heard(key.glfw); }));
  EXPECT_FALSE(fs::exists(take("a-2")));
  press(key.pressed);
  ASSERT_TRUE(running.until([&] { return has_frames("a-2"); }));
  running.send(SIGTERM);
  const Finished done = running.wait();
  EXPECT_EQ(done.status, 128 + SIGTERM);
  expect_whole(take("a-2"));
  EXPECT_THAT(done.err, HasSubstr(fmt::format("framespool: recording pattern_host into {}\n", take("a"))));
  EXPECT_THAT(done.err, HasSubstr(fmt::format("framespool: recording pattern_host into {}\n", take("a-2"))));
}

INSTANTIATE_TEST_SUITE_P(Keys, Hotkeys,
                         testing::Values(Key{"Default", "F9", "F10", GLFW_KEY_F9, GLFW_KEY_F10, {}},
                                         Key{"Chosen", "ctrl+F10", "F9", GLFW_KEY_F10, GLFW_KEY_F9, {"--hotkey", "Ctrl+F10"}}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace framespool::e2e
