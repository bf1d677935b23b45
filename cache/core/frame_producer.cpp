#include "cache/core/frame_producer.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <new>

#include "cache/core/channel_socket.h"
#include "cache/core/step_grid.h"

namespace framespool {
namespace {

using channel::State;

constexpr std::int64_t kLookEvery_ns = 100'000'000;  // is the consumer alive?
constexpr std::uint32_t kMaxDimension = 32768;
constexpr std::size_t kBytesPerPixel = 4;
enum Drop : std::uint32_t { kNoDrop = 0, kNoFreeSlot = 1, kReadbackBusy = 2 };

// Whatever happens here, the host finds its errno as it was.
class SavedErrno {
 public:
  SavedErrno() : saved_(errno) {}
  ~SavedErrno() { errno = saved_; }
  SavedErrno(const SavedErrno&) = delete;
  SavedErrno& operator=(const SavedErrno&) = delete;

 private:
  int saved_;
};

}  // namespace

FrameProducer::Swap FrameProducer::on_swap(const SwapFacts& facts, FrameTicket& ticket) {
  const SavedErrno saved;
  if (forked()) note_fork();
  ++presented_;
  if (!connected()) {
    if (facts.time_ns < next_try_ns_) return Swap::idle;
    connect_now(facts);
    if (!connected()) return Swap::idle;
  }
  if (facts.time_ns >= next_look_ns_ && !look_after(facts.time_ns)) return Swap::idle;

  const auto state = static_cast<State>(control_->state.load(std::memory_order_acquire));
  const bool another = control_->epoch.load(std::memory_order_relaxed) != epoch_;
  if (state == State::stopped || another) {
    say_goodbye();
    if (state == State::stopped) return Swap::idle;
    let_go();
    connect_now(facts);
    if (!connected()) return Swap::idle;
  }
  if (slots_.mapping() == nullptr) return Swap::idle;  // goodbye is said, nothing has been started since
  counters()->presented.store(presented_, std::memory_order_relaxed);
  if (state != State::recording) {
    next_fixed_step_ = 0;
    return Swap::idle;
  }

  const std::int64_t cut_ns = control_->cut_ns.load(std::memory_order_relaxed);
  if (!has_origin_) origin_ns_ = facts.time_ns - cut_ns;
  has_origin_ = true;
  if (!is_due(facts.time_ns - origin_ns_ - cut_ns)) return Swap::not_due;
  counters()->due.store(++due_, std::memory_order_relaxed);
  ticket = {.presented = presented_ - 1,
            .time_ns = facts.time_ns,
            .cut_ns = cut_ns,
            .dropped_total = dropped_,
            .connection = connection_,
            .width = 0,
            .height = 0,
            .slot = 0,
            .clock = facts.clock,
            .repeats = steps_missed(facts.step)};
  return Swap::due;
}

// The first frame at or after each step of the limit; see capture/internal/pacing.h for the same in the program.
bool FrameProducer::is_due(std::int64_t recorded_ns) {
  const std::int64_t numerator = control_->limit_numerator, denominator = control_->limit_denominator;
  if (numerator <= 0 || denominator <= 0) return true;
  const std::int64_t early_ns = jitter_allowance_ns(numerator, denominator);
  if (next_step_ != 0 && recorded_ns < step_time_ns(next_step_, numerator, denominator) - early_ns) return false;
  next_step_ = step_after(recorded_ns + early_ns, numerator, denominator);
  return true;
}

// A drawable that is swapped more often than there are steps is ahead of the grid until the grid has caught up.
std::uint64_t FrameProducer::steps_missed(std::uint64_t step) {
  if (step == 0) return 0;
  const std::uint64_t missed = next_fixed_step_ != 0 && step > next_fixed_step_ ? step - next_fixed_step_ : 0;
  next_fixed_step_ = (step > next_fixed_step_ ? step : next_fixed_step_) + 1;
  return missed;
}

bool FrameProducer::every_frame() const { return control_ != nullptr && control_->every_frame != 0; }

bool FrameProducer::has_limit() const { return control_ != nullptr && control_->limit_numerator > 0; }

void* FrameProducer::acquire(FrameTicket& ticket, std::uint32_t width, std::uint32_t height) {
  const SavedErrno saved;
  if (forked()) note_fork();
  if (ticket.connection != connection_ || slots_.mapping() == nullptr || holds_slot_) return nullptr;
  const bool possible = width > 0 && height > 0 && width <= kMaxDimension && height <= kMaxDimension;
  const std::size_t bytes = std::size_t{width} * height * kBytesPerPixel;
  std::uint32_t slot = 0;
  if (!possible || !fit(bytes) || !wait_for_slot(slot)) {
    count_drop(kNoFreeSlot);
    return nullptr;
  }
  std::byte* record = slots_.record(slot, bytes);
  if (record == nullptr) {
    slots_.give_back(slot);
    count_drop(kNoFreeSlot);
    return nullptr;
  }
  ticket.width = width;
  ticket.height = height;
  ticket.slot = slot;
  holds_slot_ = true;
  if (slot == last_slot_) has_last_ = false;
  return record + SlotMemory::kPageBytes;
}

// A free slot, of the present cut. Waits for one with every_frame(), as long as somebody drains them.
bool FrameProducer::wait_for_slot(std::uint32_t& slot) {
  if (slots_.try_acquire(slot)) return true;
  while (every_frame() && slots_.mapping() != nullptr) {
    const auto waited = slots_.acquire(slot, kLookEvery_ns);
    if (waited == SlotMemory::Waited::done) return true;
    if (waited == SlotMemory::Waited::consumer_closed || !consumer_lives()) break;
  }
  return false;
}

// Slots that are large enough for the payload: cut again, or of a larger ring.
bool FrameProducer::fit(std::size_t payload_bytes) {
  if (growing_ && !finish_growing()) return false;
  if (slots_.mapping() == nullptr) return false;
  if (payload_bytes <= slots_.largest_payload()) return true;
  if (SlotMemory::record_bytes(payload_bytes) > slots_.budget_bytes()) return grow(payload_bytes);
  while (slots_.wait_until_drained(every_frame() ? kLookEvery_ns : 0) != SlotMemory::Waited::done)
    if (!every_frame() || !consumer_lives()) return false;
  has_last_ = false;
  return slots_.cut(payload_bytes);
}

void FrameProducer::commit(const FrameTicket& ticket, PixelFacts pixels) {
  const SavedErrno saved;
  if (forked()) note_fork();
  if (ticket.connection != connection_ || !holds_slot_) return;
  holds_slot_ = false;
  const std::size_t bytes = std::size_t{ticket.width} * ticket.height * kBytesPerPixel;
  std::byte* record = slots_.record(ticket.slot, bytes);
  if (record == nullptr) return;
  // Those since the frame before; the ones that came while this one was read back go to the next.
  const std::uint64_t since = ticket.dropped_total > stamped_drops_ ? ticket.dropped_total - stamped_drops_ : 0;
  channel::FrameNote note;
  note.presented = ticket.presented;
  note.time_ns = ticket.time_ns;
  note.cut_ns = ticket.cut_ns;
  note.width = ticket.width;
  note.height = ticket.height;
  note.pixel_format = pixels.is_bgra ? 2 : 1;
  note.is_srgb = pixels.is_srgb ? 1 : 0;
  note.dropped_before = static_cast<std::uint32_t>(since < UINT32_MAX ? since : UINT32_MAX);
  note.drop_reason = since > 0 ? drop_reason_ : static_cast<std::uint32_t>(kNoDrop);
  note.is_repeated = ticket.is_repeated ? 1 : 0;
  note.clock = ticket.clock;
  stamped_drops_ += since;
  std::memcpy(record, &note, sizeof note);
  slots_.commit(ticket.slot, bytes);
  has_last_ = true;
  last_slot_ = ticket.slot;
  last_ = ticket;
  last_pixels_ = pixels;
}

void FrameProducer::repeat_before(const FrameTicket& ticket) {
  const SavedErrno saved;
  if (forked()) note_fork();
  for (std::uint64_t i = 0; i < ticket.repeats; ++i)
    if (!repeat_last(ticket)) return;
}

// The slots have the size of the last frame still: they are cut again in acquire() only.
bool FrameProducer::repeat_last(const FrameTicket& ticket) {
  if (!has_last_ || ticket.connection != connection_ || slots_.mapping() == nullptr || holds_slot_) return false;
  FrameTicket again = last_;
  again.is_repeated = true;
  const std::uint32_t from = last_slot_;
  const PixelFacts pixels = last_pixels_;
  const std::size_t bytes = std::size_t{again.width} * again.height * kBytesPerPixel;
  std::uint32_t slot = 0;
  if (!wait_for_slot(slot)) {
    count_drop(kNoFreeSlot);
    return false;
  }
  std::byte* to = slots_.record(slot, bytes);
  const std::byte* source = slots_.record(from, bytes);
  if (to == nullptr || source == nullptr) {
    slots_.give_back(slot);
    return false;
  }
  if (slot != from) std::memcpy(to + SlotMemory::kPageBytes, source + SlotMemory::kPageBytes, bytes);
  again.slot = slot;
  holds_slot_ = true;
  commit(again, pixels);
  return true;
}

void FrameProducer::give_back(const FrameTicket& ticket) {
  const SavedErrno saved;
  if (forked()) note_fork();
  if (ticket.connection != connection_ || !holds_slot_) return;
  holds_slot_ = false;
  slots_.give_back(ticket.slot);
  count_drop(kReadbackBusy);
}

void FrameProducer::drop_unread(const FrameTicket& ticket) {
  if (ticket.connection == connection_ && slots_.mapping() != nullptr) count_drop(kReadbackBusy);
}

void FrameProducer::count_drop(std::uint32_t reason) {
  ++dropped_;
  drop_reason_ = reason;
  if (slots_.mapping() != nullptr) counters()->dropped.store(dropped_, std::memory_order_relaxed);
}

channel::ProducerCounters* FrameProducer::counters() const {
  static_assert(sizeof(channel::ProducerCounters) <= SlotMemory::kUserBytes);
  return std::launder(static_cast<channel::ProducerCounters*>(slots_.user_area()));
}

}  // namespace framespool
