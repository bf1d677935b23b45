#include "cache/take_writer.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "cache/cache_directory.h"
#include "cache/internal/record_writer.h"
#include "cache/slot_ring.h"

namespace framespool {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kFlushInterval = 5s;  // what a power cut may cost
constexpr std::size_t kLeastBudget = 64 << 20;

std::size_t budget_for(const TakeWriterOptions& options) {
  if (options.slot_budget_bytes != 0) return options.slot_budget_bytes;
  return std::max(kLeastBudget, 4 * layout::record_bytes(options.first_payload_bytes));
}

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

void ignore_file_size_signal() {
  struct sigaction action {};
  if (::sigaction(SIGXFSZ, nullptr, &action) == 0 && action.sa_handler == SIG_DFL)
    std::signal(SIGXFSZ, SIG_IGN);
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

Slot::Slot(Slot&& other) noexcept
    : ring_(std::exchange(other.ring_, nullptr)), number_(other.number_), payload_(other.payload_) {}

Slot& Slot::operator=(Slot&& other) noexcept {
  std::swap(ring_, other.ring_);
  std::swap(number_, other.number_);
  std::swap(payload_, other.payload_);
  return *this;
}

Slot::~Slot() {
  if (ring_ != nullptr) ring_->give_back(number_);
}

struct TakeWriter::Impl {
  Impl(SlotRing slots, RecordWriter record_writer, const TakeInfo& take_info)
      : ring(std::move(slots)), records(std::move(record_writer)), info(take_info) {}
  ~Impl() {
    join();
    // Of a take that is not finished: what was allocated ahead goes, what was written stays.
    if (!finished) static_cast<void>(records.file().truncate(records.file().end()));
    // It never got so far as to replace the old one.
    if (!records.file().is_published()) records.file().discard();
  }

  void start();
  void join();
  void write_records();
  void flush_now_and_then(std::stop_token stop);
  void note_progress(std::size_t bytes);
  // `missing_bytes` is what a full disk lacked, where that is known.
  void stop_with(Error error, std::uint64_t missing_bytes);
  [[nodiscard]] std::optional<Error> stop_reason() const;

  SlotRing ring;
  RecordWriter records;  // the writer thread's from start() to join()
  TakeInfo info;
  bool only_whole = false;
  bool finished = false;
  bool joined = false;

  // Written by the writer thread (frames_committed by the producer), read by any.
  std::atomic<std::uint64_t> frames_committed{0};
  std::atomic<std::uint64_t> frames_written{0};
  std::atomic<std::uint64_t> bytes_written{0};
  std::atomic<std::uint64_t> free_bytes{0};
  std::atomic<double> bytes_per_second{0};
  std::atomic<Clock::rep> last_write{0};
  std::atomic<bool> direct_io{false};
  std::atomic<bool> has_stopped{false};

  // The writer thread's own.
  Clock::time_point window_begin = Clock::now();
  std::uint64_t window_bytes = 0;

  mutable std::mutex stopped_mutex;
  std::optional<Error> stopped;  // guarded by stopped_mutex

  std::mutex flush_mutex;
  std::condition_variable_any flush_wait;
  std::jthread writer;
  std::jthread flusher;
};

void TakeWriter::Impl::start() {
  direct_io = records.file().direct_io();
  free_bytes = records.file().free_bytes();
  writer = std::jthread([this] { write_records(); });
  flusher = std::jthread([this](std::stop_token stop) { flush_now_and_then(std::move(stop)); });
}

void TakeWriter::Impl::join() {
  if (std::exchange(joined, true)) return;
  ring.close_producer();
  if (writer.joinable()) writer.join();
  flusher.request_stop();
  if (flusher.joinable()) flusher.join();
}

void TakeWriter::Impl::write_records() {
  while (const auto ready = ring.take()) {
    const auto record = ring.record(ready->slot, ready->payload_bytes);
    auto written = records.append(record, ready->payload_bytes);
    if (written && !only_whole) written = records.file().publish();
    if (!written) {
      stop_with(std::move(written.error()), records.file().missing_bytes());
      return;
    }
    note_progress(record.size());
    ring.release(ready->slot);
  }
}

void TakeWriter::Impl::note_progress(std::size_t bytes) {
  const auto now = Clock::now();
  window_bytes += bytes;
  const std::chrono::duration<double> window = now - window_begin;
  if (window > 1s) {
    bytes_per_second = static_cast<double>(window_bytes) / window.count();
    window_begin = now;
    window_bytes = 0;
  } else if (bytes_per_second == 0 && window > 50ms) {
    bytes_per_second = static_cast<double>(window_bytes) / window.count();
  }
  last_write = now.time_since_epoch().count();
  free_bytes = records.file().free_bytes();
  direct_io = records.file().direct_io();
  bytes_written += bytes;
  frames_written.fetch_add(1, std::memory_order_release);
}

// On its own thread: a flush takes tens of milliseconds and the slots should go on draining meanwhile.
void TakeWriter::Impl::flush_now_and_then(std::stop_token stop) {
  std::uint64_t flushed_bytes = 0;
  std::unique_lock lock(flush_mutex);
  while (!stop.stop_requested()) {
    flush_wait.wait_for(lock, stop, kFlushInterval, [] { return false; });
    const std::uint64_t written = bytes_written;
    if (stop.stop_requested() || written == flushed_bytes) continue;
    if (auto flushed = records.file().sync(); !flushed) {
      stop_with(std::move(flushed.error()), 0);
      return;
    }
    flushed_bytes = written;
  }
}

void TakeWriter::Impl::stop_with(Error error, std::uint64_t missing_bytes) {
  if (error.kind == ErrorKind::no_space) {
    error.why += fmt::format(": {} frames are kept", frames_written.load());
    if (missing_bytes > 0) error.why += fmt::format(", {} more was needed", human_bytes(missing_bytes));
    error.remedy = "free some space or record to another disk";
  }
  {
    std::lock_guard lock(stopped_mutex);
    if (!stopped) stopped = std::move(error);
  }
  has_stopped.store(true, std::memory_order_release);
  ring.close_consumer();
}

std::optional<Error> TakeWriter::Impl::stop_reason() const {
  if (!has_stopped.load(std::memory_order_acquire)) return std::nullopt;
  std::lock_guard lock(stopped_mutex);
  return stopped;
}

TakeWriter::TakeWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TakeWriter::~TakeWriter() = default;

Result<std::unique_ptr<TakeWriter>> TakeWriter::create(const TakeWriterOptions& options) {
  auto info = complete_info(options.info);
  if (!info) return tl::unexpected(info.error());
  auto ring = SlotRing::create(budget_for(options), options.first_payload_bytes);
  if (!ring) return tl::unexpected(ring.error());
  ignore_file_size_signal();
  auto file = TakeFile::create(options.path, options.overwrite, options.direct_io);
  if (!file) return tl::unexpected(file.error());
  const auto file_system = file_system_info(options.path);
  file->set_reserve(options.reserve_bytes ? *options.reserve_bytes
                    : file_system         ? default_reserve(*file_system, bytes_per_second(options))
                                          : 0);
  auto records = RecordWriter::begin(std::move(*file), *info);
  if (!records) return tl::unexpected(records.error());
  auto impl = std::make_unique<Impl>(std::move(*ring), std::move(*records), *info);
  impl->only_whole = options.only_whole;
  impl->start();
  return std::unique_ptr<TakeWriter>(new TakeWriter(std::move(impl)));
}

Result<std::optional<Slot>> TakeWriter::acquire(std::size_t bytes, Wait wait) {
  SlotRing& ring = impl_->ring;
  if (auto reason = impl_->stop_reason()) return tl::unexpected(std::move(*reason));
  if (bytes > ring.largest_payload()) {
    if (!ring.wait_until_drained()) return tl::unexpected(*impl_->stop_reason());
    if (ring.free_count() != ring.slot_count())
      return fail(ErrorKind::usage, "slots", "a larger frame cannot begin while a slot is still held");
    if (auto cut = ring.cut(bytes); !cut) return tl::unexpected(cut.error());
  }
  const auto slot = wait == Wait::yes ? ring.acquire() : ring.try_acquire();
  if (!slot && wait == Wait::yes) return tl::unexpected(*impl_->stop_reason());
  if (!slot) return std::nullopt;
  return Slot(ring, *slot, ring.payload(*slot, bytes));
}

Result<void> TakeWriter::commit(Slot slot, const FrameInfo& info) {
  if (auto reason = impl_->stop_reason()) return tl::unexpected(std::move(*reason));
  const auto bytes = frame_bytes(info.width, info.height);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto is_time = [](std::int64_t ns) { return ns >= 0 && ns <= layout::kMaxTime; };
  if (*bytes != slot.payload_.size() || !is_time(info.pts_ns) || !is_time(info.paused_before_ns))
    return fail(ErrorKind::usage, fmt::format("frame {}", impl_->frames_committed.load()),
                "its size or its time does not fit its slot");
  FrameInfo stored = info;
  stored.stride_bytes = info.width * kBytesPerPixel;
  stored.payload_bytes = *bytes;
  const auto page = impl_->ring.header_page(slot.number_).first<layout::kPage>();
  describe_frame(stored, impl_->info, page);
  impl_->frames_committed.fetch_add(1, std::memory_order_relaxed);
  std::exchange(slot.ring_, nullptr)->commit(slot.number_, *bytes);
  return {};
}

Result<TakeSummary> TakeWriter::finish() {
  if (std::exchange(impl_->finished, true))
    return fail(ErrorKind::failed, path().string(), "the take is finished already");
  impl_->join();
  const auto reason = impl_->stop_reason();
  auto summary = impl_->records.close(reason && reason->kind == ErrorKind::no_space);
  if (impl_->only_whole) {
    if (!summary || reason) impl_->records.file().discard();
    else if (auto published = impl_->records.file().publish(); !published)
      return tl::unexpected(published.error());
  }
  impl_->records.file().close();
  // An I/O error is not the take's normal end, even if what was written could be closed.
  if (summary && reason && reason->kind != ErrorKind::no_space) return tl::unexpected(*reason);
  return summary;
}

void TakeWriter::abandon() {
  if (std::exchange(impl_->finished, true)) return;
  impl_->join();
  impl_->records.file().discard();
  impl_->records.file().close();
}

std::optional<Error> TakeWriter::stopped() const { return impl_->stop_reason(); }

TakeWriterStats TakeWriter::stats() const {
  TakeWriterStats stats;
  stats.frames_written = impl_->frames_written.load(std::memory_order_acquire);
  stats.frames_committed = impl_->frames_committed.load(std::memory_order_relaxed);
  stats.bytes_written = impl_->bytes_written.load(std::memory_order_relaxed);
  const auto since_write = Clock::now().time_since_epoch() - Clock::duration(impl_->last_write.load());
  stats.bytes_per_second = since_write < 2s ? impl_->bytes_per_second.load() : 0;
  stats.free_bytes = impl_->free_bytes.load(std::memory_order_relaxed);
  stats.slots_total = impl_->ring.slot_count();
  stats.slots_free = impl_->ring.free_count();
  stats.direct_io = impl_->direct_io.load(std::memory_order_relaxed);
  return stats;
}

const std::filesystem::path& TakeWriter::path() const { return impl_->records.file().path(); }

}  // namespace framespool
