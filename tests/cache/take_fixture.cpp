#include "tests/cache/take_fixture.h"

#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <thread>

namespace framespool {
namespace {

std::string unique_folder_name() {
  static int count = 0;
  return "framespool cache tëst " + std::to_string(::getpid()) + " " + std::to_string(count++);
}

}  // namespace

Pixels pixels_of(std::uint64_t frame, std::uint32_t width, std::uint32_t height) {
  Pixels pixels(std::size_t{width} * height * kBytesPerPixel);
  std::uint64_t state = (frame + 1) * 0x9e3779b97f4a7c15u;
  for (std::size_t at = 0; at < pixels.size(); at += sizeof state) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t mixed = state ^ (state >> 29);
    std::memcpy(pixels.data() + at, &mixed, std::min(sizeof mixed, pixels.size() - at));
  }
  return pixels;
}

// With a space and letters that are not ASCII, so that every test has them.
TakeTest::TakeTest() : folder_(std::filesystem::path(testing::TempDir()) / unique_folder_name()) {
  std::filesystem::create_directories(folder_);
}

TakeTest::~TakeTest() { std::filesystem::remove_all(folder_); }

TakeWriterOptions TakeTest::options(const std::string& name) const {
  TakeWriterOptions options;
  options.path = path(name);
  options.info.rate = {60, 1};
  options.info.program = "cache_test";
  options.info.scene = "pixels";
  options.first_payload_bytes = 4 * 4 * kBytesPerPixel;
  options.slot_budget_bytes = 1 << 20;
  options.reserve_bytes = 0;
  return options;
}

std::unique_ptr<TakeWriter> TakeTest::begin(const TakeWriterOptions& options) const {
  auto writer = TakeWriter::create(options);
  EXPECT_TRUE(writer) << writer.error().line();
  return writer ? std::move(*writer) : nullptr;
}

void TakeTest::write(TakeWriter& writer, std::uint64_t number, FrameSize size) {
  const Pixels pixels = pixels_of(number, size.width, size.height);
  auto slot = writer.acquire(pixels.size(), TakeWriter::Wait::yes);
  ASSERT_TRUE(slot) << slot.error().line();
  ASSERT_TRUE(*slot);
  std::copy(pixels.begin(), pixels.end(), (*slot)->payload().begin());
  FrameInfo info;
  info.presented = number;
  info.pts_ns = step_time_ns(number, {60, 1});
  info.width = size.width;
  info.height = size.height;
  const auto committed = writer.commit(std::move(**slot), info);
  ASSERT_TRUE(committed) << committed.error().line();
}

void TakeTest::wait_until_written(const TakeWriter& writer, std::uint64_t frames) {
  while (writer.stats().frames_written < frames && !writer.stopped()) std::this_thread::yield();
}

TakeSummary TakeTest::record(std::uint64_t frames, FrameSize size) const {
  const auto writer = begin(options());
  for (std::uint64_t number = 0; number < frames; ++number) write(*writer, number, size);
  auto summary = writer->finish();
  EXPECT_TRUE(summary) << summary.error().line();
  return summary.value_or(TakeSummary{});
}

void TakeTest::record_interrupted(std::uint64_t frames, FrameSize size) const {
  const auto writer = begin(options());
  for (std::uint64_t number = 0; number < frames; ++number) write(*writer, number, size);
}

std::unique_ptr<TakeReader> TakeTest::open(const std::string& name) const {
  auto reader = TakeReader::open(path(name));
  EXPECT_TRUE(reader) << reader.error().line();
  return reader ? std::move(*reader) : nullptr;
}

void TakeTest::expect_exact(TakeReader& reader, std::uint64_t index) {
  const auto info = reader.frame_info(index);
  ASSERT_TRUE(info) << info.error().line();
  Pixels pixels(info->payload_bytes);
  const auto frame = reader.read_frame(index, pixels);
  ASSERT_TRUE(frame) << frame.error().line();
  EXPECT_EQ(frame->sequence, index);
  EXPECT_EQ(frame->presented, index);
  EXPECT_EQ(frame->pts_ns, step_time_ns(index, {60, 1}));
  EXPECT_TRUE(pixels == pixels_of(index, info->width, info->height)) << "frame " << index;
}

void TakeTest::expect_all_exact(TakeReader& reader, std::uint64_t frames) {
  ASSERT_EQ(reader.frame_count(), frames);
  for (std::uint64_t index = 0; index < frames; ++index) ASSERT_NO_FATAL_FAILURE(expect_exact(reader, index));
}

void TakeTest::expect_damaged(TakeReader& reader, std::uint64_t index) {
  Pixels pixels(1 << 16);
  const auto frame = reader.read_frame(index, pixels);
  ASSERT_FALSE(frame) << "frame " << index << " was accepted";
  EXPECT_EQ(frame.error().kind, ErrorKind::damaged) << frame.error().line();
  EXPECT_NE(frame.error().why.find("frame " + std::to_string(index)), std::string::npos) << frame.error().line();
}

void TakeTest::flip_bit(std::uint64_t offset, unsigned bit) const {
  Pixels byte = bytes_at(offset, 1);
  byte[0] ^= static_cast<std::byte>(1u << bit);
  overwrite(offset, byte);
}

void TakeTest::overwrite(std::uint64_t offset, const Pixels& bytes) const {
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.good());
}

void TakeTest::overwrite_new(const Pixels& bytes) const {
  std::ofstream file(path(), std::ios::trunc | std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void TakeTest::reseal(std::uint64_t page) const {
  Pixels bytes = bytes_at(page, layout::kPage);
  std::fill_n(bytes.begin() + layout::kChecksumAt, 8, std::byte{0});
  const XXH64_hash_t hash = XXH3_64bits(bytes.data(), bytes.size());
  for (unsigned i = 0; i < 8; ++i) bytes[layout::kChecksumAt + i] = static_cast<std::byte>(hash >> (8 * i));
  overwrite(page, bytes);
}

void TakeTest::reseal_index(std::uint64_t block) const {
  const Pixels entries = bytes_at(block + layout::kPage, layout::kIndexEntriesBytes);
  const XXH64_hash_t hash = XXH3_64bits(entries.data(), entries.size());
  Pixels field(8);
  for (unsigned i = 0; i < 8; ++i) field[i] = static_cast<std::byte>(hash >> (8 * i));
  overwrite(block + layout::kIndexEntriesChecksum, field);
  reseal(block);
}

Pixels TakeTest::bytes_at(std::uint64_t offset, std::size_t count) const {
  std::ifstream file(path(), std::ios::binary);
  Pixels bytes(count);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
  EXPECT_TRUE(file.good());
  return bytes;
}

std::uint64_t TakeTest::record_offset(std::uint64_t number, FrameSize size) {
  const std::uint64_t record = layout::record_bytes(std::uint64_t{size.width} * size.height * kBytesPerPixel);
  return layout::kFirstRecord + number * record + number / layout::kFramesPerIndex * layout::kIndexBlockBytes;
}

}  // namespace framespool
