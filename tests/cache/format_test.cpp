// The bytes of docs/take-format.md, read here with nothing but that document.
#include <xxhash.h>

#include <cstring>

#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

template <class T>
T value_at(const Pixels& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string text_at(const Pixels& bytes, std::size_t at, std::size_t count) {
  return std::string(reinterpret_cast<const char*>(bytes.data() + at), count);
}

void expect_block(const Pixels& page, const std::string& magic) {
  EXPECT_EQ(text_at(page, 0, 8), magic);
  EXPECT_EQ(value_at<std::uint32_t>(page, 8), 1u);
  EXPECT_EQ(value_at<std::uint32_t>(page, 12), 4096u);
  Pixels blank(page.begin(), page.begin() + 4096);
  std::memset(blank.data() + 32, 0, 8);
  EXPECT_EQ(value_at<std::uint64_t>(page, 32), XXH3_64bits(blank.data(), 4096));
}

using Format = TakeTest;

TEST_F(Format, OfTheFileHeader) {
  record(1);
  const Pixels page = bytes_at(0, 4096);
  expect_block(page, "FSPOOL-H");
  EXPECT_EQ(value_at<std::int64_t>(page, 128), 60);
  EXPECT_EQ(value_at<std::int64_t>(page, 136), 1);
  EXPECT_EQ(value_at<std::uint32_t>(page, 144), 2u);
  EXPECT_EQ(value_at<std::uint16_t>(page, 160), 10u);
  EXPECT_EQ(text_at(page, 162, 10), "cache_test");
  EXPECT_EQ(value_at<std::uint16_t>(page, 418), 6u);
  EXPECT_EQ(text_at(page, 420, 6), "pixels");
}

TEST_F(Format, OfARecord) {
  record(2, {3, 5});
  const Pixels record = bytes_at(12288 + 8192, 8192);
  expect_block(record, "FSPOOL-F");
  EXPECT_EQ(text_at(record, 16, 16), text_at(bytes_at(0, 4096), 16, 16)) << "session";
  EXPECT_EQ(value_at<std::uint64_t>(record, 40), 1u);
  EXPECT_EQ(value_at<std::int64_t>(record, 56), 16'666'666);
  EXPECT_EQ(value_at<std::uint32_t>(record, 64), 3u);
  EXPECT_EQ(value_at<std::uint32_t>(record, 68), 5u);
  EXPECT_EQ(value_at<std::uint64_t>(record, 72), 12u);
  EXPECT_EQ(value_at<std::uint64_t>(record, 112), 60u);
  EXPECT_EQ(value_at<std::uint64_t>(record, 120), XXH3_64bits(record.data() + 4096, 60));
  EXPECT_EQ(text_at(record, 192 + 34, 10), "cache_test");
  EXPECT_EQ(Pixels(record.begin() + 4096, record.begin() + 4156), pixels_of(1, 3, 5));
  EXPECT_EQ(Pixels(record.begin() + 4156, record.end()), Pixels(4096 - 60)) << "padding";
}

TEST_F(Format, OfIndexPointerAndEnd) {
  record(300);
  const std::uint64_t first_index = 12288 + 256 * 8192;
  const Pixels index = bytes_at(first_index, 12288);
  expect_block(index, "FSPOOL-I");
  EXPECT_EQ(value_at<std::uint64_t>(index, 40), 0u);
  EXPECT_EQ(value_at<std::uint32_t>(index, 48), 256u);
  EXPECT_EQ(value_at<std::uint64_t>(index, 56), XXH3_64bits(index.data() + 4096, 8192));
  EXPECT_EQ(value_at<std::uint64_t>(index, 64), 0u);
  EXPECT_EQ(value_at<std::uint64_t>(index, 4096 + 7 * 32), 12288u + 7 * 8192);
  EXPECT_EQ(value_at<std::int64_t>(index, 4096 + 7 * 32 + 8), step_time_ns(7, {60, 1}));
  EXPECT_EQ(value_at<std::uint32_t>(index, 4096 + 7 * 32 + 16), 4u);
  EXPECT_EQ(value_at<std::uint64_t>(index, 4096 + 7 * 32 + 24), 64u);

  const std::uint64_t second_index = first_index + 12288 + 44 * 8192;
  const Pixels second = bytes_at(second_index, 4096);
  expect_block(second, "FSPOOL-I");
  EXPECT_EQ(value_at<std::uint64_t>(second, 40), 1u);
  EXPECT_EQ(value_at<std::uint32_t>(second, 48), 44u);
  EXPECT_EQ(value_at<std::uint64_t>(second, 64), first_index);

  const Pixels a = bytes_at(4096, 4096), b = bytes_at(8192, 4096);
  expect_block(a, "FSPOOL-P");
  expect_block(b, "FSPOOL-P");
  EXPECT_EQ(value_at<std::uint64_t>(a, 40), 1u);
  EXPECT_EQ(value_at<std::uint64_t>(a, 48), first_index);
  EXPECT_EQ(value_at<std::uint64_t>(b, 40), 2u);
  EXPECT_EQ(value_at<std::uint64_t>(b, 48), second_index);
  EXPECT_EQ(value_at<std::uint64_t>(b, 56), 300u);

  const Pixels end = bytes_at(file_bytes() - 4096, 4096);
  expect_block(end, "FSPOOL-E");
  EXPECT_EQ(value_at<std::uint64_t>(end, 40), 300u);
  EXPECT_EQ(value_at<std::int64_t>(end, 56), step_time_ns(299, {60, 1}) + 16'666'666);
  EXPECT_EQ(value_at<std::uint64_t>(end, 72), second_index);
  EXPECT_EQ(file_bytes(), second_index + 12288 + 4096);
}

}  // namespace
}  // namespace framespool
