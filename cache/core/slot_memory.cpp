#include "cache/core/slot_memory.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>
#include <new>

#include "cache/internal/take_layout.h"

namespace framespool {
namespace {

constexpr std::uint64_t kRingMagic = 0x32474e4952505346;  // "FSPRING2"
static_assert(SlotMemory::kPageBytes == layout::kPage, "a slot is written as it is");

using Word = std::atomic<std::uint32_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 4, "a futex word");

// Not the private kind: the other side may be another process. May return early.
void futex_wait(Word& word, std::uint32_t seen, std::int64_t timeout_ns) {
  constexpr std::int64_t kSecond_ns = 1'000'000'000;
  const timespec relative{.tv_sec = timeout_ns / kSecond_ns, .tv_nsec = timeout_ns % kSecond_ns};
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, seen,
            timeout_ns < 0 ? nullptr : &relative, nullptr, 0);
}

void bump_and_wake(Word& word) {
  word.fetch_add(1, std::memory_order_release);
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// How much of a time to wait is left.
class Deadline {
 public:
  explicit Deadline(std::int64_t timeout_ns) : timeout_ns_(timeout_ns), begin_ns_(timeout_ns > 0 ? now_ns() : 0) {}
  [[nodiscard]] std::int64_t left_ns() const {  // kForEver: no end; 0: over
    if (timeout_ns_ <= 0) return timeout_ns_;
    const std::int64_t left = timeout_ns_ - (now_ns() - begin_ns_);
    return left > 0 ? left : 0;
  }

 private:
  std::int64_t timeout_ns_, begin_ns_;
};

enum SlotState : std::uint32_t { kFree, kFilling, kReady, kDraining };

}  // namespace

// What both sides see. Plain data at fixed offsets; zero is a valid beginning.
struct SlotPage {
  std::uint64_t magic;
  std::uint64_t total_bytes;              // of the mapping
  std::atomic<std::uint64_t> slot_bytes;  // header page + payload room; changed by the producer when all are free
  Word slot_count;
  Word producer_closed;
  Word consumer_closed;
  Word committed_event;  // futex: bumped by commit() and close_producer()
  Word released_event;   // futex: bumped by release() and close_consumer()
  Word drain_us;         // what the last slot took from take() to release(); written by the consumer
  std::atomic<std::uint64_t> committed;  // slots ever committed; written by the producer
  std::atomic<std::uint64_t> drained;    // slots ever released; written by the consumer
  struct Entry {
    Word state;
    Word queued;  // the queue of committed slots: entry n % kMaxSlots names the slot of commit n
    std::atomic<std::uint64_t> payload_bytes;
  } entries[SlotMemory::kMaxSlots];
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(SlotPage) + SlotMemory::kUserBytes <= SlotMemory::kPageBytes);

SlotPage& SlotMemory::page() const { return *std::launder(static_cast<SlotPage*>(mapping_)); }

std::size_t SlotMemory::mapping_bytes(std::size_t budget_bytes) {
  return kPageBytes + budget_bytes / kPageBytes * kPageBytes;
}

std::size_t SlotMemory::record_bytes(std::size_t payload_bytes) { return layout::record_bytes(payload_bytes); }

void SlotMemory::format() {
  auto* page = new (mapping_) SlotPage{};
  page->magic = kRingMagic;
  page->total_bytes = bytes_;
}

bool SlotMemory::is_ring() const {
  return bytes_ >= kPageBytes && page().magic == kRingMagic && page().total_bytes == bytes_;
}

bool SlotMemory::cut(std::size_t payload_bytes) {
  const std::size_t budget = budget_bytes();
  if (payload_bytes == 0 || payload_bytes > budget) return false;
  const std::size_t slot_bytes = record_bytes(payload_bytes);
  if (slot_bytes > budget) return false;
  const std::size_t count = budget / slot_bytes;
  page().slot_bytes.store(slot_bytes, std::memory_order_relaxed);
  page().slot_count.store(static_cast<std::uint32_t>(count < kMaxSlots ? count : kMaxSlots),
                          std::memory_order_release);
  return true;
}

bool SlotMemory::try_acquire(std::uint32_t& slot) {
  SlotPage& s = page();
  const std::uint32_t count = slot_count();
  for (std::uint32_t at = 0; at < count; ++at) {
    if (s.entries[at].state.load(std::memory_order_acquire) != kFree) continue;
    s.entries[at].state.store(kFilling, std::memory_order_relaxed);
    slot = at;
    return true;
  }
  return false;
}

SlotMemory::Waited SlotMemory::acquire(std::uint32_t& slot, std::int64_t timeout_ns) {
  SlotPage& s = page();
  const Deadline deadline(timeout_ns);
  for (;;) {
    const std::uint32_t seen = s.released_event.load(std::memory_order_acquire);
    if (s.consumer_closed.load(std::memory_order_acquire) != 0) return Waited::consumer_closed;
    if (try_acquire(slot)) return Waited::done;
    const std::int64_t left_ns = deadline.left_ns();
    if (left_ns == 0) return Waited::timed_out;
    futex_wait(s.released_event, seen, left_ns);
  }
}

void SlotMemory::commit(std::uint32_t slot, std::size_t payload_bytes) {
  SlotPage& s = page();
  const std::uint64_t number = s.committed.load(std::memory_order_relaxed);
  s.entries[slot].payload_bytes.store(payload_bytes, std::memory_order_relaxed);
  s.entries[number % kMaxSlots].queued.store(slot, std::memory_order_relaxed);
  // Everything above and the frame itself become visible before the slot is ready.
  s.entries[slot].state.store(kReady, std::memory_order_release);
  s.committed.store(number + 1, std::memory_order_release);
  bump_and_wake(s.committed_event);
}

void SlotMemory::give_back(std::uint32_t slot) {
  page().entries[slot].state.store(kFree, std::memory_order_release);
}

SlotMemory::Waited SlotMemory::wait_until_drained(std::int64_t timeout_ns) {
  SlotPage& s = page();
  const Deadline deadline(timeout_ns);
  for (;;) {
    const std::uint32_t seen = s.released_event.load(std::memory_order_acquire);
    if (s.drained.load(std::memory_order_acquire) == s.committed.load(std::memory_order_relaxed)) return Waited::done;
    if (s.consumer_closed.load(std::memory_order_acquire) != 0) return Waited::consumer_closed;
    const std::int64_t left_ns = deadline.left_ns();
    if (left_ns == 0) return Waited::timed_out;
    futex_wait(s.released_event, seen, left_ns);
  }
}

void SlotMemory::close_producer() {
  page().producer_closed.store(1, std::memory_order_release);
  bump_and_wake(page().committed_event);
}

SlotMemory::Taken SlotMemory::take(std::uint32_t& slot, std::size_t& payload_bytes, Patience patience) {
  SlotPage& s = page();
  for (;;) {
    const std::uint32_t seen = s.committed_event.load(std::memory_order_acquire);
    const bool closed = s.producer_closed.load(std::memory_order_acquire) != 0;
    const std::uint64_t number = s.drained.load(std::memory_order_relaxed) + held_;
    if (number < s.committed.load(std::memory_order_acquire)) {
      const std::uint32_t next = s.entries[number % kMaxSlots].queued.load(std::memory_order_relaxed);
      if (next >= kMaxSlots) return Taken::corrupt;
      const std::size_t bytes = s.entries[next].payload_bytes.load(std::memory_order_relaxed);
      if (record(next, bytes) == nullptr) return Taken::corrupt;
      s.entries[next].state.store(kDraining, std::memory_order_relaxed);
      slot = next;
      payload_bytes = bytes;
      if (held_++ == 0) taken_ns_ = now_ns();
      return Taken::ready;
    }
    if (closed) return Taken::ended;
    if (patience == Patience::look) return Taken::none_yet;
    futex_wait(s.committed_event, seen, kForEver);
  }
}

void SlotMemory::release(std::uint32_t slot) {
  SlotPage& s = page();
  const std::int64_t released_ns = now_ns(), us = (released_ns - taken_ns_) / 1000;
  taken_ns_ = released_ns;
  if (held_ > 0) --held_;
  s.drain_us.store(us < INT_MAX ? static_cast<std::uint32_t>(us) : INT_MAX, std::memory_order_relaxed);
  s.entries[slot].state.store(kFree, std::memory_order_release);
  s.drained.store(s.drained.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  bump_and_wake(s.released_event);
}

std::int64_t SlotMemory::drain_ns() const {
  return std::int64_t{page().drain_us.load(std::memory_order_relaxed)} * 1000;
}

void SlotMemory::close_consumer() {
  page().consumer_closed.store(1, std::memory_order_release);
  bump_and_wake(page().released_event);
}

std::byte* SlotMemory::record(std::uint32_t slot, std::size_t payload_bytes) const {
  // Read once: the other side may change it at any time.
  const std::uint64_t slot_bytes = page().slot_bytes.load(std::memory_order_relaxed);
  const std::size_t budget = budget_bytes();
  if (slot >= kMaxSlots || slot_bytes > budget || slot_bytes % kPageBytes != 0 || payload_bytes > budget)
    return nullptr;
  const std::uint64_t begin = slot * slot_bytes;
  if (record_bytes(payload_bytes) > budget || begin > budget - record_bytes(payload_bytes)) return nullptr;
  return static_cast<std::byte*>(mapping_) + kPageBytes + begin;
}

std::size_t SlotMemory::largest_payload() const {
  return page().slot_bytes.load(std::memory_order_relaxed) - kPageBytes;
}

std::uint32_t SlotMemory::slot_count() const { return page().slot_count.load(std::memory_order_acquire); }

std::uint32_t SlotMemory::free_count() const {
  std::uint32_t free = 0;
  const std::uint32_t count = slot_count();
  for (std::uint32_t slot = 0; slot < count && slot < kMaxSlots; ++slot)
    if (page().entries[slot].state.load(std::memory_order_relaxed) == kFree) ++free;
  return free;
}

void* SlotMemory::user_area() const { return static_cast<std::byte*>(mapping_) + kPageBytes - kUserBytes; }

}  // namespace framespool
