// That a cold take is read while its frames are encoded. Every read of the take passes through this program, and the
// sink, which stands for an encoder, keeps a frame until it has seen what it waits for.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "cache/take_writer.h"
#include "encode/export_job.h"
#include "encode/take_source.h"

namespace framespool::test {
namespace {

constexpr std::uint32_t kSide = 1024;  // 4 MB a frame: more than one read, and not one frame a read
constexpr std::uint64_t kPayload = std::uint64_t{kSide} * kSide * 4;
constexpr std::uint64_t kRecord = 4096 + kPayload;
constexpr std::uint64_t kFirstRecord = 12288;  // docs/take-format.md
constexpr std::uint64_t kFrames = 5;
// Only how long a test takes that fails.
constexpr std::chrono::seconds kPatience{10};

std::uint64_t payload_begin(std::uint64_t frame) { return kFirstRecord + frame * kRecord + 4096; }

// What both sides know of each other.
class Meeting {
 public:
  // Called on the thread that reads.
  std::function<void(std::uint64_t offset)> before_read;

  void was_read(std::uint64_t begin, std::uint64_t end) {
    const std::lock_guard lock(mutex_);
    for (std::uint64_t frame = 0; frame < kFrames; ++frame) {
      const std::uint64_t from = std::max(begin, payload_begin(frame));
      const std::uint64_t to = std::min(end, payload_begin(frame) + kPayload);
      if (from < to) bytes_read_[frame] += to - from;
    }
    changed_.notify_all();
  }
  [[nodiscard]] bool wait_until_read(std::uint64_t frame) {
    return wait([&] { return bytes_read_[frame] == kPayload; });
  }
  // Whether the other side came as well.
  [[nodiscard]] bool reader_came() { return meet(reader_here_, sink_here_); }
  [[nodiscard]] bool sink_came() { return meet(sink_here_, reader_here_); }

 private:
  bool meet(bool& here, const bool& other) {
    {
      const std::lock_guard lock(mutex_);
      here = true;
      changed_.notify_all();
    }
    return wait([&] { return other; });
  }
  bool wait(const std::function<bool()>& until) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, until);
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::array<std::uint64_t, kFrames> bytes_read_{};  // of each frame's pixels
  bool reader_here_ = false, sink_here_ = false;
};

Meeting* meeting = nullptr;  // set while an export runs

// Calls seen(number) while it has a frame, and does nothing with it.
class WaitingSink final : public FrameSink {
 public:
  explicit WaitingSink(std::function<void(std::uint64_t)> seen) : seen_(std::move(seen)) {}
  Result<void> begin(const SinkFormat&) override { return {}; }
  Result<void> write(const FrameView& frame) override {
    seen_(frame.number);
    ++written_;
    return {};
  }
  Result<SinkSummary> finish() override {
    SinkSummary summary;
    summary.pictures = written_;
    return summary;
  }
  void abandon() noexcept override {}
  void interrupt() noexcept override {}
  [[nodiscard]] std::uint64_t pictures_written() const override { return written_; }
  [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

 private:
  std::function<void(std::uint64_t)> seen_;
  std::atomic<std::uint64_t> written_ = 0;
};

class ColdExport : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::path(testing::TempDir()) / "framespool-overlap-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    TakeWriterOptions options;
    options.info.rate = {60, 1};
    options.info.clock = ClockKind::fixed_step;
    options.path = take();
    options.first_payload_bytes = kPayload;
    auto writer = TakeWriter::create(options);
    ASSERT_TRUE(writer) << writer.error().line();
    for (std::uint64_t k = 0; k < kFrames; ++k) {
      auto slot = (*writer)->acquire(kPayload, TakeWriter::Wait::yes);
      ASSERT_TRUE(slot && *slot);
      std::ranges::fill((*slot)->payload(), static_cast<std::byte>(k));
      FrameInfo info;
      info.presented = k;
      info.pts_ns = step_time_ns(k, options.info.rate);
      info.width = info.height = kSide;
      ASSERT_TRUE((*writer)->commit(std::move(**slot), info));
    }
    ASSERT_TRUE((*writer)->finish());
  }
  void TearDown() override {
    meeting = nullptr;
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::filesystem::path take() const { return folder_ / "take.fspool"; }

  // True when all frames went through.
  [[nodiscard]] bool run_export(std::function<void(std::uint64_t)> seen) {
    auto source = TakeSource::open(take(), {});
    if (!source) return false;
    ExportJob job(std::move(*source), std::make_unique<WaitingSink>(std::move(seen)), {}, OutputKind::png_sequence);
    meeting = &meeting_;
    const auto summary = job.wait();
    meeting = nullptr;
    return summary && summary->sink.pictures == kFrames;
  }

  std::filesystem::path folder_;
  Meeting meeting_;
};

TEST_F(ColdExport, ReadsAllOfTheNextFrameWhileOneIsEncoded) {
  EXPECT_TRUE(run_export([&](std::uint64_t number) {
    if (number + 1 < kFrames) {
      EXPECT_TRUE(meeting_.wait_until_read(number + 1))
          << "frame " << number + 1 << " was not read while frame " << number << " was encoded";
    }
  }));
}

TEST_F(ColdExport, EncodesAFrameWhileTheNextOneIsStillBeingRead) {
  std::atomic<bool> met = false;
  meeting_.before_read = [&](std::uint64_t offset) {
    if (!met && offset > payload_begin(1) && offset < payload_begin(1) + kPayload) {
      EXPECT_TRUE(meeting_.reader_came()) << "frame 0 was not encoded while the read of frame 1 was under way";
      met = true;
    }
  };
  EXPECT_TRUE(run_export([&](std::uint64_t number) {
    if (number == 0) {
      EXPECT_TRUE(meeting_.sink_came()) << "frame 1 was not being read while frame 0 was encoded";
    }
  }));
  EXPECT_TRUE(met);
}

}  // namespace
}  // namespace framespool::test

using framespool::test::meeting;

extern "C" {

// Nothing of a take is in the page cache, whatever the file system is.
ssize_t preadv64v2(int file, const iovec* pieces, int count, off64_t offset, int flags) {
  if (flags & RWF_NOWAIT) {
    errno = EAGAIN;
    return -1;
  }
  return syscall(SYS_preadv2, file, pieces, count, offset, 0, flags);
}

ssize_t pread64(int file, void* bytes, std::size_t count, off64_t offset) {
  auto* const seen = meeting;
  const auto at = static_cast<std::uint64_t>(offset);
  if (seen && seen->before_read) seen->before_read(at);
  const ssize_t done = syscall(SYS_pread64, file, bytes, count, offset);
  if (seen && done > 0) seen->was_read(at, at + static_cast<std::uint64_t>(done));
  return done;
}

}  // extern "C"
