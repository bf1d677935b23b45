#include "cache/internal/take_drain.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <csignal>
#include <new>
#include <utility>

#include "cache/cache_directory.h"
#include "cache/room.h"

namespace framespool {
namespace {

using namespace std::chrono_literals;

constexpr auto kFlushInterval = 5s;  // what a power cut may cost
// From here on the disk takes long enough for another thread to be woken.
constexpr std::size_t kWorthAThread = 1 << 20;

std::uint64_t bytes_per_second(const TakeWriterOptions& options) {
  // A wild rate makes a wild number; the reserve takes the smaller of two anyway.
  const double bytes =
      static_cast<double>(layout::record_bytes(options.first_payload_bytes)) * options.info.rate.value();
  return static_cast<std::uint64_t>(std::min(bytes, 1e15));
}

Result<TakeInfo> complete_info(TakeInfo info) {
  if (!is_valid(info.rate))
    return fail(ErrorKind::usage, fmt::format("frame rate {}", format_rate(info.rate)), "is not possible");
  if (::getrandom(info.session.data(), info.session.size(), 0) != static_cast<ssize_t>(info.session.size()))
    return tl::unexpected(system_error("random numbers", errno));
  info.created_unix_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  return info;
}

}  // namespace

TakeDrain::TakeDrain(RecordWriter records, const TakeInfo& info, bool only_whole, std::function<void()> on_stop)
    : records_(std::move(records)),
      info_(info),
      only_whole_(only_whole),
      on_stop_(std::move(on_stop)),
      write_([this](std::size_t piece) { write(piece); }) {
  direct_io_ = records_.file().direct_io();
  free_bytes_ = records_.file().free_bytes();
  flusher_ = std::jthread([this](std::stop_token stop) { flush_now_and_then(std::move(stop)); });
}

TakeDrain::~TakeDrain() {
  static_cast<void>(settle());
  end_flusher();
  if (!finished_) static_cast<void>(records_.file().truncate(records_.file().end()));
  // It never got so far as to replace the old one, or to be all that was asked for.
  if (!records_.file().is_published() || (only_whole_ && !whole_)) records_.file().discard();
}

Result<std::unique_ptr<TakeDrain>> TakeDrain::begin(const TakeWriterOptions& options, std::function<void()> on_stop) {
  auto info = complete_info(options.info);
  if (!info) return tl::unexpected(info.error());
  ignore_file_size_signal();
  auto file = TakeFile::create(options.path, options.overwrite, options.direct_io);
  if (!file) return tl::unexpected(file.error());
  const auto file_system = file_system_info(options.path);
  file->set_reserve(options.reserve_bytes ? *options.reserve_bytes
                    : file_system         ? default_reserve(*file_system, bytes_per_second(options))
                                          : 0);
  auto records = RecordWriter::begin(std::move(*file), *info);
  if (!records) return tl::unexpected(records.error());
  std::unique_ptr<TakeDrain> drain(
      new TakeDrain(std::move(*records), *info, options.only_whole, std::move(on_stop)));
  drain->records_.file().keep();
  return drain;
}

void TakeDrain::ignore_file_size_signal() {
  struct sigaction action {};
  if (::sigaction(SIGXFSZ, nullptr, &action) == 0 && action.sa_handler == SIG_DFL)
    std::signal(SIGXFSZ, SIG_IGN);
}

void TakeDrain::end_flusher() {
  flusher_.request_stop();
  if (flusher_.joinable()) flusher_.join();
}

bool TakeDrain::append(std::span<std::byte> record, std::size_t payload_bytes) {
  auto sealed = seal(record, payload_bytes);
  if (!sealed) {
    if (settle()) stop_with(std::move(sealed.error()), 0);
    return false;
  }
  const std::size_t piece = write_.next();
  pieces_[piece].sealed = std::move(*sealed);
  // The first gives the take its name: who is told of it finds it.
  const bool may_go_beside = record.size() >= kWorthAThread && frames_written_.load(std::memory_order_relaxed) > 0;
  if (may_go_beside && write_.begin()) return settle_all_but(1);
  if (!settle()) return false;
  write(piece);
  return has_written(piece);
}

bool TakeDrain::settle() { return settle_all_but(0); }

bool TakeDrain::settle_all_but(std::size_t count) {
  bool is_written = true;
  while (write_.under_way() > count) is_written = has_written(write_.wait_for_oldest()) && is_written;
  return is_written;
}

Result<RecordWriter::Sealed> TakeDrain::seal(std::span<std::byte> record, std::size_t payload_bytes) {
  try {
    return records_.seal(record, payload_bytes);
  } catch (const std::bad_alloc&) {
    return tl::unexpected(out_of_memory());
  }
}

void TakeDrain::write(std::size_t piece) {
  Piece& own = pieces_[piece];
  own.is_skipped = has_write_failed_;
  if (own.is_skipped) return;
  try {
    own.written = records_.append(own.sealed);
    if (own.written && !only_whole_) own.written = records_.file().publish();
  } catch (const std::bad_alloc&) {
    own.written = tl::unexpected(out_of_memory());
  }
  has_write_failed_ = !own.written;
  free_bytes_ = records_.file().free_bytes();
  direct_io_ = records_.file().direct_io();
}

bool TakeDrain::has_written(std::size_t piece) {
  Piece& own = pieces_[piece];
  if (own.is_skipped) return false;
  if (own.written) {
    note_progress(own.sealed.record.size());
    return true;
  }
  // Nothing is written any more, so that the file can be asked.
  stop_with(std::move(own.written.error()), records_.file().missing_bytes());
  return false;
}

void TakeDrain::note_progress(std::size_t bytes) {
  const auto now = Clock::now();
  window_bytes_ += bytes;
  const std::chrono::duration<double> window = now - window_begin_;
  if (window > 1s) {
    bytes_per_second_ = static_cast<double>(window_bytes_) / window.count();
    window_begin_ = now;
    window_bytes_ = 0;
  } else if (bytes_per_second_ == 0 && window > 50ms) {
    bytes_per_second_ = static_cast<double>(window_bytes_) / window.count();
  }
  last_write_ = now.time_since_epoch().count();
  bytes_written_ += bytes;
  frames_written_.fetch_add(1, std::memory_order_release);
}

// On its own thread: a flush takes tens of milliseconds and the slots should go on draining meanwhile.
void TakeDrain::flush_now_and_then(std::stop_token stop) {
  std::uint64_t flushed_bytes = 0;
  std::unique_lock lock(flush_mutex_);
  while (!stop.stop_requested()) {
    flush_wait_.wait_for(lock, stop, kFlushInterval, [] { return false; });
    const std::uint64_t written = bytes_written_;
    if (stop.stop_requested() || written == flushed_bytes) continue;
    try {
      if (auto flushed = records_.file().sync(); !flushed) return stop_with(std::move(flushed.error()), 0);
    } catch (const std::bad_alloc&) {
      return stop_with(out_of_memory(), 0);
    }
    flushed_bytes = written;
  }
}

void TakeDrain::stop_with(Error error, std::uint64_t missing_bytes) {
  if (error.kind == ErrorKind::no_space && !only_whole_) {
    const std::uint64_t kept = frames_written_.load();
    error.why += fmt::format(": {} {} kept", kept, kept == 1 ? "frame is" : "frames are");
    if (missing_bytes > 0) error.why += fmt::format(", {} more was needed for the next", room_text(missing_bytes));
    error.remedy = "free some space or record to another disk";
  }
  {
    std::lock_guard lock(stopped_mutex_);
    if (stopped_) return;
    stopped_ = std::move(error);
  }
  has_stopped_.store(true, std::memory_order_release);
  on_stop_();
}

std::optional<Error> TakeDrain::stop_reason() const {
  if (!has_stopped_.load(std::memory_order_acquire)) return std::nullopt;
  std::lock_guard lock(stopped_mutex_);
  return stopped_;
}

Result<TakeSummary> TakeDrain::finish() {
  if (std::exchange(finished_, true))
    return fail(ErrorKind::failed, path().string(), "the take is finished already");
  static_cast<void>(settle());
  end_flusher();
  const auto reason = stop_reason();
  auto summary = records_.close(reason && reason->kind == ErrorKind::no_space);
  if (only_whole_) {
    if (!summary || reason) records_.file().discard();
    else if (auto published = records_.file().publish(); !published)
      return tl::unexpected(published.error());
    else
      whole_ = true;
  }
  records_.file().close();
  // An I/O error is not the take's normal end, even if what was written could be closed.
  if (summary && reason && reason->kind != ErrorKind::no_space) return tl::unexpected(*reason);
  return summary;
}

void TakeDrain::abandon() {
  if (std::exchange(finished_, true)) return;
  static_cast<void>(settle());
  end_flusher();
  records_.file().discard();
  records_.file().close();
}

TakeWriterStats TakeDrain::stats() const {
  TakeWriterStats stats;
  stats.frames_written = frames_written_.load(std::memory_order_acquire);
  stats.bytes_written = bytes_written_.load(std::memory_order_relaxed);
  const auto since_write = Clock::now().time_since_epoch() - Clock::duration(last_write_.load());
  stats.bytes_per_second = since_write < 2s ? bytes_per_second_.load() : 0;
  stats.free_bytes = free_bytes_.load(std::memory_order_relaxed);
  stats.direct_io = direct_io_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace framespool
