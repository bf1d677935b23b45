// The per-frame scope: a paged scratch arena, opened and drained for each frame.
//
// After the internals of the autorelease pool: pages, a sentinel for each scope, an owning thread, magic
// words, a high-water mark, scribbling over what was released. Pages are kept from frame to frame, so a
// steady state allocates nothing.
//
//   ScratchArena arena("export.scratch");
//   while (...) {
//     ScratchArena::Scope frame(arena);
//     std::pmr::vector<int> rows(&arena);   // gone, all at once, when `frame` closes
//   }
//
// What an arena came to stands in the ledger's report, under its tag, once the arena is gone.
//
// Thread: bound to the thread that made it (rebind() hands it over). Use from another one is reported and
// aborts, as is a scope closed out of order. Every drain checks the magic words of each page in use; a
// damaged one is reported with what it holds and what it should hold, then the program stops: going on could
// write a wrong file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <thread>

namespace framespool {

class ScratchArena final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kDefaultPageBytes = 64 * 1024;

  // `tag` (a string literal) names the arena's pages in the ledger.
  explicit ScratchArena(const char* tag, std::size_t page_bytes = kDefaultPageBytes);
  // Checks and releases every page. No scope may be open.
  ~ScratchArena() override;
  ScratchArena(const ScratchArena&) = delete;
  ScratchArena& operator=(const ScratchArena&) = delete;

  // Everything allocated while the innermost scope is open is gone when it closes. Scopes nest.
  class Scope {
   public:
    explicit Scope(ScratchArena& arena);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ScratchArena& arena_;
    void* page_;         // where the sentinel stands: the page in use when the scope opened
    std::size_t used_;   // and how much of it was
    std::size_t bytes_;  // in all
    std::uint32_t depth_;
  };

  // Makes the calling thread the owner. No scope may be open.
  void rebind();

  // Makes room, in one piece, for blocks of `bytes` in all with their alignments: allocating them in the next
  // scopes needs no new page. Takes the place of smaller pages, so that the arena grows to the largest frame
  // seen and not to the sum. No scope may be open. False when memory is short: the arena is empty then.
  [[nodiscard]] bool reserve(std::size_t bytes);

  [[nodiscard]] std::size_t bytes_in_use() const { return bytes_in_use_; }
  [[nodiscard]] std::size_t high_water_bytes() const {
    return high_water_bytes_;
  }  // most ever in use at once
  [[nodiscard]] std::size_t page_count() const { return page_count_; }
  [[nodiscard]] std::uint64_t drains() const { return drains_; }

 private:
  struct Page;
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void*, std::size_t, std::size_t) override {}  // drained with the scope
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  [[nodiscard]] Page* make_page(std::size_t payload_bytes) noexcept;  // nullptr when memory is short
  void release_pages();
  void check_thread(const char* doing) const;
  static void check_page(const Page& page, const char* tag);
  void drain_to(Page* page, std::size_t used);

  const char* tag_;
  std::size_t page_bytes_;
  std::thread::id owner_;
  Page* first_ = nullptr;
  Page* current_ = nullptr;  // nullptr: nothing in use
  std::size_t bytes_in_use_ = 0;
  std::size_t high_water_bytes_ = 0;
  std::size_t page_count_ = 0;
  std::uint64_t drains_ = 0;
  std::uint32_t depth_ = 0;
};

}  // namespace framespool
