#include "cache/slot_ring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <limits>
#include <new>

#include "cache/internal/file.h"
#include "cache/internal/take_layout.h"
#include "cache/ledger.h"

namespace framespool {
namespace {

constexpr std::uint64_t kRingMagic = 0x31474e4952505346;  // "FSPRING1"
constexpr std::size_t kControlBytes = layout::kPage;

using Word = std::atomic<std::uint32_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 4, "a futex word");

// Not the private kind: the other side may be another process.
void futex_wait(Word& word, std::uint32_t seen) {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, seen, nullptr, nullptr, 0);
}
void bump_and_wake(Word& word) {
  word.fetch_add(1, std::memory_order_release);
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

enum SlotState : std::uint32_t { kFree, kFilling, kReady, kDraining };

}  // namespace

// What both sides see. Plain data at fixed offsets; zero is a valid beginning.
struct SlotRing::Shared {
  std::uint64_t magic;
  std::uint64_t total_bytes;  // of the mapping
  std::atomic<std::uint64_t> slot_bytes;  // header page + payload room; changed by the producer when all are free
  Word slot_count;
  Word producer_closed;
  Word consumer_closed;
  Word committed_event;  // futex: bumped by commit() and close_producer()
  Word released_event;   // futex: bumped by release() and close_consumer()
  Word unused;
  std::atomic<std::uint64_t> committed;  // slots ever committed; written by the producer
  std::atomic<std::uint64_t> drained;    // slots ever released; written by the consumer
  struct Entry {
    Word state;
    Word queued;  // the queue of committed slots: entry n % kMaxSlots names the slot of commit n
    std::atomic<std::uint64_t> payload_bytes;
  } entries[kMaxSlots];
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct SlotRing::Impl {
  Impl(File from, Mapping all) : memory(std::move(from)), mapping(std::move(all)) {
    Ledger::instance().adopt("capture.slots", mapping.data(), mapping.bytes());
  }
  ~Impl() { Ledger::instance().forget(mapping.data()); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  File memory;
  Mapping mapping;
};

SlotRing::SlotRing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SlotRing::SlotRing(SlotRing&&) noexcept = default;
SlotRing& SlotRing::operator=(SlotRing&&) noexcept = default;
SlotRing::~SlotRing() = default;

SlotRing::Shared& SlotRing::shared() const {
  return *std::launder(reinterpret_cast<Shared*>(impl_->mapping.data()));
}

Result<SlotRing> SlotRing::create(std::size_t budget_bytes, std::size_t payload_bytes) {
  static_assert(sizeof(Shared) <= kControlBytes);
  if (budget_bytes > std::numeric_limits<std::size_t>::max() / 4)
    return fail(ErrorKind::usage, "slots", fmt::format("a budget of {} bytes is too large", budget_bytes));
  const std::size_t total = kControlBytes + budget_bytes / layout::kPage * layout::kPage;
  File memory(::memfd_create("framespool slots", MFD_CLOEXEC));
  if (!memory || ::ftruncate(memory.descriptor(), static_cast<off_t>(total)) != 0)
    return tl::unexpected(system_error("shared memory for the slots", errno));
  void* address = ::mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_SHARED, memory.descriptor(), 0);
  if (address == MAP_FAILED) return tl::unexpected(system_error("shared memory for the slots", errno));
  SlotRing ring(std::make_unique<Impl>(std::move(memory), Mapping(address, total)));
  auto* shared = new (address) Shared{};
  shared->magic = kRingMagic;
  shared->total_bytes = total;
  if (auto cut = ring.cut(payload_bytes); !cut) return tl::unexpected(cut.error());
  return ring;
}

Result<SlotRing> SlotRing::attach(int descriptor) {
  File memory(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  struct stat status {};
  if (!memory || ::fstat(memory.descriptor(), &status) != 0)
    return tl::unexpected(system_error("shared memory of the slots", errno));
  const auto total = static_cast<std::size_t>(status.st_size);
  if (total < kControlBytes) return fail(ErrorKind::failed, "shared memory of the slots", "is too small");
  void* address = ::mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_SHARED, memory.descriptor(), 0);
  if (address == MAP_FAILED) return tl::unexpected(system_error("shared memory of the slots", errno));
  SlotRing ring(std::make_unique<Impl>(std::move(memory), Mapping(address, total)));
  if (ring.shared().magic != kRingMagic || ring.shared().total_bytes != total)
    return fail(ErrorKind::failed, "shared memory of the slots", "is not a slot ring of this version");
  return ring;
}

Result<void> SlotRing::cut(std::size_t payload_bytes) {
  Shared& s = shared();
  const std::size_t budget = s.total_bytes - kControlBytes;
  const bool impossible = payload_bytes == 0 || payload_bytes > budget;
  const std::size_t slot_bytes = impossible ? 0 : layout::record_bytes(payload_bytes);
  if (impossible || slot_bytes > budget)
    return fail(ErrorKind::usage, fmt::format("a frame of {} bytes", payload_bytes),
                fmt::format("does not fit into the {} bytes of memory set aside for slots", budget),
                "record a smaller size or give the recorder more memory");
  s.slot_bytes.store(slot_bytes, std::memory_order_relaxed);
  s.slot_count.store(static_cast<std::uint32_t>(std::min<std::size_t>(budget / slot_bytes, kMaxSlots)),
                     std::memory_order_release);
  return {};
}

std::optional<std::uint32_t> SlotRing::try_acquire() {
  Shared& s = shared();
  const std::uint32_t count = slot_count();
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    if (s.entries[slot].state.load(std::memory_order_acquire) != kFree) continue;
    s.entries[slot].state.store(kFilling, std::memory_order_relaxed);
    return slot;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> SlotRing::acquire() {
  Shared& s = shared();
  for (;;) {
    const std::uint32_t seen = s.released_event.load(std::memory_order_acquire);
    if (s.consumer_closed.load(std::memory_order_acquire) != 0) return std::nullopt;
    if (const auto slot = try_acquire()) return slot;
    futex_wait(s.released_event, seen);
  }
}

void SlotRing::commit(std::uint32_t slot, std::size_t payload_bytes) {
  Shared& s = shared();
  const std::uint64_t number = s.committed.load(std::memory_order_relaxed);
  s.entries[slot].payload_bytes.store(payload_bytes, std::memory_order_relaxed);
  s.entries[number % kMaxSlots].queued.store(slot, std::memory_order_relaxed);
  // Everything above and the frame itself become visible before the slot is ready.
  s.entries[slot].state.store(kReady, std::memory_order_release);
  s.committed.store(number + 1, std::memory_order_release);
  bump_and_wake(s.committed_event);
}

void SlotRing::give_back(std::uint32_t slot) {
  shared().entries[slot].state.store(kFree, std::memory_order_release);
}

bool SlotRing::wait_until_drained() {
  Shared& s = shared();
  for (;;) {
    const std::uint32_t seen = s.released_event.load(std::memory_order_acquire);
    if (s.drained.load(std::memory_order_acquire) == s.committed.load(std::memory_order_relaxed)) return true;
    if (s.consumer_closed.load(std::memory_order_acquire) != 0) return false;
    futex_wait(s.released_event, seen);
  }
}

void SlotRing::close_producer() {
  shared().producer_closed.store(1, std::memory_order_release);
  bump_and_wake(shared().committed_event);
}

std::optional<SlotRing::Ready> SlotRing::take() {
  Shared& s = shared();
  for (;;) {
    const std::uint32_t seen = s.committed_event.load(std::memory_order_acquire);
    const bool closed = s.producer_closed.load(std::memory_order_acquire) != 0;
    const std::uint64_t number = s.drained.load(std::memory_order_relaxed);
    if (number < s.committed.load(std::memory_order_acquire)) {
      const std::uint32_t slot = s.entries[number % kMaxSlots].queued.load(std::memory_order_relaxed);
      s.entries[slot].state.store(kDraining, std::memory_order_relaxed);
      return Ready{slot, s.entries[slot].payload_bytes.load(std::memory_order_relaxed)};
    }
    if (closed) return std::nullopt;
    futex_wait(s.committed_event, seen);
  }
}

void SlotRing::release(std::uint32_t slot) {
  Shared& s = shared();
  s.entries[slot].state.store(kFree, std::memory_order_release);
  s.drained.store(s.drained.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  bump_and_wake(s.released_event);
}

void SlotRing::close_consumer() {
  shared().consumer_closed.store(1, std::memory_order_release);
  bump_and_wake(shared().released_event);
}

std::span<std::byte> SlotRing::header_page(std::uint32_t slot) const { return record(slot, 0); }

std::span<std::byte> SlotRing::payload(std::uint32_t slot, std::size_t payload_bytes) const {
  return record(slot, payload_bytes).subspan(layout::kPage, payload_bytes);
}

std::span<std::byte> SlotRing::record(std::uint32_t slot, std::size_t payload_bytes) const {
  std::byte* begin = impl_->mapping.data() + kControlBytes +
                     std::size_t{slot} * shared().slot_bytes.load(std::memory_order_relaxed);
  return {begin, layout::record_bytes(payload_bytes)};
}

std::size_t SlotRing::largest_payload() const {
  return shared().slot_bytes.load(std::memory_order_relaxed) - layout::kPage;
}

std::uint32_t SlotRing::slot_count() const { return shared().slot_count.load(std::memory_order_acquire); }

std::uint32_t SlotRing::free_count() const {
  std::uint32_t free = 0;
  const std::uint32_t count = slot_count();
  for (std::uint32_t slot = 0; slot < count; ++slot)
    if (shared().entries[slot].state.load(std::memory_order_relaxed) == kFree) ++free;
  return free;
}

int SlotRing::descriptor() const { return impl_->memory.descriptor(); }

}  // namespace framespool
