// Packaged programs that nobody here wrote. Each: frames captured are frames presented (counted by who knows
// nothing of swaps), no frame dropped, the program ends as it would alone. The longer list is
// scripts/programs.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>

#include "tests/preload/support/captured.h"

namespace framespool::preload_test {
namespace {

// How the OpenGL errors of the program are known that it has without being recorded.
enum class Alone {
  unwatched,
  without_us,        // our library is not there
  without_recorder,  // ours only forwards: what loads OpenGL by name calls no layer unless somebody leads it there
};

struct Program {
  const char* name;
  Command command;
  double seconds;  // then it is told to end; 0: it ends by itself
  std::map<std::string, std::string> environment{};
  int status = 128 + SIGTERM;  // that it ends with
  Alone alone = Alone::unwatched;
};

std::ostream& operator<<(std::ostream& out, const Program& program) {
  return out << program.name;
}

// An SDL2 game in a small window; in its own it draws less than a frame a second with the software driver.
constexpr const char* kNeverball =
    "HOME=$(dirname $COUNT_PRESENTS_FILE)/home; export HOME; mkdir -p $HOME/.neverball;"
    "printf 'width 160\\nheight 120\\nfullscreen 0\\nreflection 0\\nbackground 0\\nshadow 0\\n' "
    "> $HOME/.neverball/neverballrc; exec /usr/games/neverball";

Program hack(const char* name, Alone alone = Alone::unwatched) {
  return {name, {std::string("/usr/libexec/xscreensaver/") + name, "-window"}, 1.5, {}, 128 + SIGTERM, alone};
}

class PackagedPrograms : public testing::TestWithParam<Program> {
 protected:
  // `watched` is what it had while it was recorded.
  static void expect_the_same_errors_alone(const testing_gui::VirtualDisplay& display, CaptureOptions options,
                                           const std::vector<std::string>& watched, const std::filesystem::path& folder) {
    options.with_library = GetParam().alone == Alone::without_recorder;
    options.environment["FRAMESPOOL_CHANNEL"] = "";
    options.environment["ERRORS_FILE"] = folder / "alone";
    const Captured captured = capture(display, GetParam().command, options);
    EXPECT_EQ(captured.status, GetParam().status) << captured.output;
    EXPECT_TRUE(captured.takes.empty());
    const std::vector<std::string> alone = errors_in(folder / "alone");
    const std::size_t frames = std::min(alone.size(), watched.size());
    EXPECT_GE(frames, 5u) << alone.size() << " frames alone, " << watched.size() << " recorded";
    for (std::size_t k = 0; k < frames; ++k) ASSERT_EQ(watched[k], alone[k]) << "frame " << k;
  }
};

TEST_P(PackagedPrograms, AreCapturedFrameByFrame) {
  const Program& program = GetParam();
  const testing_gui::VirtualDisplay display(800, 600);
  ASSERT_FALSE(display.name().empty()) << "Xvfb does not start";
  CaptureOptions options;
  const TestFolder folder;
  options.preload_after = NOTE_ERRORS_LIBRARY;
  options.environment = program.environment;
  options.environment["ERRORS_FILE"] = folder.path / "recorded";
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
  if (program.alone != Alone::unwatched)
    expect_the_same_errors_alone(display, options, errors_in(folder.path / "recorded"), folder.path);
}

INSTANTIATE_TEST_SUITE_P(
    Everyday, PackagedPrograms,
    testing::Values(
        Program{"glxgears", {"glxgears"}, 1, {}, 128 + SIGTERM, Alone::without_us},
        Program{"es2gears", {"es2gears_x11"}, 1, {}, 128 + SIGTERM, Alone::without_us},
        Program{"glmark2", {"glmark2", "-s", "200x150", "-b", "build:duration=0.5"}, 0, {}, 0, Alone::without_recorder},
        Program{"glmark2_es2", {"glmark2-es2", "-s", "200x150", "-b", "build:duration=0.5"}, 0, {}, 0},
        hack("glknots", Alone::without_us), hack("atunnel"), hack("pipes"), hack("sierpinski3d"),
        Program{"neverball", {"sh", "-c", kNeverball}, 3, {{"SDL_AUDIODRIVER", "dummy"}}, 0, Alone::without_recorder},
        Program{"qt", {"sh", "-c", "exec /usr/lib/*/qt5/examples/gui/openglwindow/openglwindow"}, 1.5, {}, 128 + SIGTERM, Alone::without_us},
        Program{"mpv",
                {"mpv", "--no-config", "--vo=gpu", "--gpu-api=opengl", "--gpu-sw=yes", "--no-audio",
                 "--frames=30", "--no-osc", "av://lavfi:testsrc=size=160x120:rate=25"},
                0,
                {},
                0},
        Program{"pyglet", {"/usr/bin/python3", PYGLET_HOST}, 0, {}, 0}),
    [](const auto& test) { return test.param.name; });

// One whose picture is known: its lower half of one colour, which goes up frame by frame, its upper half of another.
TEST(AProgramWithAKnownPicture, IsRecordedRightSideUpInItsOwnColours) {
  const testing_gui::VirtualDisplay display(800, 600);
  const Captured captured = capture(display, {"/usr/bin/python3", PYGLET_HOST}, {.patience_s = 60});
  EXPECT_EQ(captured.status, 0) << captured.output;
  const auto take = captured.open();
  ASSERT_TRUE(take);
  int last = -1, changes = 0;
  for (std::uint64_t k = 0; k < take->frame_count(); ++k) {
    const Picture picture = picture_of(*take, k);
    ASSERT_EQ(picture.rgba.size(), std::size_t{120} * 90 * 4);
    const int red = picture.rgba[0];
    changes += red != last ? 1 : 0;
    EXPECT_GE(red, last) << "frame " << k;
    last = red;
    const int drawn = (red * 40 + 127) / 255;  // it shows drawn / 40; half a step is rounded either way
    EXPECT_LE(std::abs(red * 40 - drawn * 255), 20) << "frame " << k;
    for (std::size_t y = 0; y < 90; ++y)
      for (std::size_t x = 0; x < 120; ++x) {
        const auto* pixel = &picture.rgba[(y * 120 + x) * 4];
        const bool is_low = y < 45;
        ASSERT_EQ((std::array{int{pixel[0]}, int{pixel[1]}, int{pixel[2]}, int{pixel[3]}}),
                  (is_low ? std::array{red, 128, 64, 255} : std::array{255, 0, 128, 255}))
            << "frame " << k << ", " << x << ", " << y;
      }
  }
  EXPECT_GE(changes, 10);
}

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
