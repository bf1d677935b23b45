// A take that is not in the page cache: read exactly, in any order, with hardly a page of it kept.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "cache/frame_buffer.h"
#include "cache/internal/stream_ahead.h"
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

// Read by itself, a header waits behind all that is being read ahead: an export then hardly overlapped with the disk.
TEST_F(ColdRead, TakesHeadersFromWhatWasReadAhead) {
  constexpr std::uint64_t kFrames = 262;
  record_marked(kFrames, kUneven);
  if (!forget()) GTEST_SKIP() << "this file system is memory";
  auto buffer = FrameBuffer::allocate("test", bytes_of(kUneven)).value();
  const auto reader = open();
  reader->expect_from(0);
  const std::uint64_t before = reader->read_calls();
  for (std::uint64_t number = 0; number + 1 < kFrames; ++number) {
    expect_marked(*reader, number, buffer.span().first(bytes_of(kUneven)));
    ASSERT_TRUE(reader->frame_info(number + 1));  // as an export does: when is this picture over?
  }
  // The first frame's, and behind the index block.
  EXPECT_LT(reader->read_calls() - before, 12u);
}

class StreamsAhead : public TakeTest {
 protected:
  static constexpr std::uint64_t kPiece = StreamAhead::kLeastRead;
  static constexpr std::uint64_t kBytes = 6 * kPiece - 4096;  // more than the ring for one piece, and uneven

  void SetUp() override {
    content_.resize(kBytes);
    for (std::size_t at = 0; at < kBytes; at += 512)
      std::memset(content_.data() + at, static_cast<int>(at / 512 % 251), 512);
    const auto written = File::open(path(), O_WRONLY | O_CREAT);
    ASSERT_EQ(write_at(written, content_, 0), 0);
    file_ = File::open(path(), O_RDONLY);
    ASSERT_TRUE(file_);
  }
  // How much came, all of it what stands in the file.
  std::size_t take(std::uint64_t offset, std::size_t bytes) {
    Pixels got(bytes);
    const std::size_t count = stream_.take(offset, got);
    EXPECT_TRUE(std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(count),
                           content_.begin() + static_cast<std::ptrdiff_t>(offset)))
        << "from " << offset;
    return count;
  }

  [[nodiscard]] static std::size_t live_bytes_of(const std::string& tag) {
    for (const LedgerTag& entry : Ledger::instance().snapshot())
      if (entry.tag == tag) return entry.live_bytes;
    return 0;
  }

  Pixels content_;
  File file_;
  StreamAhead stream_;
};

TEST_F(StreamsAhead, GiveAFileInOrderWhateverIsAskedForAtATime) {
  stream_.follow(file_, 4096, kBytes, kPiece);
  constexpr std::size_t kOdd = 1'000'003;
  std::uint64_t at = 4096;
  for (; at + kOdd < kBytes; at += kOdd) ASSERT_EQ(take(at, kOdd), kOdd);
  EXPECT_EQ(take(at, kOdd), kBytes - at);
  EXPECT_EQ(take(kBytes, 1), 0u);
}

TEST_F(StreamsAhead, GiveNothingOfWhatWasNotAskedForOrIsGivenUp) {
  EXPECT_EQ(take(0, 4096), 0u) << "nothing was asked for";
  stream_.follow(file_, 8192, kBytes, kPiece);
  EXPECT_EQ(take(4096, 4096), 0u);
  EXPECT_EQ(take(12288, 4096), 4096u);
  EXPECT_EQ(take(8192, 4096), 0u);
}

TEST_F(StreamsAhead, GoOnBehindWhatIsLeftOutAndBeginAgainElsewhere) {
  stream_.follow(file_, 0, kBytes, kPiece);
  EXPECT_EQ(take(0, 5000), 5000u);
  EXPECT_EQ(take(3 * kPiece + 77, 5000), 5000u);
  stream_.follow(file_, 4096, kBytes, kPiece);
  EXPECT_EQ(take(4096, 3 * kPiece), 3 * kPiece);
  stream_.follow(file_, 4096, kBytes, 3 * kPiece);  // what was given up, and with a larger ring
  EXPECT_EQ(take(4096, 4 * kPiece), 4 * kPiece);
}

TEST_F(StreamsAhead, GoAsFarAsTheLimitWhichMayMove) {
  stream_.follow(file_, 0, 8192, kPiece);
  EXPECT_EQ(take(0, 3 * 4096), 8192u);
  stream_.follow(file_, 8192, kBytes, kPiece);
  EXPECT_EQ(take(8192, 2 * kPiece), 2 * kPiece);
}

TEST_F(StreamsAhead, GiveWholePagesOfAFileThatIsShorterThanItShouldBe) {
  truncate_to(kPiece + 5000);
  stream_.follow(file_, 0, kBytes, kPiece);
  EXPECT_EQ(take(0, 3 * kPiece), kPiece + 4096);
}

TEST_F(StreamsAhead, OfWhatCannotBeReadGiveNothing) {
  const File folder = File::open(path().parent_path(), O_RDONLY);
  stream_.follow(folder, 0, kBytes, kPiece);
  EXPECT_EQ(take(0, 4096), 0u);
  stream_.follow(file_, 0, kBytes, kPiece);
  EXPECT_EQ(take(0, 4096), 4096u);
  stream_.stop();
  EXPECT_EQ(take(4096, 4096), 0u);
}

TEST_F(StreamsAhead, HoldAFixedAmountHoweverLargeFramesAre) {
  stream_.follow(file_, 0, kBytes, std::uint64_t{1} << 40);
  EXPECT_EQ(live_bytes_of("cache.ahead"), StreamAhead::kMostBytes);
}

TEST_F(StreamsAhead, EndWithTheirOwnerWhateverTheyAreDoing) {
  StreamAhead other;
  other.follow(file_, 0, kBytes, kPiece);
}

}  // namespace
}  // namespace framespool
