#include <gtest/gtest.h>

#include "app/model/recording.h"

namespace framespool {
namespace {

TEST(Recording, GoesFromIdleThroughPauseToStoppingAndBack) {
  Recording recording;
  EXPECT_TRUE(recording.begin("silk-0001"));
  EXPECT_TRUE(recording.pause());
  EXPECT_EQ(recording.state(), RecordingState::paused);
  EXPECT_TRUE(recording.resume());
  EXPECT_TRUE(recording.stop());
  EXPECT_EQ(recording.state(), RecordingState::stopping);
  EXPECT_TRUE(recording.finish());
  EXPECT_FALSE(recording.active());
}

TEST(Recording, RefusesStepsThatMakeNoSense) {
  Recording recording;
  EXPECT_FALSE(recording.pause());
  EXPECT_FALSE(recording.resume());
  EXPECT_FALSE(recording.stop());
  EXPECT_FALSE(recording.finish());
  recording.begin("a");
  EXPECT_FALSE(recording.begin("b"));
  EXPECT_EQ(recording.take_name(), "a");
  EXPECT_FALSE(recording.resume());
  recording.stop();
  EXPECT_FALSE(recording.pause()) << "a take that is being closed is not paused";
  EXPECT_FALSE(recording.stop());
}

TEST(Recording, StopsFromAPauseToo) {
  Recording recording;
  recording.begin("a");
  recording.pause();
  EXPECT_TRUE(recording.stop());
}

TEST(Recording, BeginsWithFiguresAtZeroButKeepsWhatIsKnownOfTheDisk) {
  Recording recording;
  recording.update(
      {.elapsed_ns = 5, .frames = 300, .dropped = 2, .bytes_per_second = 1e6, .free_bytes = 4000});
  recording.begin("a");
  EXPECT_EQ(recording.figures().frames, 0u);
  EXPECT_EQ(recording.figures().dropped, 0u);
  EXPECT_EQ(recording.figures().free_bytes, 4000u);
}

TEST(Recording, SaysHowLongTheDiskLastsOnceTheRateIsKnown) {
  Recording recording;
  recording.update({.elapsed_ns = 0, .frames = 0, .dropped = 0, .bytes_per_second = 0, .free_bytes = 1000});
  EXPECT_EQ(recording.disk_seconds_left(), std::nullopt);
  recording.set_expected_rate(100);
  EXPECT_DOUBLE_EQ(recording.disk_seconds_left().value(), 10);
}

}  // namespace
}  // namespace framespool
