// The thread between drawing and encoding: order, room for two, errors that come back, an end that drops
// nothing.
#include "encode/internal/encoder_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <vector>

namespace framespool {
namespace {

Result<void> disk_full() {
  return fail(ErrorKind::no_space, "movie", "no space left");
}

TEST(EncoderThread, SendsEveryPictureOnceAndInOrder) {
  std::vector<std::int64_t> sent;
  EncoderThread thread([&](const DrawnPicture& drawn) -> Result<void> {
    sent.push_back(drawn.pts_ns);
    return {};
  });
  std::vector<std::int64_t> handed_on;
  for (std::int64_t pts = 0; pts < 1000; ++pts) {
    ASSERT_TRUE(thread.wait_for_room());
    thread.hand_on({nullptr, 1, pts});
    handed_on.push_back(pts);
  }
  ASSERT_TRUE(thread.finish());
  EXPECT_EQ(sent, handed_on);
}

TEST(EncoderThread, GivesRoomOnlyWhenThePictureDrawnTwoAgoWasSent) {
  std::atomic<std::int64_t> sent{0};
  EncoderThread thread([&](const DrawnPicture&) -> Result<void> {
    ++sent;
    return {};
  });
  for (std::int64_t number = 0; number < 1000; ++number) {
    ASSERT_TRUE(thread.wait_for_room());
    // `number` is drawn into the memory of `number` - 2: that one and all before it must be through.
    ASSERT_GE(sent.load(), number - 1);
    thread.hand_on({nullptr, 1, number});
  }
  ASSERT_TRUE(thread.finish());
}

TEST(EncoderThread, DrawsTheNextPictureWhileOneIsBeingSent) {
  std::latch drawn_meanwhile(1);
  EncoderThread thread([&](const DrawnPicture& drawn) -> Result<void> {
    if (drawn.pts_ns == 0) drawn_meanwhile.wait();  // for ever, if the second had to wait for the first
    return {};
  });
  ASSERT_TRUE(thread.wait_for_room());
  thread.hand_on({nullptr, 1, 0});
  ASSERT_TRUE(thread.wait_for_room());
  drawn_meanwhile.count_down();
  thread.hand_on({nullptr, 1, 1});
  ASSERT_TRUE(thread.finish());
}

TEST(EncoderThread, GivesTheErrorToWhoeverAsksForRoomAndSendsNothingMore) {
  std::atomic<int> calls{0};
  EncoderThread thread([&](const DrawnPicture&) -> Result<void> {
    ++calls;
    return disk_full();
  });
  ASSERT_TRUE(thread.wait_for_room());
  thread.hand_on({nullptr, 1, 0});
  Result<void> room;
  for (std::int64_t pts = 1; (room = thread.wait_for_room()); ++pts) thread.hand_on({nullptr, 1, pts});
  EXPECT_EQ(room.error().kind, ErrorKind::no_space);
  EXPECT_EQ(calls.load(), 1);
  EXPECT_FALSE(thread.finish());
}

TEST(EncoderThread, GivesTheErrorOfTheLastPictureAtTheEnd) {
  EncoderThread thread([](const DrawnPicture&) { return disk_full(); });
  ASSERT_TRUE(thread.wait_for_room());
  thread.hand_on({nullptr, 1, 0});
  const auto finished = thread.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind, ErrorKind::no_space);
}

}  // namespace
}  // namespace framespool
