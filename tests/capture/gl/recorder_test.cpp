#include "capture/recorder.h"

#include "tests/capture/gl/hostile_host.h"
#include "tests/capture/gl/recording.h"
#include "tests/capture/gl/state_snapshot.h"

namespace framespool::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr Rational k60{60, 1};

struct Way {
  const char* name;
  Readback readback;
  PixelChoice pixels;
};

class EveryWay : public RecordingTest, public testing::WithParamInterface<std::tuple<Way, Size>> {
 protected:
  [[nodiscard]] RecorderOptions options_of_way() const {
    auto chosen = options();
    chosen.readback = std::get<0>(GetParam()).readback;
    chosen.pixels = std::get<0>(GetParam()).pixels;
    return chosen;
  }
};

TEST_P(EveryWay, StoresEveryFrameByteForByte) {
  const Canvas canvas = Canvas::texture(std::get<1>(GetParam()));
  begin(options_of_way(), canvas);
  for (std::uint32_t k = 0; k < 7; ++k) record(canvas, k);
  const StoredTake take = end();
  EXPECT_EQ(take.state, TakeState::complete);
  ASSERT_EQ(take.frames.size(), 7u);
  for (std::uint32_t k = 0; k < 7; ++k) {
    const auto& [info, bytes] = take.frames[k];
    const auto picture = noise(canvas.size(), k);
    EXPECT_EQ(bytes, info.format == PixelFormat::bgra8 ? as_bgra(picture) : picture) << "frame " << k;
    EXPECT_EQ(info.sequence, k);
    EXPECT_EQ(info.presented, k);
    EXPECT_EQ(info.pts_ns, step_time_ns(k, k60));
    EXPECT_EQ(info.clock, ClockKind::fixed_step);
    EXPECT_EQ(info.row_order, RowOrder::bottom_up);
    EXPECT_EQ(info.flags, 0u);
    EXPECT_EQ(info.dropped_before, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ways, EveryWay,
    testing::Combine(testing::Values(Way{"DirectRgba", Readback::direct, PixelChoice::rgba},
                                     Way{"DirectBgra", Readback::direct, PixelChoice::bgra},
                                     Way{"RingRgba", Readback::ring, PixelChoice::rgba},
                                     Way{"RingBgra", Readback::ring, PixelChoice::bgra},
                                     Way{"Automatic", Readback::automatic, PixelChoice::automatic}),
                     testing::Values(Size{1, 1}, Size{3, 5}, Size{853, 479}, Size{1280, 720})),
    [](const auto& test) {
      const Size size = std::get<1>(test.param);
      return std::string(std::get<0>(test.param).name) + std::to_string(size.width) + "x" +
             std::to_string(size.height);
    });

class RecorderTest : public RecordingTest {};

TEST_F(RecorderTest, TwoFixedStepRecordingsAreIdentical) {
  const Canvas canvas = Canvas::texture({64, 48});
  const auto record_one = [&](const char* name, std::int64_t pace_ns) {
    auto chosen = options();
    chosen.take.path = take(name);
    begin(chosen, canvas);
    for (std::uint32_t k = 0; k < 10; ++k) record(canvas, k, static_cast<std::int64_t>(k) * pace_ns);
    EXPECT_TRUE(recorder_->end().has_value());
    return read_take(take(name));
  };
  const auto first = record_one("first.fspool", kMs), second = record_one("second.fspool", 400 * kMs);
  ASSERT_EQ(first.frames.size(), 10u);
  ASSERT_EQ(second.frames.size(), 10u);
  for (std::size_t k = 0; k < 10; ++k) {
    EXPECT_EQ(first.frames[k].bytes, second.frames[k].bytes);
    EXPECT_EQ(first.frames[k].info.pts_ns, second.frames[k].info.pts_ns);
  }
}

TEST_F(RecorderTest, FixedStepWaitsForASlotAndNeverDrops) {
  for (const Readback readback : {Readback::direct, Readback::ring}) {
    const Canvas canvas = Canvas::texture({512, 512});
    auto chosen = options();
    chosen.readback = readback;
    chosen.take.overwrite = true;
    chosen.take.slot_budget_bytes = 2 * (canvas.size().bytes() + 8192);
    begin(chosen, canvas);
    for (std::uint32_t k = 0; k < 40; ++k) record(canvas, k);
    const auto take = end();
    ASSERT_EQ(take.frames.size(), 40u);
    EXPECT_EQ(summary_.dropped, 0u);
    for (std::uint32_t k = 0; k < 40; ++k) EXPECT_EQ(take.frames[k].bytes, noise(canvas.size(), k)) << k;
  }
}

TEST_F(RecorderTest, ARecordingOfNothingIsAValidEmptyTake) {
  begin(options(), Canvas::texture({8, 8}));
  const auto take = end();
  EXPECT_EQ(take.state, TakeState::complete);
  EXPECT_TRUE(take.frames.empty());
  EXPECT_EQ(summary_.frames, 0u);
}

TEST_F(RecorderTest, FramesOfAnotherSizeFollowEachOther) {
  for (const Readback readback : {Readback::direct, Readback::ring}) {
    auto chosen = options();
    chosen.readback = readback;
    chosen.take.overwrite = true;
    const Size sizes[] = {{8, 8}, {8, 8}, {200, 100}, {1, 1}, {200, 100}};
    begin(chosen, Canvas::texture(sizes[0]));
    for (std::uint32_t k = 0; k < 5; ++k) record(Canvas::texture(sizes[k]), k);
    const auto take = end();
    ASSERT_EQ(take.frames.size(), 5u);
    for (std::uint32_t k = 0; k < 5; ++k) {
      const auto& [info, bytes] = take.frames[k];
      EXPECT_EQ(info.width, sizes[k].width);
      EXPECT_EQ(info.height, sizes[k].height);
      EXPECT_EQ(bytes, noise(sizes[k], k));
      EXPECT_EQ(info.flags, k >= 2 ? kFrameSizeChanged : 0u) << k;
    }
  }
}

TEST_F(RecorderTest, RealTimeStoresTheFirstFrameOfEachStep) {
  auto chosen = options();
  chosen.take.info.clock = ClockKind::realtime;
  chosen.take.info.rate = {10, 1};
  const Canvas canvas = Canvas::texture({4, 4});
  begin(chosen, canvas);
  const std::int64_t start = 123'456 * kMs;
  record(canvas, 0, start);
  record(canvas, 1, start + 50 * kMs, CaptureOutcome::not_due);
  record(canvas, 2, start + 110 * kMs);
  record(canvas, 3, start + 190 * kMs, CaptureOutcome::not_due);
  record(canvas, 4, start + 350 * kMs);
  const auto take = end();
  ASSERT_EQ(take.frames.size(), 3u);
  EXPECT_EQ(take.frames[0].info.pts_ns, 0);
  EXPECT_EQ(take.frames[1].info.pts_ns, 110 * kMs);
  EXPECT_EQ(take.frames[2].info.pts_ns, 350 * kMs);
  EXPECT_EQ(take.frames[1].info.presented, 2u);
  EXPECT_EQ(take.frames[2].info.presented, 4u);
  EXPECT_EQ(take.frames[2].bytes, noise(canvas.size(), 4));
  EXPECT_EQ(summary_.dropped, 0u) << "frames that are not due are not dropped";
  EXPECT_EQ(summary_.duration_ns, 450 * kMs);
}

TEST_F(RecorderTest, PausesAreCutOutAndFlagged) {
  auto chosen = options();
  chosen.take.info.clock = ClockKind::realtime;
  chosen.take.info.rate = {10, 1};
  const Canvas canvas = Canvas::texture({4, 4});
  begin(chosen, canvas);
  record(canvas, 0, 0);
  recorder_->pause(50 * kMs);
  EXPECT_TRUE(recorder_->stats().paused);
  record(canvas, 1, 100 * kMs, CaptureOutcome::paused);
  recorder_->resume(5050 * kMs);
  record(canvas, 2, 5110 * kMs);
  record(canvas, 3, 5210 * kMs);
  const auto take = end();
  ASSERT_EQ(take.frames.size(), 3u);
  EXPECT_EQ(take.frames[1].info.pts_ns, 110 * kMs);
  EXPECT_EQ(take.frames[1].info.flags, static_cast<std::uint32_t>(kFrameAfterPause));
  EXPECT_EQ(take.frames[1].info.paused_before_ns, 5000 * kMs);
  EXPECT_EQ(take.frames[2].info.pts_ns, 210 * kMs);
  EXPECT_EQ(take.frames[2].info.flags, 0u);
}

TEST_F(RecorderTest, APauseInFixedStepLeavesNoGapInTime) {
  const Canvas canvas = Canvas::texture({4, 4});
  begin(options(), canvas);
  record(canvas, 0, 0);
  recorder_->pause(10 * kMs);
  record(canvas, 1, 20 * kMs, CaptureOutcome::paused);
  recorder_->resume(30 * kMs);
  record(canvas, 2, 40 * kMs);
  const auto take = end();
  ASSERT_EQ(take.frames.size(), 2u);
  EXPECT_EQ(take.frames[1].info.pts_ns, step_time_ns(1, k60));
  EXPECT_EQ(take.frames[1].info.flags, static_cast<std::uint32_t>(kFrameAfterPause));
  EXPECT_EQ(take.frames[1].info.paused_before_ns, 20 * kMs);
}

// One slot and frames as fast as they can be drawn: the disk cannot keep up.
TEST_F(RecorderTest, RealTimeDropsWhatFindsNoSlotAndSaysSo) {
  for (const Readback readback : {Readback::direct, Readback::ring}) {
    const Canvas canvas = Canvas::texture({1280, 720});
    auto chosen = options();
    chosen.readback = readback;
    chosen.take.overwrite = true;
    chosen.take.info.clock = ClockKind::realtime;
    chosen.take.info.rate = {1000, 1};
    chosen.take.slot_budget_bytes = canvas.size().bytes() + 8192;
    begin(chosen, canvas);
    std::vector<std::int64_t> stored_at;
    std::uint64_t dropped = 0;
    constexpr std::int64_t kMost = 1000;
    for (std::int64_t k = 0; k < kMost && (dropped < 5 || stored_at.size() < 3); ++k) {
      const auto outcome = capture(canvas, k * kMs);
      ASSERT_TRUE(outcome.has_value()) << outcome.error().line();
      if (*outcome == CaptureOutcome::stored) stored_at.push_back(k);
      if (*outcome == CaptureOutcome::dropped) ++dropped;
      ASSERT_NE(*outcome, CaptureOutcome::not_due);
    }
    ASSERT_GE(dropped, 5u);
    EXPECT_EQ(recorder_->stats().dropped, dropped);
    EXPECT_EQ(recorder_->stats().stored, stored_at.size());
    if (readback == Readback::direct) {
      EXPECT_EQ(recorder_->stats().late_for_disk, dropped);
    }
    const auto take = end();
    EXPECT_EQ(summary_.dropped, dropped);
    ASSERT_EQ(take.frames.size(), stored_at.size());
    for (std::size_t i = 0; i < stored_at.size(); ++i) {
      const FrameInfo& info = take.frames[i].info;
      EXPECT_EQ(info.pts_ns, stored_at[i] * kMs) << "the time line stays true";
      EXPECT_EQ(info.presented, static_cast<std::uint64_t>(stored_at[i]));
      const auto gap = i == 0 ? 0 : stored_at[i] - stored_at[i - 1] - 1;
      EXPECT_EQ(info.dropped_before, static_cast<std::uint32_t>(gap));
      EXPECT_EQ(info.drop_reason == DropReason::none, gap == 0);
    }
  }
}

TEST_F(RecorderTest, SaysHowItReadsBack) {
  const Canvas canvas = Canvas::texture({4, 4});
  auto chosen = options();
  chosen.readback = Readback::ring;
  chosen.pixels = PixelChoice::bgra;
  begin(chosen, canvas);
  EXPECT_STREQ(recorder_->stats().readback, "ring of 3, BGRA");
  recorder_.reset();
  chosen.take.overwrite = true;
  chosen.readback = Readback::automatic;
  chosen.pixels = PixelChoice::rgba;
  begin(chosen, canvas);
  if (context_->renderer().find("llvmpipe") != std::string::npos) {
    EXPECT_STREQ(recorder_->stats().readback, "direct, RGBA");
  }
}

TEST_F(RecorderTest, NotesAnSrgbFramebuffer) {
  const Canvas canvas = Canvas::texture({4, 4}, GL_SRGB8_ALPHA8);
  begin(options(), canvas);
  record(canvas, 1);
  const auto take = end();
  ASSERT_EQ(take.frames.size(), 1u);
  EXPECT_EQ(take.frames[0].info.flags, static_cast<std::uint32_t>(kFrameSrgbFramebuffer));
  EXPECT_EQ(take.frames[0].bytes, noise(canvas.size(), 1)) << "bytes are never converted";
}

TEST_F(RecorderTest, TheHostsStateIsTheSameAfterEveryFrame) {
  for (const Readback readback : {Readback::direct, Readback::ring}) {
    for (const int samples : {0, 4}) {
      const Canvas canvas = Canvas::renderbuffer({33, 17}, GL_RGBA8, samples);
      const auto picture = canvas.paint_fields();
      const HostileHost host(canvas);
      const auto before = take_snapshot(host.framebuffers());
      auto chosen = options();
      chosen.readback = readback;
      chosen.pixels = PixelChoice::automatic;
      chosen.take.overwrite = true;
      begin(chosen, canvas);
      EXPECT_EQ(differences(before, take_snapshot(host.framebuffers())), "") << "begin";
      for (int frame = 0; frame < 10; ++frame) {
        ASSERT_TRUE(capture(canvas).has_value());
        ASSERT_EQ(differences(before, take_snapshot(host.framebuffers())), "") << frame;
      }
      const auto take = end();
      EXPECT_EQ(differences(before, take_snapshot(host.framebuffers())), "") << "end";
      ASSERT_EQ(take.frames.size(), 10u);
      const bool bgra = take.frames[9].info.format == PixelFormat::bgra8;
      EXPECT_EQ(take.frames[9].bytes, bgra ? as_bgra(picture) : picture);
      recorder_.reset();
      EXPECT_EQ(differences(before, take_snapshot(host.framebuffers())), "") << "destruction";
      glDisable(GL_RASTERIZER_DISCARD);
      glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
      glDisable(GL_FRAMEBUFFER_SRGB);
    }
  }
}

TEST_F(RecorderTest, LeavesNoObjectsBehind) {
  const Canvas canvas = Canvas::renderbuffer({16, 16}, GL_RGBA8, 4);
  const int before = count_gl_objects();
  for (int i = 0; i < 10; ++i) {
    auto chosen = options();
    chosen.readback = Readback::ring;
    chosen.take.overwrite = true;
    begin(chosen, canvas);
    for (int frame = 0; frame < 5; ++frame) ASSERT_TRUE(capture(canvas).has_value());
    if (i % 2 == 0) {
      EXPECT_TRUE(recorder_->end().has_value());
    }
    recorder_.reset();
  }
  EXPECT_EQ(count_gl_objects(), before);
}

}  // namespace
}  // namespace framespool::test
