#include "capture/preload/time_share.h"

#include <gtest/gtest.h>

namespace framespool::preload {
namespace {

constexpr std::int64_t kMillisecond_ns = 1'000'000;

// A program that swaps every `frame_ms`, and as much later as reading took and as storing took of its one core. How many of its
// frames are taken, and how long it all lasts.
struct Played {
  int taken = 0;
  std::int64_t lasted_ns = 0;
};
Played play(int frames, std::int64_t frame_ms, std::int64_t read_ms, std::int64_t store_ms = 0, int cores = 1) {
  TimeShare share;
  Played seen;
  std::int64_t now_ns = 1;
  for (int frame = 0; frame < frames; ++frame) {
    if (share.allows(now_ns)) {
      ++seen.taken;
      share.spent(read_ms * kMillisecond_ns, store_ms * kMillisecond_ns, cores);
      now_ns += (read_ms + store_ms / cores) * kMillisecond_ns;
    }
    now_ns += frame_ms * kMillisecond_ns;
  }
  seen.lasted_ns = now_ns;
  return seen;
}

TEST(TimeShare, EveryFrameIsTakenWhereReadingTakesLessThanItsShare) {
  EXPECT_EQ(play(1000, 8, 1).taken, 1000);
}

TEST(TimeShare, AProgramThatDrawsFasterThanItsFramesCanBeReadIsSlowedDownByAThirdAndABitAtMost) {
  const Played fast = play(1000, 3, 3);
  EXPECT_LT(fast.taken, 350);
  EXPECT_GT(fast.taken, 120);
  EXPECT_LT(fast.lasted_ns, 1000 * 3 * kMillisecond_ns * 14 / 10);
}

TEST(TimeShare, WhatStoringTakesOfTheCoresCountsToo) {
  const Played one_core = play(1000, 3, 1, 2, 1), two_cores = play(1000, 3, 1, 4, 2), many = play(1000, 3, 1, 4, 100);
  EXPECT_EQ(one_core.taken, two_cores.taken);
  EXPECT_LT(one_core.lasted_ns, 1000 * 3 * kMillisecond_ns * 14 / 10);
  EXPECT_GT(many.taken, 2 * two_cores.taken);
}

TEST(TimeShare, SixtyFramesASecondAreTakenWhateverTheyCost) {
  EXPECT_EQ(play(100, 16, 15).taken, 100);
  const Played fast = play(2000, 1, 3);
  EXPECT_GT(fast.taken, 60 * fast.lasted_ns / (1000 * kMillisecond_ns));
}

TEST(TimeShare, ADebtIsForgottenAfterASecond) {
  TimeShare share;
  ASSERT_TRUE(share.allows(1));
  share.spent(60'000 * kMillisecond_ns, 0, 2);
  EXPECT_FALSE(share.allows(1 + kMillisecond_ns));
  EXPECT_TRUE(share.allows(1 + 1001 * kMillisecond_ns));
  share.spent(kMillisecond_ns, 0, 2);
  EXPECT_TRUE(share.allows(1 + 1012 * kMillisecond_ns));
}

}  // namespace
}  // namespace framespool::preload
