// System calls that fail: the library's pwrite and fallocate are these, which fail as a test tells them to; and its checksums
// are counted.
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

// Read by the writer thread; set before it starts.
struct Plan {
  std::atomic<int> writes_until_fault{-1};  // pwrite calls that go well; -1: all
  std::atomic<int> error_number{0};         // 0: a short write
  std::atomic<std::size_t> short_bytes{0};  // written before the fault
  std::atomic<bool> for_good{false};
  std::atomic<bool> no_fallocate{false};
};
Plan plan;

// Of records that are written beside what else is done.
constexpr std::size_t kLarge = 1 << 20;

// Counts checksums of large payloads. Writes wait, when told to: the first until all is committed, a later one for the next checksum
// to be begun.
struct Checksums {
  std::mutex mutex;
  std::condition_variable another;
  int begun = 0;                // guarded by mutex
  int writes = 0;  // of large records
  int write_to_wait_in = -1;
  bool came = false;
  bool is_all_committed = false;

  void wait_in(int write) {
    const std::lock_guard lock(mutex);
    begun = writes = 0;
    came = is_all_committed = false;
    write_to_wait_in = write;
  }
  void note_all_committed() {
    const std::lock_guard lock(mutex);
    is_all_committed = true;
    another.notify_all();
  }
  void note() {
    const std::lock_guard lock(mutex);
    ++begun;
    another.notify_all();
  }
  void wait_in_write() {
    std::unique_lock lock(mutex);
    if (write_to_wait_in < 0) return;
    const int write = writes++;
    if (write == 0) another.wait_for(lock, std::chrono::seconds(20), [this] { return is_all_committed; });
    if (write != write_to_wait_in) return;
    came = another.wait_for(lock, std::chrono::seconds(20), [&] { return begun >= write + 2; });
    write_to_wait_in = -1;
  }
} checksums;

}  // namespace
}  // namespace framespool

extern "C" {

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  using framespool::plan;
  const auto write_through = [&](size_t part) {
    return static_cast<ssize_t>(::syscall(SYS_pwrite64, descriptor, bytes, part, offset));
  };
  if (count > framespool::kLarge) framespool::checksums.wait_in_write();
  const int left = plan.writes_until_fault.load();
  if (left < 0) return write_through(count);
  if (left > 0) {
    plan.writes_until_fault = left - 1;
    return write_through(count);
  }
  const size_t part = std::min(count, plan.short_bytes.exchange(0));
  if (part > 0) return write_through(part);
  if (!plan.for_good) plan.writes_until_fault = -1;
  if (plan.error_number == 0) return write_through(count);
  errno = plan.error_number;
  return -1;
}

// The one that chooses by the processor, or the plain one: whichever the build found.
std::uint64_t XXH3_64bits_dispatch(const void* bytes, std::size_t count) {
  static const auto real =
      reinterpret_cast<std::uint64_t (*)(const void*, std::size_t)>(::dlsym(RTLD_NEXT, "XXH3_64bits_dispatch"));
  if (count > framespool::kLarge) framespool::checksums.note();
  return real(bytes, count);
}
std::uint64_t XXH3_64bits(const void* bytes, std::size_t count) {
  static const auto real =
      reinterpret_cast<std::uint64_t (*)(const void*, std::size_t)>(::dlsym(RTLD_NEXT, "XXH3_64bits"));
  if (count > framespool::kLarge) framespool::checksums.note();
  return real(bytes, count);
}

int fallocate64(int descriptor, int mode, off64_t offset, off64_t bytes) {
  if (framespool::plan.no_fallocate) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, offset, bytes));
}

}  // extern "C"

namespace framespool {
namespace {

class Fault : public TakeTest {
 protected:
  ~Fault() override {
    plan.writes_until_fault = -1;
    plan.error_number = 0;
    plan.short_bytes = 0;
    plan.for_good = false;
    plan.no_fallocate = false;
  }
  // The first write is the file's beginning; frame k is write k + 1.
  static void fail_at_frame(int frame, int error_number, std::size_t short_bytes = 0) {
    plan.error_number = error_number;
    plan.short_bytes = short_bytes;
    plan.writes_until_fault = frame + 1;
  }
  static std::optional<Error> write_frames(TakeWriter& writer, std::uint64_t frames, FrameSize size = {4, 4}) {
    for (std::uint64_t number = 0; number < frames; ++number) {
      auto slot = writer.acquire(std::size_t{size.width} * size.height * 4, TakeWriter::Wait::yes);
      if (!slot) return slot.error();
      const Pixels pixels = pixels_of(number, size.width, size.height);
      std::copy(pixels.begin(), pixels.end(), (*slot)->payload().begin());
      FrameInfo info;
      info.presented = number;
      info.pts_ns = step_time_ns(number, {60, 1});
      info.width = size.width;
      info.height = size.height;
      if (auto committed = writer.commit(std::move(**slot), info); !committed) return committed.error();
    }
    return std::nullopt;
  }
};

TEST_F(Fault, InterruptedCallsAreRepeated) {
  fail_at_frame(3, EINTR);
  record(10);
  EXPECT_EQ(plan.writes_until_fault, -1) << "it happened";
  expect_all_exact(*open(), 10);
}

TEST_F(Fault, ShortWritesAreContinued) {
  fail_at_frame(3, 0, 4096);
  record(10);
  EXPECT_EQ(plan.writes_until_fault, -1);
  expect_all_exact(*open(), 10);
}

TEST_F(Fault, DirectWritesThatAreRefusedBecomeBufferedOnes) {
  for (const int frame : {-1, 0, 5}) {
    std::filesystem::remove(path());
    fail_at_frame(frame, EINVAL);
    const auto writer = begin(options());
    EXPECT_EQ(write_frames(*writer, 10), std::nullopt);
    ASSERT_TRUE(writer->finish());
    EXPECT_FALSE(writer->stats().direct_io);
    expect_all_exact(*open(), 10);
  }
}

TEST_F(Fault, WithoutAllocationAheadEverythingWorks) {
  plan.no_fallocate = true;
  record(300);
  expect_all_exact(*open(), 300);
}

// The disk fills up in the middle of a record, unannounced, once and for good.
TEST_F(Fault, ADiskThatIsFullInTheMiddleOfARecordKeepsAllBeforeIt) {
  for (const int error_number : {ENOSPC, EDQUOT, EFBIG}) {
    for (const std::size_t torn : {0u, 4096u, 8191u}) {
      for (const bool for_good : {false, true}) {
        std::filesystem::remove(path());
        plan.no_fallocate = true;
        plan.for_good = for_good;
        fail_at_frame(7, error_number, torn);
        const auto writer = begin(options());
        static_cast<void>(write_frames(*writer, 10));
        const auto summary = writer->finish();
        plan.writes_until_fault = -1;
        ASSERT_TRUE(summary) << summary.error().line();
        EXPECT_TRUE(summary->stopped_for_space);
        EXPECT_EQ(summary->frames, 7u);
        const auto stopped = writer->stopped();
        ASSERT_TRUE(stopped);
        EXPECT_EQ(stopped->kind, ErrorKind::no_space);
        EXPECT_NE(stopped->line().find("7 frames are kept"), std::string::npos) << stopped->line();
        const auto reader = open();
        EXPECT_EQ(reader->state(), for_good ? TakeState::interrupted : TakeState::complete);
        EXPECT_EQ(file_bytes(), summary->file_bytes);
        expect_all_exact(*reader, 7);
      }
    }
  }
}

TEST_F(Fault, ADiskThatFailsIsReportedAndKeepsAllBeforeIt) {
  fail_at_frame(7, EIO);
  const auto writer = begin(options());
  static_cast<void>(write_frames(*writer, 10));
  const auto summary = writer->finish();
  ASSERT_FALSE(summary) << "an I/O error is no way to end";
  EXPECT_EQ(summary.error().kind, ErrorKind::failed);
  EXPECT_NE(summary.error().line().find("input/output error"), std::string::npos) << summary.error().line();
  expect_all_exact(*open(), 7);
}

constexpr FrameSize kLargeFrame{640, 480};
static_assert(std::size_t{kLargeFrame.width} * kLargeFrame.height * 4 > kLarge);

// What comes behind a record that could not be written is not written either, though it is on its way already.
TEST_F(Fault, LargeFramesThatTheDiskRefusesKeepAllBeforeThem) {
  for (const int error_number : {ENOSPC, EIO}) {
    for (const int frame : {0, 1, 2, 5}) {
      for (const std::size_t torn : {0u, 8192u}) {
        std::filesystem::remove(path());
        plan.no_fallocate = true;
        fail_at_frame(frame, error_number, torn);
        TakeWriterOptions how = options();
        how.slot_budget_bytes = 0;
        const auto writer = begin(how);
        static_cast<void>(write_frames(*writer, 10, kLargeFrame));
        const auto summary = writer->finish();
        plan.writes_until_fault = -1;
        const auto stopped = writer->stopped();
        ASSERT_TRUE(stopped);
        EXPECT_EQ(stopped->kind, error_number == EIO ? ErrorKind::failed : ErrorKind::no_space) << stopped->line();
        EXPECT_EQ(summary.has_value(), error_number != EIO);
        const auto frames = static_cast<std::uint64_t>(frame);
        EXPECT_EQ(summary ? summary->frames : frames, frames);
        EXPECT_EQ(writer->stats().frames_written, frames);
        expect_all_exact(*open(), frames);
      }
    }
  }
}

TEST_F(Fault, LargeFramesAreWrittenWhileTheNextOnesChecksumIsMade) {
  checksums.wait_in(2);
  TakeWriterOptions how = options();
  how.slot_budget_bytes = 0;
  const auto writer = begin(how);
  EXPECT_EQ(write_frames(*writer, 6, kLargeFrame), std::nullopt);
  checksums.note_all_committed();
  ASSERT_TRUE(writer->finish());
  EXPECT_TRUE(checksums.came);
  expect_all_exact(*open(), 6);
}

TEST_F(Fault, NothingIsLeftWhenTheBeginningCannotBeWritten) {
  fail_at_frame(-1, ENOSPC);
  const auto writer = TakeWriter::create(options());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind, ErrorKind::no_space);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(Fault, AnIndexBlockThatCannotBeWrittenCostsNoFrame) {
  fail_at_frame(256, EIO);  // the write behind frame 255
  const auto writer = begin(options());
  static_cast<void>(write_frames(*writer, 300));
  EXPECT_FALSE(writer->finish());
  expect_all_exact(*open(), 256);
}

}  // namespace
}  // namespace framespool
