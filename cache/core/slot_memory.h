// The shared memory behind a SlotRing (cache/slot_ring.h, which says what slots are) without the C++ run-time library:
// what both ends do to it, one of which may live in somebody else's program. A view: it owns no mapping.
//
// Page 0 is SlotPage, behind it the slots. Plain data and lock-free atomics at fixed offsets, waited for with futexes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace framespool {

struct SlotPage;

class SlotMemory {
 public:
  static constexpr std::uint32_t kMaxSlots = 64;
  static constexpr std::size_t kPageBytes = 4096;
  static constexpr std::size_t kUserBytes = 1024;  // for what else the two ends share
  static constexpr std::int64_t kForEver = -1;     // as a time to wait

  constexpr SlotMemory() = default;
  // A mapping of `bytes`, shared by both ends.
  constexpr SlotMemory(void* mapping, std::size_t bytes) : mapping_(mapping), bytes_(bytes) {}

  [[nodiscard]] void* mapping() const { return mapping_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Bytes of a mapping for slots of `budget_bytes` together.
  [[nodiscard]] static std::size_t mapping_bytes(std::size_t budget_bytes);
  // Makes a ring of zeroed memory. It has no slots until it is cut.
  void format();
  [[nodiscard]] bool is_ring() const;  // was made by format(), for a mapping of this size

  // Producer, one thread
  // Cuts the memory into slots for payloads of `payload_bytes`; false, and all as before, when not even one fits.
  // Nothing may be acquired or committed.
  [[nodiscard]] bool cut(std::size_t payload_bytes);
  [[nodiscard]] bool try_acquire(std::uint32_t& slot);
  void commit(std::uint32_t slot, std::size_t payload_bytes);
  void give_back(std::uint32_t slot);
  void close_producer();  // also called by a consumer, on behalf of one that is gone or promised to wait
  enum class Waited { done, consumer_closed, timed_out };
  [[nodiscard]] Waited acquire(std::uint32_t& slot, std::int64_t timeout_ns);
  [[nodiscard]] Waited wait_until_drained(std::int64_t timeout_ns);

  // Consumer, one thread. What the producer wrote is checked: `corrupt` is no frame and there will be no more. Several slots may be
  // held; they are released in the order in which they were taken.
  enum class Taken { ready, none_yet, ended, corrupt };
  enum class Patience { wait, look };  // look: none_yet instead of waiting
  [[nodiscard]] Taken take(std::uint32_t& slot, std::size_t& payload_bytes, Patience patience);
  void release(std::uint32_t slot);
  void close_consumer();

  // Either
  // Header page, payload and padding; nullptr when that does not lie in the mapping.
  [[nodiscard]] std::byte* record(std::uint32_t slot, std::size_t payload_bytes) const;
  [[nodiscard]] static std::size_t record_bytes(std::size_t payload_bytes);
  [[nodiscard]] std::size_t budget_bytes() const { return bytes_ - kPageBytes; }
  [[nodiscard]] std::size_t largest_payload() const;  // of the present cut
  [[nodiscard]] std::uint32_t slot_count() const;
  [[nodiscard]] std::uint32_t free_count() const;
  // How long the consumer had the last slot that it released, by its own account. 0: none yet.
  [[nodiscard]] std::int64_t drain_ns() const;
  [[nodiscard]] void* user_area() const;  // kUserBytes, zeroed at first

 private:
  [[nodiscard]] SlotPage& page() const;

  void* mapping_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint32_t held_ = 0;     // consumer: slots taken, not released
  std::int64_t taken_ns_ = 0;  // consumer: since when the oldest of them has had all its attention
};

}  // namespace framespool
