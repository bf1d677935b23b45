#include "cache/frame.h"

#include <gtest/gtest.h>

#include <limits>

#include "cache/frame_buffer.h"

namespace framespool {
namespace {

TEST(FrameRate, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(*parse_rate("60"), (Rational{60, 1}));
  EXPECT_EQ(*parse_rate("12.5"), (Rational{25, 2}));
  EXPECT_EQ(*parse_rate("0.1"), (Rational{1, 10}));
  EXPECT_EQ(*parse_rate("30000/1001"), (Rational{30000, 1001}));
  EXPECT_EQ(*parse_rate("120/2"), (Rational{60, 1}));
  EXPECT_EQ(*parse_rate("1000000"), (Rational{1'000'000, 1}));
}

TEST(FrameRate, KnowsTheBroadcastRates) {
  EXPECT_EQ(*parse_rate("23.976"), (Rational{24000, 1001}));
  EXPECT_EQ(*parse_rate("29.97"), (Rational{30000, 1001}));
  EXPECT_EQ(*parse_rate("59.94"), (Rational{60000, 1001}));
}

TEST(FrameRate, RefusesWhatIsNoRate) {
  for (const char* text : {"", "0", "-1", "+5", "abc", "60fps", "1/0", "0/1", "1e3", "1000001", "1.", ".5", "1/2/3",
                           "99999999999999999999", "1.0000000001", "inf", "nan", " 60", "0.000"}) {
    const auto rate = parse_rate(text);
    ASSERT_FALSE(rate) << text;
    EXPECT_EQ(rate.error().kind, ErrorKind::usage);
  }
}

TEST(FrameRate, IsPrintedAsItIsRead) {
  for (const char* text : {"60", "30000/1001", "25/2"}) EXPECT_EQ(format_rate(*parse_rate(text)), text);
}

TEST(StepTime, IsExactWhereRoundedNanosecondsAreNot) {
  EXPECT_EQ(step_time_ns(0, {60, 1}), 0);
  EXPECT_EQ(step_time_ns(1, {60, 1}), 16'666'666);
  EXPECT_EQ(step_time_ns(60, {60, 1}), 1'000'000'000);
  EXPECT_EQ(step_time_ns(216'000, {60, 1}), 3'600'000'000'000);
  EXPECT_EQ(step_time_ns(30'000, {30000, 1001}), 1'001'000'000'000);
}

TEST(StepTime, StopsAtTheEndOfTime) {
  EXPECT_EQ(step_time_ns(std::numeric_limits<std::uint64_t>::max(), {1, 1'000'000'000}),
            std::numeric_limits<std::int64_t>::max());
}

TEST(FrameBytes, MultipliesOnceAndChecksBothSides) {
  EXPECT_EQ(*frame_bytes(1, 1), 4u);
  EXPECT_EQ(*frame_bytes(1920, 1080), 8'294'400u);
  EXPECT_EQ(*frame_bytes(32768, 32768), std::size_t{1} << 32);
  EXPECT_EQ(frame_bytes(0, 5).error().kind, ErrorKind::usage);
  EXPECT_EQ(frame_bytes(5, 0).error().kind, ErrorKind::usage);
  EXPECT_EQ(frame_bytes(32769, 1).error().kind, ErrorKind::usage);
}

TEST(FrameBuffer, GrowsOnlyWhenItMust) {
  auto buffer = FrameBuffer::allocate("test.frame", 100);
  ASSERT_TRUE(buffer);
  EXPECT_GE(buffer->capacity(), 100u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->data()) % 4096, 0u);
  const std::byte* before = buffer->data();
  ASSERT_TRUE(buffer->ensure("test.frame", 50));
  EXPECT_EQ(buffer->data(), before);
  ASSERT_TRUE(buffer->ensure("test.frame", 100'000));
  EXPECT_GE(buffer->span().size(), 100'000u);
}

TEST(FrameBuffer, IsEmptyAfterItWasMovedFrom) {
  auto buffer = FrameBuffer::allocate("test.frame", 100);
  const FrameBuffer other = std::move(*buffer);
  EXPECT_EQ(buffer->capacity(), 0u);
  EXPECT_GE(other.capacity(), 100u);
}

}  // namespace
}  // namespace framespool
