#include "encode/retiming.h"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

namespace framespool {
namespace {

using testing::Each;
using testing::ElementsAre;

SourceInfo fixed_step(std::uint64_t frames, Rational rate, std::uint64_t first = 0) {
  SourceInfo info;
  info.frames = frames;
  info.rate = rate;
  info.clock = ClockKind::fixed_step;
  info.first_index = first;
  return info;
}

SourceInfo realtime(const std::vector<std::int64_t>& stamps, Rational rate, std::uint64_t first = 0,
                    std::uint64_t end = 0) {
  if (end == 0) end = stamps.size();
  SourceInfo info = fixed_step(end - first, rate, first);
  info.clock = ClockKind::realtime;
  info.first_pts_ns = stamps[first];
  info.end_pts_ns = end < stamps.size() ? stamps[end] : stamps.back() + step_time_ns(1, rate);
  return info;
}

struct Placed {
  std::vector<std::uint32_t> repeats;
  std::vector<std::uint64_t> numbers;
  std::uint64_t expected = 0, total = 0, repeated = 0, skipped = 0;
};

Placed place_all(Pacing pacing, const SourceInfo& info, const std::vector<std::int64_t>& stamps,
                 const ExportOptions& options, const std::vector<std::uint64_t>& missing = {}) {
  auto retimer = Retimer::create(pacing, info, options);
  EXPECT_TRUE(retimer);
  Placed placed;
  placed.expected = retimer->pictures();
  for (std::uint64_t i = info.first_index; i < info.first_index + info.frames; ++i) {
    if (std::find(missing.begin(), missing.end(), i) != missing.end()) continue;
    SourceFrame frame;
    frame.index = i;
    frame.info.pts_ns = stamps.empty() ? step_time_ns(i, info.rate) : stamps[i];
    if (!stamps.empty() && i + 1 < stamps.size()) frame.next_pts_ns = stamps[i + 1];
    const auto one = retimer->place(frame);
    EXPECT_TRUE(one);
    placed.repeats.push_back(one->repeat);
    placed.numbers.push_back(one->number);
    placed.total += one->repeat;
  }
  placed.repeated = retimer->repeated();
  placed.skipped = retimer->skipped();
  return placed;
}

Placed retime_fixed(std::uint64_t frames, Rational rate, const ExportOptions& options) {
  return place_all(Pacing::grid, fixed_step(frames, rate), {}, options);
}

ExportOptions to_rate(Rational fps) {
  ExportOptions options;
  options.fps = fps;
  return options;
}

ExportOptions at_speed(double speed) {
  ExportOptions options;
  options.speed = speed;
  return options;
}

TEST(Retiming, AFixedStepTakeIsOnePictureAFrame) {
  EXPECT_EQ(choose_pacing(OutputKind::movie, ClockKind::fixed_step, {}), Pacing::one_to_one);
  EXPECT_EQ(choose_pacing(OutputKind::png_sequence, ClockKind::fixed_step, {}), Pacing::one_to_one);
}

TEST(Retiming, ARealTimeTakeIsOnePngAStoredFrameAndAMovieOnTheGrid) {
  EXPECT_EQ(choose_pacing(OutputKind::png_sequence, ClockKind::realtime, {}), Pacing::one_to_one);
  EXPECT_EQ(choose_pacing(OutputKind::movie, ClockKind::realtime, {}), Pacing::grid);
  EXPECT_EQ(choose_pacing(OutputKind::raw_video, ClockKind::realtime, {}), Pacing::grid);
}

TEST(Retiming, VfrKeepsTheStampsOfARealTimeMovieOnly) {
  ExportOptions options;
  options.vfr = true;
  EXPECT_EQ(choose_pacing(OutputKind::movie, ClockKind::realtime, options), Pacing::kept_stamps);
  EXPECT_EQ(choose_pacing(OutputKind::movie, ClockKind::fixed_step, options), Pacing::one_to_one);
}

TEST(Retiming, HalfTheRateKeepsEverySecondFrameAndTheDuration) {
  const Placed placed = retime_fixed(6, {60, 1}, to_rate({30, 1}));
  EXPECT_THAT(placed.repeats, ElementsAre(1, 0, 1, 0, 1, 0));
  EXPECT_EQ(placed.skipped, 3u);
}

TEST(Retiming, TwiceTheRateShowsEveryFrameTwice) {
  const Placed placed = retime_fixed(3, {60, 1}, to_rate({120, 1}));
  EXPECT_THAT(placed.repeats, ElementsAre(2, 2, 2));
  EXPECT_THAT(placed.numbers, ElementsAre(0, 2, 4));
  EXPECT_EQ(placed.repeated, 3u);
}

TEST(Retiming, SixtyToTwentyFourIsTwoOfFive) {
  const Placed placed = retime_fixed(100, {60, 1}, to_rate({24, 1}));
  EXPECT_EQ(placed.total, 40u);
  EXPECT_EQ(std::vector(placed.repeats.begin(), placed.repeats.begin() + 5),
            (std::vector<std::uint32_t>{1, 0, 1, 0, 0}));
}

TEST(Retiming, BroadcastRatesDoNotDrift) {
  // An hour of 60 at 60000/1001: 216000 * 1000/1001 pictures, rounded up.
  const Placed placed = retime_fixed(216000, {60, 1}, to_rate({60000, 1001}));
  EXPECT_EQ(placed.total, 215785u);
  EXPECT_EQ(placed.expected, 215785u);
}

TEST(Retiming, SpeedChangesTheDuration) {
  EXPECT_THAT(retime_fixed(4, {60, 1}, at_speed(2)).repeats, ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(retime_fixed(2, {60, 1}, at_speed(0.5)).repeats, ElementsAre(2, 2));
  EXPECT_EQ(retime_fixed(1000, {60, 1}, at_speed(0.1)).total, 10000u);
}

TEST(Retiming, SpeedAndRateTogetherMultiply) {
  ExportOptions options = to_rate({30, 1});
  options.speed = 0.5;
  EXPECT_THAT(retime_fixed(4, {60, 1}, options).repeats, ElementsAre(1, 1, 1, 1));
}

TEST(Retiming, WhatWasExpectedIsWhatComes) {
  for (const std::int64_t from : {24, 25, 60, 144})
    for (const std::int64_t to : {1, 24, 30, 50, 60, 240})
      for (const double speed : {0.25, 1.0, 1.3, 7.0}) {
        ExportOptions options = to_rate({to, 1});
        options.speed = speed;
        const Placed placed = retime_fixed(97, {from, 1}, options);
        EXPECT_EQ(placed.total, placed.expected) << from << " to " << to << " at " << speed;
        EXPECT_EQ(placed.total, 97 + placed.repeated - placed.skipped);
      }
}

std::vector<std::int64_t> exact_stamps(std::uint64_t count, Rational rate) {
  std::vector<std::int64_t> stamps;
  for (std::uint64_t k = 0; k < count; ++k) stamps.push_back(step_time_ns(k, rate));
  return stamps;
}

TEST(RealTimeMovie, ThatLostNothingIsOnePictureAFrame) {
  const auto stamps = exact_stamps(1000, {60, 1});
  EXPECT_THAT(place_all(Pacing::grid, realtime(stamps, {60, 1}), stamps, {}).repeats, Each(1u));
}

TEST(RealTimeMovie, TakesJitterOfTwoMillisecondsForTheSameFrame) {
  auto stamps = exact_stamps(600, {60, 1});
  for (std::size_t k = 1; k < stamps.size(); ++k) stamps[k] += (k * 7919 % 2001 - 1000) * 1000 * (k % 3);
  for (std::int64_t& stamp : stamps) stamp = std::max<std::int64_t>(stamp, 0);
  EXPECT_THAT(place_all(Pacing::grid, realtime(stamps, {60, 1}), stamps, {}).repeats, Each(1u));
}

TEST(RealTimeMovie, FromAFasterDisplayIsStillOnePictureAFrame) {
  // A 75 Hz display recorded at 60: the first frame at or after each k/60.
  std::vector<std::int64_t> stamps;
  for (std::uint64_t shown = 0, k = 0; k < 300; ++shown)
    if (step_time_ns(shown, {75, 1}) >= step_time_ns(k, {60, 1})) {
      stamps.push_back(step_time_ns(shown, {75, 1}));
      ++k;
    }
  EXPECT_THAT(place_all(Pacing::grid, realtime(stamps, {60, 1}), stamps, {}).repeats, Each(1u));
}

TEST(RealTimeMovie, RepeatsTheFrameBeforeAGap) {
  const Rational rate{60, 1};
  const std::vector<std::int64_t> stamps{step_time_ns(0, rate), step_time_ns(1, rate), step_time_ns(5, rate)};
  const Placed placed = place_all(Pacing::grid, realtime(stamps, rate), stamps, {});
  EXPECT_THAT(placed.repeats, ElementsAre(1, 4, 1));
  EXPECT_EQ(placed.repeated, 3u);
  EXPECT_EQ(placed.expected, 6u);
}

TEST(RealTimeMovie, SkipsAFrameThatStandsBetweenTwoSteps) {
  const Rational rate{10, 1};
  const std::vector<std::int64_t> stamps{0, 40'000'000, 100'000'000};
  const Placed placed = place_all(Pacing::grid, realtime(stamps, rate), stamps, {});
  EXPECT_THAT(placed.repeats, ElementsAre(0, 1, 1));
  EXPECT_EQ(placed.skipped, 1u);
}

TEST(RealTimeMovie, WithStampsThatRunBackwardsEndsAllTheSame) {
  const Rational rate{10, 1};
  const std::vector<std::int64_t> stamps{0, 500'000'000, 100'000'000, 600'000'000};
  const Placed placed = place_all(Pacing::grid, realtime(stamps, rate), stamps, {});
  EXPECT_EQ(placed.total, 7u);
}

TEST(RealTimeMovie, ShardsJoinWithoutASeam) {
  auto stamps = exact_stamps(300, {60, 1});
  for (std::size_t k = 1; k < stamps.size(); ++k)
    stamps[k] += static_cast<std::int64_t>(k * 2654435761u % 14'000'000);
  std::sort(stamps.begin(), stamps.end());
  const Placed whole = place_all(Pacing::grid, realtime(stamps, {60, 1}), stamps, {});
  Placed joined;
  for (std::uint64_t at = 0; at < 300; at += 37) {
    const std::uint64_t end = std::min<std::uint64_t>(300, at + 37);
    const Placed shard = place_all(Pacing::grid, realtime(stamps, {60, 1}, at, end), stamps, {});
    EXPECT_EQ(shard.expected, shard.total);
    joined.repeats.insert(joined.repeats.end(), shard.repeats.begin(), shard.repeats.end());
    joined.numbers.insert(joined.numbers.end(), shard.numbers.begin(), shard.numbers.end());
  }
  EXPECT_EQ(joined.repeats, whole.repeats);
  EXPECT_EQ(joined.numbers, whole.numbers);
}

TEST(Retiming, AFrameThatIsMissingIsMadeUpForByTheNext) {
  const auto stamps = exact_stamps(5, {60, 1});
  const Placed placed = place_all(Pacing::grid, realtime(stamps, {60, 1}), stamps, {}, {2});
  EXPECT_THAT(placed.repeats, ElementsAre(1, 1, 2, 1));
  EXPECT_EQ(placed.total, placed.expected);
}

TEST(Retiming, ARangeKeepsTheTakesNumbers) {
  const Placed placed = place_all(Pacing::one_to_one, fixed_step(3, {60, 1}, 17), {}, {});
  EXPECT_THAT(placed.numbers, ElementsAre(17, 18, 19));
}

TEST(Retiming, KeptStampsStartAtZeroAndFollowTheSpeed) {
  const std::vector<std::int64_t> stamps{1000, 21'000, 91'000};
  ExportOptions options = at_speed(2);
  auto retimer = Retimer::create(Pacing::kept_stamps, realtime(stamps, {60, 1}), options);
  ASSERT_TRUE(retimer);
  std::vector<std::int64_t> shown;
  for (std::uint64_t i = 0; i < 3; ++i) {
    SourceFrame frame;
    frame.index = i;
    frame.info.pts_ns = stamps[i];
    shown.push_back(retimer->place(frame)->pts_ns);
  }
  EXPECT_THAT(shown, ElementsAre(0, 10'000, 45'000));
}

TEST(Retiming, RefusesRatesOutOfAllReasonAndEndlessRepeats) {
  EXPECT_FALSE(Retimer::create(Pacing::grid, fixed_step(1, {0, 1}), {}));
  EXPECT_FALSE(Retimer::create(Pacing::grid, fixed_step(1, {INT64_MAX, 3}), {}));
  const std::vector<std::int64_t> stamps{0, INT64_MAX - 1'000'000'000};
  auto retimer = Retimer::create(Pacing::grid, realtime(stamps, {60, 1}), {});
  ASSERT_TRUE(retimer);
  SourceFrame frame;
  frame.next_pts_ns = stamps[1];
  const auto placed = retimer->place(frame);
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, ErrorKind::damaged);
}

}  // namespace
}  // namespace framespool
