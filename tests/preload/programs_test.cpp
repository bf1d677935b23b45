// Packaged programs that nobody here wrote. Each: frames captured are frames presented (counted by who knows
// nothing of swaps), no frame dropped, the program ends as it would alone. The longer list is
// scripts/programs.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "tests/preload/support/captured.h"

namespace framespool::preload_test {
namespace {

struct Program {
  const char* name;
  Command command;
  double seconds;  // then it is told to end; 0: it ends by itself
  std::map<std::string, std::string> environment{};
  int status = 128 + SIGTERM;  // that it ends with
};

std::ostream& operator<<(std::ostream& out, const Program& program) {
  return out << program.name;
}

// An SDL2 game in a small window; in its own it draws less than a frame a second with the software driver.
constexpr const char* kNeverball =
    "HOME=$(dirname $COUNT_PRESENTS_FILE)/home; export HOME; mkdir -p $HOME/.neverball;"
    "printf 'width 160\\nheight 120\\nfullscreen 0\\nreflection 0\\nbackground 0\\nshadow 0\\n' "
    "> $HOME/.neverball/neverballrc; exec /usr/games/neverball";

class PackagedPrograms : public testing::TestWithParam<Program> {};

TEST_P(PackagedPrograms, AreCapturedFrameByFrame) {
  const Program& program = GetParam();
  const testing_gui::VirtualDisplay display(800, 600);
  ASSERT_FALSE(display.name().empty()) << "Xvfb does not start";
  CaptureOptions options;
  options.environment = program.environment;
  options.end_after_s = program.seconds;
  options.patience_s = 60;
  const Captured captured = capture(display, program.command, options);
  EXPECT_EQ(captured.status, program.status) << captured.output;
  ASSERT_FALSE(captured.takes.empty()) << captured.output;
  std::uint64_t frames = 0;
  for (std::size_t take = 0; take < captured.takes.size(); ++take) {
    frames += captured.frames(take);
    EXPECT_EQ(captured.takes[take].dropped, 0u);
    std::printf("%s: take %s, %u frames\n", program.name, captured.takes[take].path.c_str(),
                static_cast<unsigned>(captured.frames(take)));
  }
  EXPECT_GE(frames, 5u);
  // One that is ended from outside may have been between the two.
  const std::uint64_t slack = program.seconds > 0 ? 1 : 0;
  EXPECT_GE(frames, captured.presented_in_server);
  EXPECT_LE(frames, captured.presented_in_server + slack);
}

INSTANTIATE_TEST_SUITE_P(
    Everyday, PackagedPrograms,
    testing::Values(
        Program{"glxgears", {"glxgears"}, 1}, Program{"es2gears", {"es2gears_x11"}, 1},
        Program{"glmark2", {"glmark2", "-s", "200x150", "-b", "build:duration=0.5"}, 0, {}, 0},
        Program{"glmark2_es2", {"glmark2-es2", "-s", "200x150", "-b", "build:duration=0.5"}, 0, {}, 0},
        Program{"xscreensaver_hack", {"/usr/libexec/xscreensaver/glknots", "-window"}, 1.5},
        Program{"neverball", {"sh", "-c", kNeverball}, 3, {{"SDL_AUDIODRIVER", "dummy"}}, 0},
        Program{"qt", {"/usr/lib/x86_64-linux-gnu/qt5/examples/gui/openglwindow/openglwindow"}, 1.5},
        Program{"mpv",
                {"mpv", "--no-config", "--vo=gpu", "--gpu-api=opengl", "--gpu-sw=yes", "--no-audio",
                 "--frames=30", "--no-osc", "av://lavfi:testsrc=size=160x120:rate=25"},
                0,
                {},
                0},
        Program{"pyglet", {"/usr/bin/python3", PYGLET_HOST}, 0, {}, 0}),
    [](const auto& test) { return test.param.name; });

// It makes contexts, asks, and presents nothing.
TEST(ProgramsWithoutFrames, LeaveNoTake) {
  const testing_gui::VirtualDisplay display(640, 480);
  const Captured captured = capture(display, {"glxinfo"});
  EXPECT_EQ(captured.status, 0);
  EXPECT_NE(captured.output.find("OpenGL renderer string"), std::string::npos);
  EXPECT_TRUE(captured.takes.empty());
  EXPECT_TRUE(captured.notices.contains(channel::NoticeKind::context_made));
}

}  // namespace
}  // namespace framespool::preload_test
