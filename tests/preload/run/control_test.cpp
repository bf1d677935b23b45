// `framespool run --fixed-step` that begins late, is paused and stopped, of several windows and of one that changes its size.
#include <algorithm>
#include <csignal>
#include <stop_token>
#include <thread>

#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;

// Frame k is at k / 60 s.
void expect_on_the_grid(const RawTake& take) {
  for (std::size_t k = 0; k < take.frames.size(); ++k)
    ASSERT_EQ(take.frames[k].pts_ns, static_cast<std::int64_t>(k) * 1'000'000'000 / 60) << "frame " << k;
}
// The number that the host showed, modulo 256.
int number_in(const RawTake& take, std::size_t frame) { return take.rgba(frame).at(2); }

// Whether the numbers follow each other, but for `breaks` places.
void expect_numbers(const RawTake& take, std::size_t first, int breaks) {
  for (std::size_t k = first + 1; k < take.frames.size(); ++k)
    if (number_in(take, k) != (number_in(take, k - 1) + 1) % 256) --breaks;
  EXPECT_EQ(breaks, 0);
}

class SteppedControl : public Stepped {
 protected:
  [[nodiscard]] Finished ctl(Words words) const {
    words.insert(words.begin(), "ctl");
    return framespool(std::move(words), here());
  }
  // Frames of the newest take.
  [[nodiscard]] bool has_frames(const std::string& name, std::size_t frames) const {
    return fs::exists(take(name)) && read_raw_take(take(name)).frames.size() >= frames;
  }
};

TEST_F(SteppedControl, IsStartedPausedAndStoppedMidWay) {
  const auto running = start("a", {"--paused", "--quiet"}, {CLOCK_HOST, "free", "1000000", "--work", "2"});
  ASSERT_TRUE(running->until([&] { return ctl({"list"}).out.find(" paused, 0 frames") != std::string::npos; }));
  EXPECT_EQ(ctl({"start"}).status, 0);
  ASSERT_TRUE(running->until([&] { return has_frames("a", 20); }));
  EXPECT_THAT(ctl({"pause"}).out, HasSubstr("paused"));
  const std::size_t before = read_raw_take(take("a")).frames.size();
  EXPECT_THAT(ctl({"resume"}).out, HasSubstr("recording"));
  ASSERT_TRUE(running->until([&] { return has_frames("a", before + 20); }));
  EXPECT_THAT(ctl({"stop"}).out, HasSubstr("stopped"));
  ASSERT_TRUE(running->until([&] { return framespool({"info", take("a")}).out.find("complete") != std::string::npos; }));
  EXPECT_EQ(ctl({"start"}).status, 0);
  ASSERT_TRUE(running->until([&] { return has_frames("a-2", 20); }));
  running->send(SIGTERM);
  EXPECT_EQ(running->wait().status, 143);
  for (const char* name : {"a", "a-2"}) {
    SCOPED_TRACE(name);
    const RawTake raw = expect_whole(take(name));
    expect_on_the_grid(raw);
    // Pauses are cut out, and nothing is repeated for them.
    expect_numbers(raw, 1, std::string(name) == "a" ? 1 : 0);
    EXPECT_THAT(framespool({"info", "--json", take(name)}).out, HasSubstr("\"long_steps\": 0, \"repeated\": 0"));
  }
}

TEST_F(SteppedControl, EachWindowHasATakeAndOnlyTheFirstMovesTheClock) {
  const Finished done = record("a", {}, {CLOCK_HOST, "windows", "30"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("ended 30 500000000\n"));
  for (const char* name : {"a", "a-2"}) {
    SCOPED_TRACE(name);
    const RawTake raw = expect_whole(take(name));
    ASSERT_EQ(raw.frames.size(), 30 + kGlfwsOwnFrames);
    expect_on_the_grid(raw);
    EXPECT_EQ(raw.frames[0].width, std::string(name) == "a" ? 64u : 32u);
    for (std::size_t k = 0; k < 30; ++k) EXPECT_EQ(number_in(raw, k + kGlfwsOwnFrames), static_cast<int>(k));
  }
}

TEST_F(SteppedControl, AWindowThatChangesItsSizeLosesNoFrame) {
  const Finished done = record("a", {}, {CLOCK_HOST, "resize", "60"});
  EXPECT_EQ(done.status, 0) << done.err;
  const RawTake raw = expect_whole(take("a"));
  ASSERT_EQ(raw.frames.size(), 60 + kGlfwsOwnFrames);
  expect_on_the_grid(raw);
  expect_numbers(raw, kGlfwsOwnFrames, 0);
  const auto large = std::count_if(raw.frames.begin(), raw.frames.end(),
                                   [](const RawFrame& frame) { return frame.width == 96 && frame.height == 80; });
  EXPECT_GE(large, 20);
}

TEST_F(SteppedControl, ComesToItsEndBesideFourBusyLoops) {
  std::vector<std::jthread> loops;
  for (int i = 0; i < 4; ++i)
    loops.emplace_back([](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
      }
    });
  const Finished done = record("a", {"--frames", "31"}, {CLOCK_HOST, "workers", "1000"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("every step exact"));
  const RawTake raw = expect_whole(take("a"));
  ASSERT_EQ(raw.frames.size(), 31u);
  expect_on_the_grid(raw);
  expect_numbers(raw, kGlfwsOwnFrames, 0);
}

TEST_F(SteppedControl, BeginsAfterSoMuchOfTheProgramsTime) {
  const Finished done = record("a", {"--start-after", "0.5", "--frames", "10"}, {CLOCK_HOST, "free", "1000", "--work", "1"});
  EXPECT_EQ(done.status, 0) << done.err;
  const RawTake raw = expect_whole(take("a"));
  ASSERT_EQ(raw.frames.size(), 10u);
  expect_on_the_grid(raw);
  // Half a second is 30 steps after the first frame, which is GLFW's own.
  for (std::size_t k = 0; k < 10; ++k) EXPECT_EQ(number_in(raw, k), static_cast<int>(30 + k - kGlfwsOwnFrames));
  const Finished late = record("b", {"--start-after", "10"}, {CLOCK_HOST, "free", "30"});
  EXPECT_EQ(late.status, 0) << late.err;
  EXPECT_THAT(late.err, HasSubstr("recording was not started"));
  EXPECT_FALSE(fs::exists(take("b")));
}

}  // namespace
}  // namespace framespool::e2e
