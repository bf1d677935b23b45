// The ledger: the account of every frame-sized allocation of the program.
//
// Every block that is as large as a frame, libpng's memory and the buffers handed to libavcodec come from
// here. Each allocation has a number that grows within its tag, a size and the thread that made it; the
// numbers are the same from run to run for the same work. FRAMESPOOL_BREAK_ALLOC=TAG:N raises SIGTRAP at that
// allocation, which stops in the debugger. After OpenCV's memory-manager hook and its leak tracker.
//
// Thread: every function may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framespool {

// Where blocks really come from. The default manager maps pages for large blocks and uses the heap for small
// ones. A block goes back to the manager that gave it.
class MemoryManager {
 public:
  virtual ~MemoryManager() = default;
  // At least `bytes`, aligned to `alignment` (a power of two); nullptr when memory is short.
  [[nodiscard]] virtual void* allocate(std::size_t bytes, std::size_t alignment) = 0;
  virtual void release(void* block, std::size_t bytes, std::size_t alignment) noexcept = 0;
  [[nodiscard]] virtual const char* name() const = 0;
};
[[nodiscard]] MemoryManager& default_memory_manager();

struct LedgerLeak {
  std::uint64_t number = 0;  // within the tag, from 1
  std::size_t bytes = 0;
  std::uint64_t thread = 0;  // the kernel's thread id
};

struct LedgerTag {
  std::string tag;
  std::size_t live_bytes = 0;
  std::size_t peak_bytes = 0;
  std::uint64_t count = 0;       // allocations ever made
  std::uint64_t live_count = 0;  // blocks live now
  std::vector<LedgerLeak> live;  // oldest first; at most 100 are named
  // Of scratch arenas (scratch_arena.h) that ended: most bytes in use at once in one of them, frames drained
  // in all.
  std::size_t high_water_bytes = 0;
  std::uint64_t drains = 0;
};

// One tag's sums, without the blocks. `tag` is valid for the program's life.
struct LedgerTotals {
  std::string_view tag;
  std::size_t live_bytes = 0;
  std::size_t peak_bytes = 0;
};

class Ledger {
 public:
  // The program's only one. It is never destroyed, so blocks may be released at exit; making it needs no memory.
  static Ledger& instance();

  // A block of `bytes` under `tag` (a string literal). nullptr when memory is short, for the block or for the
  // books. bytes 0 counts as 1.
  [[nodiscard]] void* allocate(const char* tag, std::size_t bytes, std::size_t alignment = 16) noexcept;
  // nullptr is ignored. A pointer that this ledger did not give, or that was released already, is a
  // programmer's mistake: it is reported and the program aborts.
  void release(void* block) noexcept;

  // For memory that comes from elsewhere (the slots' shared mapping, pixel pack buffers): numbered and
  // counted like an allocation; `block` is only a key. Throws std::bad_alloc when memory for the books is short:
  // then it is not to be forgotten.
  void adopt(const char* tag, const void* block, std::size_t bytes);
  void forget(const void* block) noexcept;

  // Makes the line of a scratch arena's tag. Throws std::bad_alloc.
  void expect_scopes(const char* tag);
  // What a scratch arena with this tag came to, after expect_scopes().
  void note_scopes(const char* tag, std::size_t high_water_bytes, std::uint64_t drains) noexcept;

  // Replaces the manager. Must not be called while blocks live: reported, and the program aborts.
  void set_manager(MemoryManager& manager);

  // A snapshot, tags in alphabetical order.
  [[nodiscard]] std::vector<LedgerTag> snapshot() const;
  // The sums alone, in alphabetical order, as many as fit; gives how many. Allocates nothing: for a live
  // plot.
  std::size_t totals(std::span<LedgerTotals> into) const;
  // Live bytes of all tags and the highest that sum ever was. Cheap; for a live plot.
  [[nodiscard]] std::size_t live_bytes() const;
  [[nodiscard]] std::size_t peak_bytes() const;

  // "TAG:N" as in FRAMESPOOL_BREAK_ALLOC; empty switches it off. False when the text makes no sense.
  bool break_at(std::string_view text);

  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

 private:
  Ledger();
  struct Impl;
  Impl* impl_ = nullptr;
};

// The report that --memory-report prints: one line a tag (live, peak, count), one for scratch arenas'
// high-water mark, then each block still live.
[[nodiscard]] std::string format_ledger(const std::vector<LedgerTag>& tags);

}  // namespace framespool
