#include "cache/slot_ring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "cache/core/slot_mapping.h"
#include "cache/core/slot_memory.h"
#include "cache/internal/file.h"
#include "cache/ledger.h"
#include "cache/uninterrupted.h"

namespace framespool {

static_assert(SlotRing::kMaxSlots == SlotMemory::kMaxSlots);

namespace {
constexpr std::uint32_t kLargeSlots = 4;  // one being filled, two waiting, one on its way to disk
}  // namespace

struct SlotRing::Impl {
  Impl(File from, Mapping all) : memory(std::move(from)), mapping(std::move(all)), slots(mapping.data(), mapping.bytes()) {
    Ledger::instance().adopt("capture.slots", mapping.data(), mapping.bytes());
  }
  ~Impl() { Ledger::instance().forget(mapping.data()); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::optional<Ready> take(SlotMemory::Patience patience) {
    Ready ready{};
    const auto taken = slots.take(ready.slot, ready.payload_bytes, patience);
    if (taken == SlotMemory::Taken::corrupt) corrupt = true;
    if (taken != SlotMemory::Taken::ready) return std::nullopt;
    return ready;
  }

  File memory;
  Mapping mapping;
  SlotMemory slots;
  bool corrupt = false;
};

SlotRing::SlotRing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SlotRing::SlotRing(SlotRing&&) noexcept = default;
SlotRing& SlotRing::operator=(SlotRing&&) noexcept = default;
SlotRing::~SlotRing() = default;

std::size_t SlotRing::default_budget(std::size_t payload_bytes, bool producer_waits) {
  const std::size_t least = producer_waits ? std::size_t{16} << 20 : std::size_t{64} << 20;
  const std::size_t budget = std::max(least, kLargeSlots * SlotMemory::record_bytes(payload_bytes));
  // The end of the last slot lies in a large page too.
  const std::size_t all = (SlotMemory::mapping_bytes(budget) + kLargePageBytes - 1) / kLargePageBytes * kLargePageBytes;
  return producer_waits ? all - SlotMemory::kPageBytes : budget;
}

Result<SlotRing> SlotRing::create(std::size_t budget_bytes, std::size_t payload_bytes) {
  if (budget_bytes > std::numeric_limits<std::size_t>::max() / 4)
    return fail(ErrorKind::usage, "slots", fmt::format("a budget of {} bytes is too large", budget_bytes));
  const std::size_t total = SlotMemory::mapping_bytes(budget_bytes);
  File memory(::memfd_create("framespool slots", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  // Sealed, so that no other process can take pages away from under this one.
  if (!memory ||
      uninterrupted([&] { return ::ftruncate(memory.descriptor(), static_cast<off_t>(total)); }) != 0 ||
      ::fcntl(memory.descriptor(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    if (errno != EFBIG) return tl::unexpected(system_error("shared memory for the slots", errno));
    memory.reset();
  }
  void* address = map_slots(memory.descriptor(), total);
  if (address == nullptr) return tl::unexpected(system_error("shared memory for the slots", errno));
  SlotRing ring(std::make_unique<Impl>(std::move(memory), Mapping(address, total)));
  ring.impl_->slots.format();
  if (auto cut = ring.cut(payload_bytes); !cut) return tl::unexpected(cut.error());
  // The first slots are the ones in use while the writer keeps up.
  const std::size_t record_bytes = SlotMemory::record_bytes(payload_bytes);
  if (record_bytes >= kLargePageBytes / 2) {
    const std::uint32_t slots = std::min(kLargeSlots, ring.slot_count());
    use_large_pages(address, total, SlotMemory::kPageBytes + slots * record_bytes);
  }
  return ring;
}

Result<SlotRing> SlotRing::attach(int descriptor) {
  File memory(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  struct stat status {};
  if (!memory || ::fstat(memory.descriptor(), &status) != 0)
    return tl::unexpected(system_error("shared memory of the slots", errno));
  const auto total = static_cast<std::size_t>(status.st_size);
  if (total < SlotMemory::kPageBytes) return fail(ErrorKind::failed, "shared memory of the slots", "is too small");
  void* address = map_slots(memory.descriptor(), total);
  if (address == nullptr) return tl::unexpected(system_error("shared memory of the slots", errno));
  SlotRing ring(std::make_unique<Impl>(std::move(memory), Mapping(address, total)));
  if (!ring.impl_->slots.is_ring())
    return fail(ErrorKind::failed, "shared memory of the slots", "is not a slot ring of this version");
  return ring;
}

Result<void> SlotRing::cut(std::size_t payload_bytes) {
  if (impl_->slots.cut(payload_bytes)) return {};
  return fail(ErrorKind::usage, fmt::format("a frame of {} bytes", payload_bytes),
              fmt::format("does not fit into the {} bytes of memory set aside for slots", impl_->slots.budget_bytes()),
              "record a smaller size or give the recorder more memory");
}

std::optional<std::uint32_t> SlotRing::try_acquire() {
  std::uint32_t slot = 0;
  if (!impl_->slots.try_acquire(slot)) return std::nullopt;
  return slot;
}

std::optional<std::uint32_t> SlotRing::acquire() {
  std::uint32_t slot = 0;
  if (impl_->slots.acquire(slot, SlotMemory::kForEver) != SlotMemory::Waited::done) return std::nullopt;
  return slot;
}

void SlotRing::commit(std::uint32_t slot, std::size_t payload_bytes) { impl_->slots.commit(slot, payload_bytes); }
void SlotRing::give_back(std::uint32_t slot) { impl_->slots.give_back(slot); }
bool SlotRing::wait_until_drained() {
  return impl_->slots.wait_until_drained(SlotMemory::kForEver) == SlotMemory::Waited::done;
}
void SlotRing::close_producer() { impl_->slots.close_producer(); }

std::optional<SlotRing::Ready> SlotRing::take() { return impl_->take(SlotMemory::Patience::wait); }
std::optional<SlotRing::Ready> SlotRing::try_take() { return impl_->take(SlotMemory::Patience::look); }

void SlotRing::release(std::uint32_t slot) { impl_->slots.release(slot); }
void SlotRing::close_consumer() { impl_->slots.close_consumer(); }
bool SlotRing::is_corrupt() const { return impl_->corrupt; }

std::span<std::byte> SlotRing::header_page(std::uint32_t slot) const { return record(slot, 0); }

std::span<std::byte> SlotRing::payload(std::uint32_t slot, std::size_t payload_bytes) const {
  const auto all = record(slot, payload_bytes);
  return all.empty() ? all : all.subspan(SlotMemory::kPageBytes, payload_bytes);
}

std::span<std::byte> SlotRing::record(std::uint32_t slot, std::size_t payload_bytes) const {
  std::byte* begin = impl_->slots.record(slot, payload_bytes);
  if (begin == nullptr) return {};
  return {begin, SlotMemory::record_bytes(payload_bytes)};
}

std::size_t SlotRing::largest_payload() const { return impl_->slots.largest_payload(); }
std::uint32_t SlotRing::slot_count() const { return impl_->slots.slot_count(); }
std::uint32_t SlotRing::free_count() const { return impl_->slots.free_count(); }
std::size_t SlotRing::budget_bytes() const { return impl_->slots.budget_bytes(); }
void* SlotRing::user_area() const { return impl_->slots.user_area(); }
int SlotRing::descriptor() const { return impl_->memory.descriptor(); }

}  // namespace framespool
