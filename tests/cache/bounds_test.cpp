// What must not grow: memory with frames, descriptors with takes, the page cache with bytes, reads with length.
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "cache/cache_directory.h"
#include "cache/internal/file.h"
#include "cache/internal/record_writer.h"
#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using namespace layout;

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

std::uint64_t resident_pages(const std::filesystem::path& path) {
  const File file = File::open(path, O_RDONLY);
  const std::size_t bytes = std::filesystem::file_size(path);
  const Mapping mapping(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.descriptor(), 0), bytes);
  std::vector<unsigned char> pages((bytes + kPage - 1) / kPage);
  EXPECT_EQ(::mincore(mapping.data(), bytes, pages.data()), 0);
  std::uint64_t count = 0;
  for (const unsigned char page : pages) count += page & 1u;
  return count;
}

class Bounds : public TakeTest {
 protected:
  [[nodiscard]] bool on_disk() const {
    const auto place = file_system_info(path());
    return place && !place->in_memory;
  }
  void lay_out_interrupted(std::uint64_t frames) const;
  [[nodiscard]] TakeWriterOptions options_720p(bool direct) const {
    auto how = options();
    how.first_payload_bytes = std::size_t{1280} * 720 * 4;
    how.slot_budget_bytes = 0;
    how.direct_io = direct;
    return how;
  }
};

// The file that a killed writer of small frames leaves, without writing 1.7 GB: every index block is real, and so
// are the file header, the pointers, each 100th record and the last 1000; the others are holes, because nothing but
// reading those very frames may look at them. Payloads are zeroes.
void Bounds::lay_out_interrupted(std::uint64_t frames) const {
  TakeInfo info;
  info.rate = {60, 1};
  info.session = {1, 2, 3};
  auto file = TakeFile::create(path(), false, false);
  ASSERT_TRUE(file) << file.error().line();
  file->keep();
  auto index = IndexWriter::create(info.session);
  ASSERT_TRUE(index);
  Pixels page(kPage);
  encode(info, Page(page));
  ASSERT_TRUE(file->rewrite(0, page));
  const Pixels payload(64);
  for (std::uint64_t number = 0; number < frames; ++number) {
    const std::uint64_t offset = record_offset(number);
    FrameInfo frame;
    frame.pts_ns = step_time_ns(number, info.rate);
    frame.width = frame.height = 4;
    frame.stride_bytes = 16;
    frame.payload_bytes = 64;
    if (number % 100 == 0 || number + 1000 > frames) {
      describe_frame(frame, info, Page(page));
      seal_frame(number, 0, checksum(payload), Page(page));
      ASSERT_TRUE(file->rewrite(offset, page));
    }
    if (number % kFramesPerIndex == kFramesPerIndex - 1) {
      // Only moves the end to where the index block belongs.
      ASSERT_TRUE(file->truncate(offset + 2 * kPage));
    }
    ASSERT_TRUE(index->add({offset, frame.pts_ns, 4, 4, 64}, *file));
  }
  ASSERT_TRUE(file->truncate(record_offset(frames)));
}

TEST_F(Bounds, AnHourOfFramesThatWasInterruptedOpensWithFewReads) {
  constexpr std::uint64_t kFrames = 216'000;
  lay_out_interrupted(kFrames);
  const auto begin_time = std::chrono::steady_clock::now();
  const auto reader = open();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin_time;
  EXPECT_EQ(reader->state(), TakeState::interrupted);
  ASSERT_EQ(reader->frame_count(), kFrames);
  std::printf("216000 interrupted frames opened in %.1f ms with %llu reads\n", took.count(),
              static_cast<unsigned long long>(reader->read_calls()));
  EXPECT_LT(reader->read_calls(), 300u);
  std::uint64_t before = reader->read_calls();
  for (const std::uint64_t index : {0u, 77'700u, 215'999u, 100u, 128'000u}) {
    EXPECT_EQ(reader->frame_info(index)->sequence, index);
    EXPECT_LT(reader->read_calls() - before, 40u) << index;
    before = reader->read_calls();
  }
  // All times and sizes, backwards, without a look at a frame that the index covers.
  std::int64_t time = reader->frame_outline(kFrames - 1)->pts_ns;
  for (std::uint64_t index = kFrames - 1; index-- > 0;) {
    const auto frame = reader->frame_outline(index);
    ASSERT_TRUE(frame && frame->width > 0 && frame->pts_ns < time) << index;
    time = frame->pts_ns;
  }
  EXPECT_EQ(time, 0);
  EXPECT_LT(reader->read_calls() - before, kFrames / 64);
}

TEST_F(Bounds, RecordingAndReadingAllocateNothingPerFrame) {
  auto how = options();
  const auto writer = begin(how);
  for (std::uint64_t number = 0; number < 600; ++number) write(*writer, number);
  wait_until_written(*writer, 600);
  // Reading and writing at once, over many index blocks.
  const auto reader = open();
  Pixels pixels(64);
  const auto go_on = [&](std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t number = from; number < to; ++number) {
      auto slot = writer->acquire(64, TakeWriter::Wait::yes);
      FrameInfo info;
      info.width = info.height = 4;
      static_cast<void>(writer->commit(std::move(**slot), info));
    }
    wait_until_written(*writer, to);
    static_cast<void>(reader->refresh());
    for (std::uint64_t number = from; number < to; ++number) static_cast<void>(reader->read_frame(number, pixels));
  };
  go_on(600, 1200);
  const auto before = ::mallinfo2();
  go_on(1200, 6000);
  const auto after = ::mallinfo2();
  EXPECT_EQ(reader->frame_count(), 6000u);
  EXPECT_LT(after.uordblks, before.uordblks + 4096) << "bytes in use";
}

TEST_F(Bounds, OpeningAndClosingLeaksNoDescriptor) {
  const auto once = [&] {
    record(2);
    static_cast<void>(open());
    EXPECT_TRUE(verify_take(path()));
    EXPECT_TRUE(list_takes(path().parent_path()));
    EXPECT_FALSE(TakeWriter::create(options())) << "exists";
    EXPECT_TRUE(remove_take(path()));
    EXPECT_FALSE(TakeReader::open(path()));
  };
  once();
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) once();
  EXPECT_EQ(open_descriptors(), before);
}

class PageCache : public Bounds, public testing::WithParamInterface<bool> {};

TEST_P(PageCache, GrowsByLessThan32MegabytesWhileATakeIsWrittenAndRead) {
  if (!on_disk()) GTEST_SKIP() << "the temporary folder is in memory";
  constexpr std::uint64_t kFrames = 60;
  constexpr std::uint64_t kLimit = (32 << 20) / kPage;
  const auto writer = begin(options_720p(GetParam()));
  const bool direct = writer->stats().direct_io;
  const Pixels pixels = pixels_of(1, 1280, 720);
  FrameInfo info;
  info.width = 1280;
  info.height = 720;
  std::uint64_t most = 0;
  const auto begin_time = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < kFrames; ++number) {
    auto slot = writer->acquire(pixels.size(), TakeWriter::Wait::yes);
    ASSERT_TRUE(slot && *slot);
    std::copy(pixels.begin(), pixels.end(), (*slot)->payload().begin());
    ASSERT_TRUE(writer->commit(std::move(**slot), info));
    if (number % 10 == 9) most = std::max(most, resident_pages(path()));
  }
  ASSERT_TRUE(writer->finish());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_time;
  most = std::max(most, resident_pages(path()));
  EXPECT_LT(most, kLimit);
  std::printf("%s: %.0f MB/s, at most %.1f MB of page cache\n", direct ? "direct" : "buffered",
              static_cast<double>(kFrames * pixels.size()) / 1e6 / took.count(),
              static_cast<double>(most * kPage) / 1e6);

  {
    const File file = File::open(path(), O_RDONLY);
    ::posix_fadvise(file.descriptor(), 0, 0, POSIX_FADV_DONTNEED);
  }
  const std::uint64_t before = resident_pages(path());
  most = 0;
  Pixels buffer(pixels.size());
  {
    const auto reader = open();
    for (std::uint64_t number = 0; number < kFrames; ++number) {
      ASSERT_TRUE(reader->read_frame(number, buffer));
      most = std::max(most, resident_pages(path()));
    }
  }
  EXPECT_LT(most, before + kLimit);
  EXPECT_LT(resident_pages(path()), before + 64) << "what was read is dropped when the reader goes";
  std::printf("read: at most %.1f MB of page cache\n", static_cast<double>(most * kPage) / 1e6);
}

TEST_F(Bounds, AReaderLeavesACachedTakeInThePageCache) {
  if (!on_disk()) GTEST_SKIP() << "the temporary folder is in memory";
  constexpr std::uint64_t kFrames = 12;
  const auto writer = begin(options_720p(true));
  FrameInfo info;
  info.width = 1280;
  info.height = 720;
  for (std::uint64_t number = 0; number < kFrames; ++number) {
    auto slot = writer->acquire(std::size_t{1280} * 720 * 4, TakeWriter::Wait::yes);
    ASSERT_TRUE(slot && *slot);
    ASSERT_TRUE(writer->commit(std::move(**slot), info));
  }
  ASSERT_TRUE(writer->finish());
  std::ifstream file(path(), std::ios::binary);
  for (std::vector<char> piece(1 << 20); file; file.read(piece.data(), static_cast<std::streamsize>(piece.size())))
    continue;
  const std::uint64_t before = resident_pages(path());
  ASSERT_GE(before, std::filesystem::file_size(path()) / kPage);

  Pixels buffer(std::size_t{1280} * 720 * 4);
  {
    const auto reader = open();
    for (std::uint64_t number = 0; number < kFrames; ++number)
      ASSERT_TRUE(reader->read_frame(number, buffer));
  }
  EXPECT_GE(resident_pages(path()), before / 10 * 9) << "the kernel may take some back, the reader none";
}

INSTANTIATE_TEST_SUITE_P(DirectAndBuffered, PageCache, testing::Bool());

}  // namespace
}  // namespace framespool
