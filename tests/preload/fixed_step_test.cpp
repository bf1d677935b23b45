// Programs on the virtual clock: what they are told, and what is recorded of them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <sstream>

#include "tests/preload/support/fixed_step.h"

namespace framespool::preload_test {
namespace {

TEST_F(FixedStep, AProgramThatIntegratesItsClockIsToldExactSteps) {
  constexpr std::size_t kFrames = 600;
  const Captured captured = host("free", kFrames);
  EXPECT_EQ(captured.status, 0) << captured.output;
  expect_steps(captured, kFrames, 1);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->info().clock, ClockKind::fixed_step);
  ASSERT_EQ(take->frame_count(), kFrames + kGlfwsOwnFrames);
  for (std::uint64_t k = 0; k < take->frame_count(); ++k)
    EXPECT_EQ(take->frame_info(k)->pts_ns, step_time_ns(k, Rational{60, 1}));
  // What it shows is the sum: it turns by 90 degrees a second, in red.
  for (std::size_t k = 0; k < kFrames; ++k) {
    const double turns = static_cast<double>(k) / 60 * 90 / 360;
    EXPECT_NEAR(picture_of(*take, k + kGlfwsOwnFrames).rgba[0], (turns - std::floor(turns)) * 255, 1) << "frame " << k;
  }
  EXPECT_TRUE(is_exact(captured.takes[0].clock));
}

TEST_F(FixedStep, SlowWorkChangesNothing) { expect_alike(host("free", 40), host("free", 40, 50)); }

TEST_F(FixedStep, AProgramThatLimitsItselfToHalfTheRateHasEachFrameTwice) {
  const Captured captured = host("limiter", 30);
  expect_steps(captured, 30, 2);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  // GLFW's own frame is first; the host's first one comes two steps later.
  ASSERT_EQ(take->frame_count(), 2 * 30 + kGlfwsOwnFrames);
  for (std::uint64_t k = 0; k < 29; ++k) {
    const Picture shown = picture_of(*take, 2 * k + 2), again = picture_of(*take, 2 * k + 3);
    EXPECT_EQ(shown.info.flags & kFrameRepeated, 0u);
    EXPECT_NE(again.info.flags & kFrameRepeated, 0u);
    EXPECT_TRUE(shown.rgba == again.rgba) << "frame " << k;
    EXPECT_EQ(shown.rgba[2], k) << "frame " << k;  // its number in blue
  }
  EXPECT_EQ(captured.takes[0].clock.repeated, 30u);
  EXPECT_EQ(captured.takes[0].clock.long_steps, 30u);
}

TEST_F(FixedStep, ClampedItHasEachFrameOnce) {
  environment_["FRAMESPOOL_CLAMP"] = "1";
  const Captured captured = host("limiter", 30);
  expect_steps(captured, 30, 2);
  EXPECT_EQ(captured.frames(), 30 + kGlfwsOwnFrames);
  EXPECT_EQ(captured.takes.at(0).clock.repeated, 0u);
}

TEST_F(FixedStep, WorkersBesideDoTheSameInEachRun) {
  const Captured one = host("workers", 30), other = host("workers", 30, 5);
  expect_alike(one, other);
  expect_steps(one, 30, 1);
  EXPECT_TRUE(is_exact(one.takes.at(0).clock));
}

TEST_F(FixedStep, WaitsWithATimeOutPassAtOnce) {
  for (const char* way : {"condition", "semaphore"}) {
    SCOPED_TRACE(way);
    const Captured captured = host(way, 20);
    EXPECT_EQ(captured.status, 0);
    expect_steps(captured, 20, 3);
  }
  // Some of the display's events come in between and end a wait early.
  const Captured captured = host("events", 20);
  EXPECT_EQ(captured.status, 0);
  EXPECT_GE(time_of(lines_of(captured).back()), 15 * 50'000'000);
}

TEST_F(FixedStep, WaitingForASleepingThreadIsNoHang) {
  const Captured captured = host("join", 5);
  EXPECT_EQ(captured.status, 0);
  expect_steps(captured, 5, 6);
  EXPECT_EQ(captured.takes.at(0).clock.escapes, 5u);
}

TEST_F(FixedStep, WhoWaitsForTheThreadThatDrawsDoesNotMoveTheClock) {
  const Captured captured = host("handover", 20);
  EXPECT_EQ(captured.status, 0);
  expect_steps(captured, 20, 1);
  EXPECT_EQ(captured.takes.at(0).clock.escapes, 0u);
}

TEST_F(FixedStep, ABusyWaitEndsAndIsReported) {
  const Captured captured = host("busy", 10);
  EXPECT_EQ(captured.status, 0);
  EXPECT_GT(captured.takes.at(0).clock.crept_ns, 0);
}

TEST_F(FixedStep, AShellThatItStartsKeepsTheRealClock) {
  const auto date = [] {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  const double before = date();
  const Captured captured = host("shell", 10);
  const double after = date();
  expect_steps(captured, 10, 1);
  const auto first = captured.output.find("child "), second = captured.output.find("child ", first + 1);
  ASSERT_NE(second, std::string::npos) << captured.output;
  const double begun = std::strtod(captured.output.c_str() + first + 6, nullptr) * 1e-9;
  const double ended = std::strtod(captured.output.c_str() + second + 6, nullptr) * 1e-9;
  EXPECT_GE(begun, before);
  EXPECT_LE(ended, after);
  EXPECT_GE(ended - begun, 0.999);
}

TEST_F(FixedStep, TheSeedDecidesWhateverIsLeftToChance) {
  const auto chance = [this](const char* seed) {
    environment_.erase("FRAMESPOOL_SEED");
    if (seed != nullptr) environment_["FRAMESPOOL_SEED"] = seed;
    const std::string said = host("chance", 1).output;
    const auto at = said.find("chance ");
    EXPECT_NE(at, std::string::npos) << said;
    std::vector<std::string> words;
    std::istringstream line(said.substr(at + 7, said.find('\n', at) - at - 7));
    for (std::string word; line >> word;) words.push_back(word);
    return words;
  };
  const auto one = chance("1"), again = chance("1"), two = chance("2"), none = chance(nullptr);
  ASSERT_EQ(one.size(), 9u);
  EXPECT_EQ(one, again);
  EXPECT_EQ(one[1], "1000000000");
  // The process, and the numbers of getrandom(), getentropy(), the system call, std::random_device and the three arc4random.
  for (const std::size_t i : {0, 2, 3, 4, 5, 6, 7, 8}) {
    EXPECT_NE(one[i], two[i]) << i;
    EXPECT_NE(one[i], none[i]) << i;
  }
  EXPECT_LT(std::stoi(none[0]), 5'000'000);
}

TEST_F(FixedStep, GlxgearsIsTheSameInEachRun) {
  const auto gears = [this] {
    CaptureOptions options;
    options.fixed_step = true;
    options.end_after_s = 3;
    return capture(display_, {"glxgears"}, options);
  };
  const Captured one = gears(), other = gears();
  const auto a = one.open(), b = other.open();
  ASSERT_TRUE(a && b);
  const std::uint64_t frames = std::min({a->frame_count(), b->frame_count(), std::uint64_t{600}});
  ASSERT_GT(frames, 30u);
  for (std::uint64_t k = 0; k < frames; ++k)
    ASSERT_TRUE(picture_of(*a, k).rgba == picture_of(*b, k).rgba) << "frame " << k;
  EXPECT_FALSE(picture_of(*a, 1).rgba == picture_of(*a, 20).rgba) << "the gears stand still";
  EXPECT_TRUE(is_exact(one.takes[0].clock));
}

}  // namespace
}  // namespace framespool::preload_test
