// A fixed number of page-aligned slots in shared memory between one producer and one consumer. Each holds a
// header page and, right behind it, a payload, so that both go to disk as one aligned write.
//
// Everything the two sides share lies in the mapping (a memfd) and is plain data and lock-free atomics, waited
// for with futexes: the consumer can be another process that maps the same descriptor, and a producer that is
// killed leaves the slots it committed ready to be drained. cache/core/slot_memory.h is the part that needs no C++ run-time
// library; this class owns the memory.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "cache/error.h"

namespace framespool {

class SlotRing {
 public:
  // A budget for payloads of `payload_bytes` where nobody asked for one: room for four, and in real time, where a full ring means
  // a lost frame, for at least 64 MiB. A producer that waits gains nothing by more than it can fill while one is written:
  // at least 16 MiB, and large frames all lie in large pages.
  [[nodiscard]] static std::size_t default_budget(std::size_t payload_bytes, bool producer_waits);
  // Slots for payloads of `payload_bytes`, as many as fit into `budget_bytes` (header pages counted), at most
  // kMaxSlots. Memory is used as slots are first filled. Where a limit on file sizes (ulimit -f) forbids a file in
  // memory of this size, the slots are this process's and its children's alone and descriptor() is -1.
  // Errors: usage (not even one fits), failed.
  [[nodiscard]] static Result<SlotRing> create(std::size_t budget_bytes, std::size_t payload_bytes);
  // The same ring in another process, which keeps its own descriptor. Errors: failed (not a ring).
  [[nodiscard]] static Result<SlotRing> attach(int descriptor);
  SlotRing(SlotRing&&) noexcept;
  SlotRing& operator=(SlotRing&&) noexcept;
  ~SlotRing();

  static constexpr std::uint32_t kMaxSlots = 64;

  // Producer side, one thread at a time. Slots may be committed in another order than acquired.
  // A free slot, now marked as being filled; nullopt when there is none.
  [[nodiscard]] std::optional<std::uint32_t> try_acquire();
  // Blocks until a slot is free; nullopt when the consumer has left.
  [[nodiscard]] std::optional<std::uint32_t> acquire();
  // The slot's frame is complete: header page described, payload in place.
  void commit(std::uint32_t slot, std::size_t payload_bytes);
  void give_back(std::uint32_t slot);
  // Waits until every committed slot is drained; false when the consumer left instead.
  bool wait_until_drained();
  // Cuts the same memory for another payload size. Nothing may be acquired or committed then.
  // Errors: usage (does not fit into the budget).
  [[nodiscard]] Result<void> cut(std::size_t payload_bytes);
  // No more commits will come: take() gives nullopt once the ring is empty.
  void close_producer();

  // Consumer side, one thread.
  struct Ready {
    std::uint32_t slot;
    std::size_t payload_bytes;
  };
  // The oldest committed slot; blocks. nullopt after close_producer() when all are drained, and when the producer, which
  // may be another program, wrote nonsense into the shared memory.
  [[nodiscard]] std::optional<Ready> take();
  // The same without blocking: nullopt also when there is none yet. Several slots may be held; they are released in the order in
  // which they were taken.
  [[nodiscard]] std::optional<Ready> try_take();
  [[nodiscard]] bool is_corrupt() const;  // take() met nonsense
  void release(std::uint32_t slot);
  // The consumer stops for good: acquire() stops blocking.
  void close_consumer();

  // Either side.
  [[nodiscard]] std::span<std::byte> header_page(std::uint32_t slot) const;
  [[nodiscard]] std::span<std::byte> payload(std::uint32_t slot, std::size_t payload_bytes) const;
  // Header page, payload and padding to a page. These three are empty where that is not inside the ring.
  [[nodiscard]] std::span<std::byte> record(std::uint32_t slot, std::size_t payload_bytes) const;
  [[nodiscard]] std::size_t largest_payload() const;  // of the present cut
  [[nodiscard]] std::uint32_t slot_count() const;
  [[nodiscard]] std::uint32_t free_count() const;
  [[nodiscard]] std::size_t budget_bytes() const;
  [[nodiscard]] void* user_area() const;  // SlotMemory::kUserBytes for what else the two sides share, zeroed at first
  [[nodiscard]] int descriptor() const;

 private:
  struct Impl;
  explicit SlotRing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
