// What is written is what is read.
#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using RoundTrip = TakeTest;

TEST_F(RoundTrip, GivesEveryFrameBackExactly) {
  const TakeSummary summary = record(5);
  EXPECT_EQ(summary.frames, 5u);
  EXPECT_EQ(summary.dropped, 0u);
  EXPECT_EQ(summary.duration_ns, step_time_ns(4, {60, 1}) + step_time_ns(1, {60, 1}));
  EXPECT_EQ(summary.file_bytes, file_bytes());
  EXPECT_FALSE(summary.stopped_for_space);
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::complete);
  expect_all_exact(*reader, 5);
}

TEST_F(RoundTrip, KeepsWhatTheTakeSaysAboutItself) {
  auto how = options();
  how.info.rate = {24000, 1001};
  how.info.clock = ClockKind::realtime;
  how.info.program = "glxgears";
  how.info.scene = "Wälder & Flüsse";
  const auto writer = begin(how);
  write(*writer, 0);
  ASSERT_TRUE(writer->finish());
  const auto reader = open();
  EXPECT_EQ(reader->info().rate, (Rational{24000, 1001}));
  EXPECT_EQ(reader->info().clock, ClockKind::realtime);
  EXPECT_EQ(reader->info().program, "glxgears");
  EXPECT_EQ(reader->info().scene, "Wälder & Flüsse");
  EXPECT_GT(reader->info().created_unix_ns, 1'600'000'000'000'000'000);
  EXPECT_NE(reader->info().session, SessionId{});
}

TEST_F(RoundTrip, CutsNamesAfterAWholeCharacter) {
  auto how = options();
  how.info.scene = std::string(254, 'x') + "ä";
  const auto writer = begin(how);
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(open()->info().scene, std::string(254, 'x'));
}

TEST_F(RoundTrip, KeepsEveryStampOfAFrame) {
  const auto writer = begin(options());
  auto slot = writer->acquire(3 * 5 * 4, TakeWriter::Wait::yes);
  ASSERT_TRUE(slot && *slot);
  FrameInfo info;
  info.presented = 71;
  info.pts_ns = 123'456'789;
  info.width = 3;
  info.height = 5;
  info.format = PixelFormat::bgra8;
  info.row_order = RowOrder::top_down;
  info.flags = kFrameAfterPause | kFrameSrgbFramebuffer;
  info.dropped_before = 7;
  info.drop_reason = DropReason::readback_busy;
  info.paused_before_ns = 4'000'000'000;
  ASSERT_TRUE(writer->commit(std::move(**slot), info));
  const auto summary = writer->finish();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->dropped, 7u);

  const auto frame = open()->frame_info(0);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->sequence, 0u);
  EXPECT_EQ(frame->presented, 71u);
  EXPECT_EQ(frame->pts_ns, 123'456'789);
  EXPECT_EQ(frame->rate, (Rational{60, 1}));
  EXPECT_EQ(frame->clock, ClockKind::fixed_step);
  EXPECT_EQ(frame->width, 3u);
  EXPECT_EQ(frame->height, 5u);
  EXPECT_EQ(frame->stride_bytes, 12u);
  EXPECT_EQ(frame->payload_bytes, 60u);
  EXPECT_EQ(frame->format, PixelFormat::bgra8);
  EXPECT_EQ(frame->row_order, RowOrder::top_down);
  EXPECT_EQ(frame->flags, kFrameAfterPause | kFrameSrgbFramebuffer);
  EXPECT_EQ(frame->dropped_before, 7u);
  EXPECT_EQ(frame->drop_reason, DropReason::readback_busy);
  EXPECT_EQ(frame->paused_before_ns, 4'000'000'000);
}

TEST_F(RoundTrip, TakesFramesOfDifferentSizesInOneTake) {
  const FrameSize sizes[] = {{4, 4}, {1, 1}, {853, 479}, {3, 5}, {64, 64}, {1, 2000}};
  const auto writer = begin([&] {
    auto how = options();
    how.slot_budget_bytes = 2 << 20;
    return how;
  }());
  for (std::uint64_t number = 0; number < 18; ++number) write(*writer, number, sizes[number % 6]);
  ASSERT_TRUE(writer->finish());
  const auto reader = open();
  expect_all_exact(*reader, 18);
  EXPECT_EQ(reader->frame_info(2)->width, 853u);
}

TEST_F(RoundTrip, HoldsForTheBufferedFallback) {
  auto how = options();
  how.direct_io = false;
  const auto writer = begin(how);
  for (std::uint64_t number = 0; number < 300; ++number) write(*writer, number);
  EXPECT_FALSE(writer->stats().direct_io);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 300);
}

TEST_F(RoundTrip, FindsEveryFrameInAnyOrderThroughManyIndexBlocks) {
  constexpr std::uint64_t kFrames = 256 * 13 + 77;
  record(kFrames);
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), kFrames);
  for (std::uint64_t i = 0; i < kFrames; ++i)
    ASSERT_NO_FATAL_FAILURE(expect_exact(*reader, i * 1237 % kFrames)) << i;
}

TEST_F(RoundTrip, OpensATakeWithoutFrames) {
  EXPECT_EQ(record(0).duration_ns, 0);
  const auto reader = open();
  EXPECT_EQ(reader->frame_count(), 0u);
  EXPECT_EQ(reader->state(), TakeState::complete);
  EXPECT_EQ(reader->frame_info(0).error().kind, ErrorKind::usage);
}

TEST_F(RoundTrip, RefusesABufferThatIsTooSmall) {
  record(1);
  Pixels small(63);
  EXPECT_EQ(open()->read_frame(0, small).error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace framespool
