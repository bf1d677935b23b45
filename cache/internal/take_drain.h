// One take on its way to the disk: appends records, flushes beside the writes, remembers what stopped it and closes the
// take. TakeWriter drains its own slots into one, ChannelServer those of another program.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "cache/internal/beside.h"
#include "cache/internal/record_writer.h"
#include "cache/take_writer.h"

namespace framespool {

class TakeDrain {
 public:
  // Creates the file, writes its header, starts the flushing thread. `on_stop` is called once, on the thread that failed, when
  // no more can be written. Errors: those of TakeWriter::create.
  [[nodiscard]] static Result<std::unique_ptr<TakeDrain>> begin(const TakeWriterOptions& options,
                                                                std::function<void()> on_stop);
  // Where nobody handles SIGXFSZ; begin() does it too. A file in memory counts against that limit as well.
  static void ignore_file_size_signal();
  // Releases; what was allocated ahead of an unfinished take goes, what was written stays.
  ~TakeDrain();
  TakeDrain(const TakeDrain&) = delete;
  TakeDrain& operator=(const TakeDrain&) = delete;

  // A described header page, its payload and padding. A large one is on its way to the disk when this returns and must not be
  // touched before the next append() or settle() has returned: the checksum of a frame is made beside the write of the one before.
  // False when it, or the one before, could not be written: stop_reason() tells why. Thread: one, the writer's.
  [[nodiscard]] bool append(std::span<std::byte> record, std::size_t payload_bytes);
  // What was appended is on the disk. False: it could not be written. Same thread.
  [[nodiscard]] bool settle();
  // Once, when nothing is appended any more. See TakeWriter::finish().
  [[nodiscard]] Result<TakeSummary> finish();
  // Instead; see TakeWriter::abandon().
  void abandon();

  [[nodiscard]] const TakeInfo& info() const { return info_; }
  [[nodiscard]] const std::filesystem::path& path() const { return records_.file().path(); }
  // Any thread.
  [[nodiscard]] std::optional<Error> stop_reason() const;
  [[nodiscard]] TakeWriterStats stats() const;  // but for frames_committed and the slots

 private:
  using Clock = std::chrono::steady_clock;

  TakeDrain(RecordWriter records, const TakeInfo& info, bool only_whole, std::function<void()> on_stop);
  void flush_now_and_then(std::stop_token stop);
  [[nodiscard]] Result<RecordWriter::Sealed> seal(std::span<std::byte> record, std::size_t payload_bytes);
  void write(std::size_t piece);
  [[nodiscard]] bool has_written(std::size_t piece);
  [[nodiscard]] bool settle_all_but(std::size_t count);
  void note_progress(std::size_t bytes);
  // `missing_bytes` is what a full disk lacked, where that is known.
  void stop_with(Error error, std::uint64_t missing_bytes);
  void end_flusher();

  RecordWriter records_;
  TakeInfo info_;
  bool only_whole_;
  std::function<void()> on_stop_;
  bool finished_ = false;
  bool whole_ = false;  // finish() went well to its end

  // Written by the writer thread, read by any.
  std::atomic<std::uint64_t> frames_written_{0};
  std::atomic<std::uint64_t> bytes_written_{0};
  std::atomic<std::uint64_t> free_bytes_{0};
  std::atomic<double> bytes_per_second_{0};
  std::atomic<Clock::rep> last_write_{0};
  std::atomic<bool> direct_io_{false};
  std::atomic<bool> has_stopped_{false};

  // What is written by write_, from begin() to wait its thread's, as is records_ but for seal(). Nothing is written behind what could
  // not be.
  struct Piece {
    RecordWriter::Sealed sealed;
    Result<void> written;
    bool is_skipped = false;
  };
  std::array<Piece, Beside::kMost> pieces_;
  bool has_write_failed_ = false;
  // The writer thread's own.
  Clock::time_point window_begin_ = Clock::now();
  std::uint64_t window_bytes_ = 0;

  mutable std::mutex stopped_mutex_;
  std::optional<Error> stopped_;  // guarded by stopped_mutex_

  std::mutex flush_mutex_;
  std::condition_variable_any flush_wait_;
  std::jthread flusher_;
  Beside write_;  // last: its thread uses all the rest
};

}  // namespace framespool
