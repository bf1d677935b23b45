#include "capture/internal/pacing.h"

#include <gtest/gtest.h>

#include <vector>

namespace framespool {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr Rational k60{60, 1};
constexpr Rational kBroadcast{60000, 1001};

// The times of those frames that are stored.
std::vector<std::int64_t> stored(RealtimePacing pacing, const std::vector<std::int64_t>& times_ns) {
  std::vector<std::int64_t> result;
  for (const std::int64_t time : times_ns) {
    if (!pacing.is_due(time)) continue;
    pacing.take(time);
    result.push_back(time);
  }
  return result;
}

std::vector<std::int64_t> grid(Rational rate, std::uint64_t count) {
  std::vector<std::int64_t> times;
  for (std::uint64_t k = 0; k < count; ++k) times.push_back(step_time_ns(k, rate));
  return times;
}

TEST(RealtimePacing, StoresTheFirstFrameAtOrAfterEachStep) {
  const RealtimePacing strict({10, 1}, 0);
  EXPECT_EQ(stored(strict, {0, 99 * kMs, 100 * kMs, 101 * kMs, 250 * kMs, 299 * kMs, 300 * kMs}),
            (std::vector<std::int64_t>{0, 100 * kMs, 250 * kMs, 300 * kMs}));
}

TEST(RealtimePacing, OneNanosecondBeforeTheStepIsNotDue) {
  RealtimePacing strict(k60, 0);
  strict.take(0);
  EXPECT_FALSE(strict.is_due(step_time_ns(1, k60) - 1));
  EXPECT_TRUE(strict.is_due(step_time_ns(1, k60)));
}

TEST(RealtimePacing, FramesExactlyOnTheGridAreAllStored) {
  for (const Rational rate : {k60, kBroadcast, Rational{24, 1}, Rational{1, 3}, Rational{1'000'000, 1}}) {
    const auto times = grid(rate, 10'000);
    EXPECT_EQ(stored(RealtimePacing(rate, 0), times), times) << rate.numerator << "/" << rate.denominator;
  }
}

TEST(RealtimePacing, IsExactHoursFromTheStart) {
  const std::uint64_t k = 100ull * 3600 * 60;
  RealtimePacing strict(kBroadcast, 0);
  strict.take(step_time_ns(k, kBroadcast));
  EXPECT_FALSE(strict.is_due(step_time_ns(k + 1, kBroadcast) - 1));
  EXPECT_TRUE(strict.is_due(step_time_ns(k + 1, kBroadcast)));
}

TEST(RealtimePacing, AFrameAfterAGapStandsForAllTheStepsItMissed) {
  EXPECT_EQ(stored(RealtimePacing({10, 1}, 0), {0, 1000 * kMs, 1001 * kMs, 1099 * kMs, 1100 * kMs}),
            (std::vector<std::int64_t>{0, 1000 * kMs, 1100 * kMs}));
}

TEST(RealtimePacing, ASlowProgramIsStoredWhole) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < 100; ++i) times.push_back(i * 40 * kMs);
  EXPECT_EQ(stored(RealtimePacing(k60, 0), times), times);
}

TEST(RealtimePacing, AFastProgramGivesOneFrameAStep) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < 10'000; ++i) times.push_back(i * kMs);
  const auto kept = stored(RealtimePacing(k60, 0), times);
  EXPECT_EQ(kept.size(), 600u);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    EXPECT_GE(kept[k], step_time_ns(k, k60));
    EXPECT_LT(kept[k], step_time_ns(k, k60) + kMs);
  }
}

TEST(RealtimePacing, TheJitterOfADisplayAtTheRateCostsNoFrame) {
  std::vector<std::int64_t> times;
  for (std::uint64_t k = 0; k < 1000; ++k)
    times.push_back(step_time_ns(k, k60) + static_cast<std::int64_t>(k * 7919 % 7 * kMs) - 3 * kMs);
  EXPECT_EQ(stored(RealtimePacing(k60, RealtimePacing::jitter_allowance_ns(k60)), times).size(), times.size());
  EXPECT_LT(stored(RealtimePacing(k60, 0), times).size(), times.size()) << "or the allowance would not be needed";
}

TEST(RealtimePacing, AllowsAQuarterOfAStepButAtMostFourMilliseconds) {
  EXPECT_EQ(RealtimePacing::jitter_allowance_ns({60, 1}), 4'000'000);
  EXPECT_EQ(RealtimePacing::jitter_allowance_ns({100, 1}), 2'500'000);
  EXPECT_EQ(RealtimePacing::jitter_allowance_ns({1, 1}), 4'000'000);
}

TEST(RealtimePacing, AnEarlyFrameDoesNotStandForItsStepTwice) {
  RealtimePacing pacing({100, 1}, 2 * kMs);
  pacing.take(0);
  EXPECT_TRUE(pacing.is_due(8 * kMs));
  pacing.take(8 * kMs);
  EXPECT_FALSE(pacing.is_due(10 * kMs));
  EXPECT_FALSE(pacing.is_due(17 * kMs));
  EXPECT_TRUE(pacing.is_due(18 * kMs));
}

TEST(RealtimePacing, AClockThatRunsBackwardsIsNotDue) {
  RealtimePacing pacing(k60, 0);
  pacing.take(100 * kMs);
  EXPECT_FALSE(pacing.is_due(50 * kMs));
  EXPECT_FALSE(pacing.is_due(-50 * kMs));
}

}  // namespace
}  // namespace framespool
