// A take that is not in the page cache: read exactly, in any order, with hardly a page of it kept.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "cache/frame_buffer.h"
#include "cache/internal/staged_read.h"
#include "cache/ledger.h"
#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

constexpr std::size_t kMostGrowth = 32 << 20;  // what issue and design page allow
constexpr FrameSize kUltraHd{3840, 2160};      // one frame alone is more
constexpr FrameSize kUneven{367, 359};         // read directly, and no multiple of a page

class ColdRead : public TakeTest {
 protected:
  // Frames that know their number at every page, made and compared fast.
  void record_marked(std::uint64_t frames, FrameSize size) const {
    TakeWriterOptions wanted = options();
    wanted.slot_budget_bytes = 0;
    const auto writer = begin(wanted);
    for (std::uint64_t number = 0; number < frames; ++number) {
      auto slot = writer->acquire(bytes_of(size), TakeWriter::Wait::yes);
      ASSERT_TRUE(slot && *slot);
      mark((*slot)->payload(), number);
      FrameInfo info;
      info.presented = number;
      info.pts_ns = step_time_ns(number, {60, 1});
      info.width = size.width;
      info.height = size.height;
      ASSERT_TRUE(writer->commit(std::move(**slot), info));
    }
    ASSERT_TRUE(writer->finish());
  }
  static std::size_t bytes_of(FrameSize size) { return std::size_t{size.width} * size.height * kBytesPerPixel; }
  static void mark(std::span<std::byte> payload, std::uint64_t number) {
    for (std::size_t at = 0; at < payload.size(); at += 512)
      std::memset(payload.data() + at, static_cast<int>((at / 512 + 37 * number) % 251),
                  std::min<std::size_t>(512, payload.size() - at));
  }
  // Reads a frame and compares all of it.
  static void expect_marked(TakeReader& reader, std::uint64_t number, std::span<std::byte> buffer) {
    Pixels expected(buffer.size());
    mark(expected, number);
    std::ranges::fill(buffer, std::byte{0xEE});
    const auto info = reader.read_frame(number, buffer);
    ASSERT_TRUE(info) << info.error().line();
    EXPECT_EQ(info->sequence, number);
    EXPECT_TRUE(std::memcmp(buffer.data(), expected.data(), expected.size()) == 0) << "frame " << number;
  }

  [[nodiscard]] std::size_t resident_bytes() const {
    const int file = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
    void* const mapped = ::mmap(nullptr, file_bytes(), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    EXPECT_NE(mapped, MAP_FAILED);
    std::vector<unsigned char> pages((file_bytes() + 4095) / 4096);
    EXPECT_EQ(::mincore(mapped, file_bytes(), pages.data()), 0);
    ::munmap(mapped, file_bytes());
    return static_cast<std::size_t>(std::count_if(pages.begin(), pages.end(), [](auto p) { return p & 1; })) * 4096;
  }
  // False on a file system that is memory itself.
  [[nodiscard]] bool forget() const {
    const int file = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
    ::fdatasync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
    return resident_bytes() < file_bytes() / 4;
  }
  [[nodiscard]] static std::uint64_t allocations_of(const std::string& tag) {
    for (const LedgerTag& entry : Ledger::instance().snapshot())
      if (entry.tag == tag) return entry.count;
    return 0;
  }
};

TEST_F(ColdRead, OfFramesLargerThanTheLimitKeepsThePageCacheBelowIt) {
  record_marked(4, kUltraHd);
  if (!forget()) GTEST_SKIP() << "this file system is memory";
  auto buffer = FrameBuffer::allocate("test", bytes_of(kUltraHd) + 64).value();
  // Memory that begins at a page is read into around the page cache, other memory through it.
  for (const std::size_t begin : {0, 64}) {
    ASSERT_TRUE(forget());
    const auto reader = open();
    std::size_t most = 0;
    for (std::uint64_t number = 0; number < 4; ++number) {
      expect_marked(*reader, number, buffer.span().subspan(begin, bytes_of(kUltraHd)));
      most = std::max(most, resident_bytes());
    }
    EXPECT_LT(most, kMostGrowth) << (begin ? "through the page cache" : "around it");
    std::printf("%s the page cache: %.1f MB of the take in it at most\n", begin ? "through" : "around",
                static_cast<double>(most) / 1e6);
  }
  EXPECT_LT(resident_bytes(), kMostGrowth / 8) << "after the reader went";
}

TEST_F(ColdRead, LeavesATakeThatIsInThePageCacheThere) {
  record_marked(6, kUneven);
  if (!forget()) GTEST_SKIP() << "this file system is memory";
  ASSERT_EQ(bytes_at(0, file_bytes()).size(), file_bytes());
  const std::size_t before = resident_bytes();
  auto buffer = FrameBuffer::allocate("test", bytes_of(kUneven)).value();
  {
    const auto reader = open();
    for (std::uint64_t number = 0; number < 6; ++number)
      expect_marked(*reader, number, buffer.span().first(bytes_of(kUneven)));
  }
  EXPECT_GE(resident_bytes() + (64 << 10), before);
}

TEST_F(ColdRead, IsExactInOrderAndInAnyOther) {
  // More than 256, so that an index block stands between two frames.
  constexpr std::uint64_t kFrames = 262;
  record_marked(kFrames, kUneven);
  const bool cold = forget();
  auto buffer = FrameBuffer::allocate("test", bytes_of(kUneven)).value();
  const auto pixels = buffer.span().first(bytes_of(kUneven));
  const std::uint64_t staged_before = allocations_of("cache.ahead");
  const auto reader = open();
  for (std::uint64_t number = 0; number < kFrames; ++number) expect_marked(*reader, number, pixels);
  if (cold) {
    EXPECT_GT(allocations_of("cache.ahead"), staged_before) << "nothing was read ahead";
  }
  for (const std::uint64_t number : {7u, 6u, 200u, 201u, 202u, 255u, 256u, 0u, 261u, 1u})
    expect_marked(*reader, number, pixels);
}

class StagedReads : public TakeTest {
 protected:
  void SetUp() override {
    record(40);
    file_ = File::open(path(), O_RDONLY);
    ASSERT_TRUE(file_);
  }
  File file_;
  StagedRead staged_;
};

TEST_F(StagedReads, GiveWhatStandsAtTheOffsetTheyWereBegunAt) {
  Pixels got(8192);
  staged_.begin(file_, 12288, 8192);
  ASSERT_EQ(staged_.take(12288, got), 8192u);
  EXPECT_EQ(got, bytes_at(12288, 8192));
  staged_.begin(file_, 4096, 4096);
  ASSERT_EQ(staged_.take(4096, got), 4096u);
  EXPECT_TRUE(std::equal(got.begin(), got.begin() + 4096, bytes_at(4096, 4096).begin()));
}

TEST_F(StagedReads, GiveNothingForAnyOtherOffsetAndWholePagesOnly) {
  Pixels got(8192);
  EXPECT_EQ(staged_.take(0, got), 0u) << "nothing was begun";
  staged_.begin(file_, 4096, 8192);
  EXPECT_EQ(staged_.take(8192, got), 0u);
  EXPECT_EQ(staged_.take(4096, std::span(got).first(5000)), 4096u);
  staged_.begin(file_, file_bytes() / 4096 * 4096, 8192);  // at the end
  EXPECT_EQ(staged_.take(file_bytes() / 4096 * 4096, got), 0u);
}

TEST_F(StagedReads, OfAFileThatCannotBeReadGiveNothing) {
  Pixels got(4096);
  const File folder = File::open(path().parent_path(), O_RDONLY);
  staged_.begin(folder, 0, 4096);
  EXPECT_EQ(staged_.take(0, got), 0u);
}

TEST_F(StagedReads, EndWithTheirOwnerWhateverTheyAreDoing) {
  StagedRead other;
  other.begin(file_, 0, 4096);
}

}  // namespace
}  // namespace framespool
