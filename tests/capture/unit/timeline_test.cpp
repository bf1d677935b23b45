#include "capture/internal/timeline.h"

#include <gtest/gtest.h>

namespace framespool {
namespace {

TEST(Timeline, StartsAtTheFirstFrame) {
  Timeline time;
  EXPECT_EQ(time.at(1000), 0);
  EXPECT_EQ(time.at(1016), 16);
}

TEST(Timeline, CutsAPauseOutAndSaysHowLongItWas) {
  Timeline time;
  EXPECT_EQ(time.at(1000), 0);
  time.pause(1010);
  EXPECT_TRUE(time.is_paused());
  time.resume(1510);
  EXPECT_FALSE(time.is_paused());
  EXPECT_EQ(time.at(1516), 16);
  EXPECT_EQ(time.unstamped_pause_ns(), 500);
  time.stamped();
  EXPECT_EQ(time.unstamped_pause_ns(), std::nullopt);
  EXPECT_EQ(time.at(1532), 32) << "the pause stays cut out";
}

TEST(Timeline, AddsUpPausesWithNoFrameBetween) {
  Timeline time;
  EXPECT_EQ(time.at(0), 0);
  time.pause(10);
  time.resume(20);
  time.pause(30);
  time.resume(45);
  EXPECT_EQ(time.unstamped_pause_ns(), 25);
  EXPECT_EQ(time.at(50), 25);
}

TEST(Timeline, APauseBeforeTheFirstFrameIsNone) {
  Timeline time;
  time.pause(10);
  time.resume(500);
  EXPECT_EQ(time.unstamped_pause_ns(), std::nullopt);
  EXPECT_EQ(time.at(600), 0);
}

TEST(Timeline, PausingTwiceIsPausingOnce) {
  Timeline time;
  EXPECT_EQ(time.at(0), 0);
  time.pause(10);
  time.pause(20);
  time.resume(30);
  time.resume(40);
  EXPECT_EQ(time.unstamped_pause_ns(), 20);
}

TEST(Timeline, AClockThatRanBackwardsCutsNothing) {
  Timeline time;
  EXPECT_EQ(time.at(100), 0);
  time.pause(200);
  time.resume(150);
  EXPECT_EQ(time.at(210), 110);
}

}  // namespace
}  // namespace framespool
