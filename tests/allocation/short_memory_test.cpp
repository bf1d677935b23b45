// Memory that runs out in the ledger's own books: the block is not given out, nobody is thrown at, nothing is booked.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <optional>
#include <string>

#include "cache/ledger.h"
#include "cache/scratch_arena.h"

namespace {

thread_local long news_until_none = -1;  // calls of operator new that go well; -1: all

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (news_until_none == 0) throw std::bad_alloc();
  if (news_until_none > 0) --news_until_none;
  void* const block = std::malloc(bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace framespool {
namespace {

// Calls work() with memory for 0, 1, 2, ... allocations until it says that it had enough; how often it had not.
template <class Work>
int times_memory_was_short(Work work) {
  for (int enough = 0;; ++enough) {
    news_until_none = enough;
    const bool done = work();
    news_until_none = -1;
    if (done) return enough;
  }
}

std::optional<LedgerTag> tag_named(const std::string& name) {
  for (LedgerTag& tag : Ledger::instance().snapshot())
    if (tag.tag == name) return std::move(tag);
  return std::nullopt;
}

constexpr std::size_t kMapped = 1 << 20;  // comes from mmap(): operator new serves the books alone

TEST(ShortMemory, ForTheBooksIsShortMemoryForTheBlock) {
  Ledger& ledger = Ledger::instance();
  const std::size_t live_before = ledger.live_bytes();
  void* block = nullptr;
  const int refused = times_memory_was_short([&] {
    block = ledger.allocate("short.a tag with a name that no string keeps within itself", kMapped);
    return block != nullptr;
  });
  EXPECT_GT(refused, 0) << "nothing ran short: this test tests nothing";
  EXPECT_EQ(ledger.live_bytes(), live_before + kMapped);
  const auto tag = tag_named("short.a tag with a name that no string keeps within itself");
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->count, 1u) << "numbers are those of blocks that were given out";
  EXPECT_EQ(tag->live_bytes, kMapped);
  ledger.release(block);
  EXPECT_EQ(ledger.live_bytes(), live_before);
}

TEST(ShortMemory, IsThrownWhereSomethingIsOnlyAdopted) {
  Ledger& ledger = Ledger::instance();
  const std::size_t live_before = ledger.live_bytes();
  int block = 0;
  const int refused = times_memory_was_short([&] {
    try {
      ledger.adopt("short.adopted block, and no string keeps this within itself", &block, 100);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  });
  EXPECT_GT(refused, 0) << "nothing ran short: this test tests nothing";
  EXPECT_EQ(ledger.live_bytes(), live_before + 100);
  ledger.forget(&block);
  EXPECT_EQ(ledger.live_bytes(), live_before);
}

// As an encoder goes that was made and never given a picture.
TEST(ShortMemory, DoesNotHinderAnArenaFromGoing) {
  const int refused = times_memory_was_short([] {
    try {
      ScratchArena arena("short.arena, and no string keeps this name within itself");
      const bool made = arena.reserve(kMapped);
      news_until_none = 0;  // from here to its end
      return made;
    } catch (const std::bad_alloc&) {
      return false;
    }
  });
  EXPECT_GT(refused, 0) << "nothing ran short: this test tests nothing";
}

}  // namespace
}  // namespace framespool
