// A take cut short at any byte, and with any bit flipped.
#include <algorithm>
#include <random>

#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using namespace layout;

using CutShort = TakeTest;

// Frames whose record is whole in a file of `bytes` bytes.
std::uint64_t whole_frames(std::uint64_t bytes, std::uint64_t frames, std::uint64_t record) {
  return bytes < kFirstRecord ? 0 : std::min(frames, (bytes - kFirstRecord) / record);
}

TEST_F(CutShort, AtEveryByteOpensWithEveryWholeFrame) {
  record(2, {1, 1});
  const std::uint64_t all = file_bytes();
  ASSERT_EQ(all, kFirstRecord + 2 * 8192 + kIndexBlockBytes + kPage);
  for (std::uint64_t bytes = all; bytes-- > 0;) {
    truncate_to(bytes);
    const auto reader = TakeReader::open(path());
    if (bytes < kPage) {
      ASSERT_FALSE(reader) << bytes;
      EXPECT_TRUE(reader.error().kind == ErrorKind::usage || reader.error().kind == ErrorKind::damaged);
      continue;
    }
    ASSERT_TRUE(reader) << bytes << ": " << reader.error().line();
    EXPECT_EQ((*reader)->state(), TakeState::interrupted);
    const std::uint64_t frames = whole_frames(bytes, 2, 8192);
    ASSERT_EQ((*reader)->frame_count(), frames) << bytes;
    if (bytes % 16 == 0 || bytes % kPage > kPage - 8) {
      ASSERT_NO_FATAL_FAILURE(expect_all_exact(**reader, frames)) << bytes;
    }
  }
}

TEST_F(CutShort, AroundEveryBlockOfATakeWithIndexBlocks) {
  constexpr std::uint64_t kFrames = 256 * 2 + 3;
  record(kFrames);
  std::vector<std::uint64_t> lengths;
  for (std::uint64_t page = kFirstRecord; page <= file_bytes(); page += 13 * kPage)
    for (const std::uint64_t around : {page - 1, page, page + 1}) lengths.push_back(around);
  for (const std::uint64_t frame : {256u, 512u})
    for (std::uint64_t back = 0; back <= kIndexBlockBytes + 2; back += 2048)
      lengths.push_back(record_offset(frame) - back);
  std::sort(lengths.rbegin(), lengths.rend());
  for (const std::uint64_t bytes : lengths) {
    if (bytes >= file_bytes()) continue;
    truncate_to(bytes);
    std::uint64_t frames = 0;
    while (frames < kFrames && record_offset(frames) + 8192 <= bytes) ++frames;
    const auto reader = open();
    ASSERT_EQ(reader->frame_count(), frames) << bytes;
    EXPECT_EQ(reader->state(), TakeState::interrupted);
    for (std::uint64_t i = 0; i < frames; i += 31) ASSERT_NO_FATAL_FAILURE(expect_exact(*reader, i)) << bytes;
    if (frames > 0) expect_exact(*reader, frames - 1);
  }
}

// Wherever a bit flips: no crash, no wrong frame accepted, at most one frame lost, and that one is named.
TEST_F(CutShort, OrWithAnyBitFlippedNoWrongFrameIsAccepted) {
  constexpr std::uint64_t kFrames = 4;
  record(kFrames);
  std::mt19937_64 random(20260101);
  // Bytes that mean something are few: each of them once, and others at random.
  std::vector<std::uint64_t> places;
  for (std::uint64_t page = 0; page < file_bytes(); page += kPage)
    for (std::uint64_t at = 0; at < 136; ++at) places.push_back(page + at);
  for (int i = 0; i < 10'000; ++i) places.push_back(random() % file_bytes());
  for (const std::uint64_t place : places) {
    const unsigned bit = static_cast<unsigned>(random() % 8);
    flip_bit(place, bit);
    const auto reader = TakeReader::open(path());
    ASSERT_TRUE(reader) << place << ": " << reader.error().line();
    ASSERT_EQ((*reader)->frame_count(), kFrames) << place;
    std::uint64_t lost = 0;
    for (std::uint64_t i = 0; i < kFrames; ++i) {
      Pixels pixels(64);
      const auto frame = (*reader)->read_frame(i, pixels);
      if (frame) {
        ASSERT_TRUE(pixels == pixels_of(i, 4, 4)) << "wrong pixels of frame " << i << " accepted, byte " << place;
        ASSERT_EQ(frame->pts_ns, step_time_ns(i, {60, 1})) << place;
      } else {
        ++lost;
        ASSERT_EQ(frame.error().kind, ErrorKind::damaged);
      }
    }
    const bool in_record = place >= kFirstRecord && place < record_offset(kFrames);
    const bool in_padding = in_record && (place - kFirstRecord) % 8192 >= kPage + 64;
    ASSERT_EQ(lost, in_record && !in_padding ? 1u : 0u) << place;
    flip_bit(place, bit);
  }
}

}  // namespace
}  // namespace framespool
