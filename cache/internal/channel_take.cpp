#include "cache/internal/channel_take.h"

#include <algorithm>
#include <cstring>

#include "cache/internal/drain_slots.h"

namespace framespool {
namespace {

std::string text_of(const char (&text)[channel::kTextBytes]) {
  return std::string(text, ::strnlen(text, sizeof text));
}

}  // namespace

ChannelTake::ChannelTake(SlotRing ring, const ChannelServerOptions& options, const channel::Hello& hello,
                         ChannelTakeHost host)
    : options_(options),
      host_(std::move(host)),
      notes_(options.take.info.rate, options.fixed_step),
      program_(text_of(hello.program)),
      pid_(hello.pid),
      ring_(std::move(ring)),
      memory_bytes_(ring_->budget_bytes()) {
  status_.program = program_;
  status_.pid = pid_;
  status_.width = hello.width;
  status_.height = hello.height;
  thread_ = std::jthread([this] { run(); });
}

ChannelTake::~ChannelTake() { abandon(); }

void ChannelTake::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  if (ring_) ring_->close_producer();
}

void ChannelTake::abandon() {
  abandoned_.store(true, std::memory_order_release);
  end();
}

void ChannelTake::grow(std::size_t budget_bytes, std::size_t payload_bytes) {
  const std::lock_guard lock(mutex_);
  wanted_budget_ = budget_bytes;
  wanted_payload_ = payload_bytes;
  memory_bytes_.store(budget_bytes, std::memory_order_relaxed);
  if (ring_) ring_->close_producer();
}

void ChannelTake::mark(const std::string& text) {
  const std::lock_guard lock(mutex_);
  mark_ += (mark_.empty() ? "" : "; ") + text;
  has_mark_.store(true, std::memory_order_release);
}

ChannelTakeStatus ChannelTake::status() const {
  const std::lock_guard lock(mutex_);
  ChannelTakeStatus status = status_;
  look_at_counters(status);
  if (drain_) status.writer = drain_->stats();
  if (ring_) {
    status.writer.slots_total = ring_->slot_count();
    status.writer.slots_free = ring_->free_count();
  }
  return status;
}

void ChannelTake::look_at_counters(ChannelTakeStatus& status) const {
  if (!ring_) return;
  const auto* counters = static_cast<const channel::ProducerCounters*>(ring_->user_area());
  // A fresh ring's are zero until the next swap.
  status.presented = std::max(status.presented, counters->presented.load(std::memory_order_relaxed));
  status.dropped = std::max(status.dropped, counters->dropped.load(std::memory_order_relaxed));
}

void ChannelTake::run() {
  try {
    do drain();
    while (change_ring());
  } catch (const std::bad_alloc&) {
    fail_for_memory();
  }
  try {
    finish();
  } catch (const std::bad_alloc&) {
    fail_for_memory();
  }
  done_.store(true, std::memory_order_release);
  host_.done();
}

// Until nothing more will be committed to this ring.
void ChannelTake::drain() {
  drain_slots(*ring_, [this](const SlotRing::Ready& ready) { return store(ready); }, [this] { return settle(); });
  if (ring_->is_corrupt())
    fail_corrupt();
}

bool ChannelTake::store(const SlotRing::Ready& ready) {
  if (options_.frames != 0 && frames_ == options_.frames) return true;  // let go, unwritten
  const auto record = ring_->record(ready.slot, ready.payload_bytes);
  auto info = record.empty() ? std::nullopt : notes_.read(record, ready.payload_bytes);
  if (!info) {
    fail_corrupt();
    return false;
  }
  if (!drain_ && !begin(ready.payload_bytes)) return false;
  if (has_mark_.exchange(false, std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    info->mark.swap(mark_);
  }
  describe_frame(*info, drain_->info(), record.first<layout::kPage>());
  static_cast<void>(drain_->append(record, ready.payload_bytes));
  if (has_failed()) return false;
  ++frames_;
  if (frames_ == options_.frames && !settle()) return false;
  {
    const std::lock_guard lock(mutex_);
    status_.width = info->width;
    status_.height = info->height;
    status_.clock = info->clock_report;
    status_.recorded_ns = info->pts_ns + step_time_ns(1, options_.take.info.rate);
  }
  if (frames_ == 1)
    host_.tell({.kind = ChannelEvent::Kind::take_begun, .path = drain_->path(), .program = program_, .pid = pid_});
  if (frames_ == options_.frames)
    host_.tell({.kind = ChannelEvent::Kind::frames_reached, .path = drain_->path(), .program = program_, .pid = pid_});
  return true;
}

bool ChannelTake::settle() {
  if (!drain_) return true;
  static_cast<void>(drain_->settle());
  return !has_failed();
}

// This write, the one before, or the flush beside them.
bool ChannelTake::has_failed() {
  auto reason = drain_->stop_reason();
  if (!reason) return false;
  frames_ = drain_->stats().frames_written;
  fail_with(std::move(*reason));
  return true;
}

// The file is made with the first frame, so that a drawable that shows nothing leaves none.
bool ChannelTake::begin(std::size_t payload_bytes) {
  TakeWriterOptions take = options_.take;
  take.path = host_.next_path();
  take.first_payload_bytes = payload_bytes;
  take.info.clock = options_.fixed_step ? ClockKind::fixed_step : ClockKind::realtime;
  if (take.info.program.empty()) take.info.program = program_;
  auto drain = TakeDrain::begin(take, [] {});
  if (!drain) {
    fail_with(drain.error());
    return false;
  }
  const std::lock_guard lock(mutex_);
  drain_ = std::move(*drain);
  status_.path = take.path;
  begun_.store(true, std::memory_order_release);
  return true;
}

bool ChannelTake::change_ring() {
  {
    const std::lock_guard lock(mutex_);
    if (wanted_payload_ == 0 || ending_ || status_.error) return false;
    look_at_counters(status_);
    ring_->close_consumer();
    ring_.reset();  // before the next one is made: never both
    auto ring = SlotRing::create(wanted_budget_, wanted_payload_);
    wanted_payload_ = 0;
    if (ring && ring->descriptor() < 0)
      status_.error = system_error("shared memory for the slots", EFBIG);
    else if (ring)
      ring_ = std::move(*ring);
    else
      status_.error = ring.error();
  }
  host_.ring_changed(ring_ ? &*ring_ : nullptr);
  return ring_.has_value();
}

void ChannelTake::fail_with(Error error) {
  if (ring_) ring_->close_consumer();
  {
    const std::lock_guard lock(mutex_);
    if (status_.error) return;
    status_.error = error;
  }
  host_.tell({.kind = ChannelEvent::Kind::take_failed,
              .path = drain_ ? drain_->path() : std::filesystem::path(),
              .program = program_,
              .pid = pid_,
              .frames = frames_,
              .error = std::move(error)});
}

void ChannelTake::fail_corrupt() {
  corrupt_.store(true, std::memory_order_release);
  fail_with({ErrorKind::failed, program_, "wrote over the memory that it shares with the recorder", ""});
}

// What is told must not need memory: the status is there to be asked for.
void ChannelTake::fail_for_memory() {
  const std::lock_guard lock(mutex_);
  if (ring_) ring_->close_consumer();
  if (!status_.error) status_.error = out_of_memory();
}

bool ChannelTake::owes_a_ring() const {
  const std::lock_guard lock(mutex_);
  return wanted_payload_ != 0;
}

void ChannelTake::finish() {
  if (!drain_ || abandoned_.load(std::memory_order_acquire)) return;
  auto summary = drain_->finish();
  {
    const std::lock_guard lock(mutex_);
    if (summary)
      status_.summary = *summary;
    else if (!status_.error)
      status_.error = summary.error();
  }
  host_.tell({.kind = ChannelEvent::Kind::take_ended,
              .path = drain_->path(),
              .program = program_,
              .pid = pid_,
              .frames = frames_,
              .dropped = status().dropped,
              .error = summary ? std::nullopt : std::optional(summary.error())});
}

}  // namespace framespool
