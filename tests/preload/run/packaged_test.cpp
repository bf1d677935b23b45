// Packaged programs that nobody here wrote, on the virtual clock: each run of them gives the same pictures at the same times, however
// long a frame takes. The longer list is `scripts/programs steps`.
#include <sstream>

#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

struct Program {
  const char* name;
  std::vector<std::string> command;
  bool also_slowly = false;  // with 50 ms more for each frame
  bool pictures = true;      // false: the times only
};

std::ostream& operator<<(std::ostream& out, const Program& program) {
  return out << program.name;
}

// In a small window; in its own it draws less than a frame a second with the software driver.
constexpr const char* kNeverball =
    "mkdir -p \"$HOME/.neverball\"; printf 'width 160\\nheight 120\\nfullscreen 0\\nreflection 0\\nbackground 0\\nshadow 0\\n' "
    "> \"$HOME/.neverball/neverballrc\"; exec /usr/games/neverball";

class SteppedPrograms : public Stepped, public testing::WithParamInterface<Program> {
 protected:
  static constexpr std::size_t kFrames = 30;
  // The hashes and times of a take of the program, by `framespool info`.
  [[nodiscard]] std::string hashes_of_a_run(const std::string& name, const std::vector<std::string>& environment = {}) const {
    std::vector<std::string> more{"HOME=" + in("home of " + name)};
    more.insert(more.end(), environment.begin(), environment.end());
    fs::create_directories(in("home of " + name));
    const Finished done = framespool(
        command(name, {"--seed", "1", "--no-audio", "--frames", std::to_string(kFrames), "--quiet"}, GetParam().command), here(more));
    EXPECT_EQ(done.status, 0) << done.out << done.err;
    EXPECT_EQ(expect_whole(take(name)).frames.size(), kFrames);
    const std::string all = framespool({"info", "--hashes", take(name)}).out;
    if (GetParam().pictures) return all;
    std::istringstream lines(all);
    std::string times;
    for (std::string number, time, hash; lines >> number >> time >> hash;) times.append(number).append(" ").append(time).append("\n");
    return times;
  }
};

TEST_P(SteppedPrograms, AreTheSameInEachRun) {
  const std::string one = hashes_of_a_run("one");
  EXPECT_EQ(one, hashes_of_a_run("two"));
  if (GetParam().also_slowly) {
    EXPECT_EQ(one, hashes_of_a_run("slow", {"LD_PRELOAD=" COUNT_PRESENTS_LIBRARY, "COUNT_PRESENTS_SLOW_MS=50"}));
  }
  // The first is the same as the last where nothing moves.
  const RawTake raw = read_raw_take(take("one"));
  bool moves = false;
  for (std::size_t k = 1; k < raw.frames.size() && !moves; ++k) moves = raw.rgba(k) != raw.rgba(0);
  EXPECT_TRUE(moves);
}

INSTANTIATE_TEST_SUITE_P(
    Everyday, SteppedPrograms,
    testing::Values(
        Program{"es2gears", {"es2gears_x11"}, true},
        Program{"glmark2", {"glmark2", "-s", "200x150", "-b", "build:duration=3"}, true},
        Program{"glmark2_es2", {"glmark2-es2", "-s", "200x150", "-b", "build:duration=3"}},
        Program{"xscreensaver_hack", {"/usr/libexec/xscreensaver/glknots", "-window"}},
        // In two of forty runs, on a busy machine, it had other pictures from the second on (docs/fixed-step.md).
        Program{"neverball", {"sh", "-c", kNeverball}, false, false},
        Program{"qt", {"/usr/lib/x86_64-linux-gnu/qt5/examples/gui/openglwindow/openglwindow"}},
        Program{"mpv",
                // Larger than the window of 320x200 that it shows first: what it does not draw over there is chance.
                {"mpv", "--no-config", "--vo=gpu", "--gpu-context=x11egl", "--gpu-sw=yes", "--no-audio", "--no-osc",
                 "av://lavfi:testsrc=size=320x240:rate=25"}},
        Program{"pyglet", {"/usr/bin/python3", PYGLET_HOST}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace framespool::e2e
