#include "cache/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

namespace framespool {
namespace {

LedgerTag tag_named(const char* name) {
  for (LedgerTag& tag : Ledger::instance().snapshot())
    if (tag.tag == name) return std::move(tag);
  return {};
}

TEST(Ledger, CountsLivePeakAndCountOfATag) {
  Ledger& ledger = Ledger::instance();
  void* a = ledger.allocate("test.count", 1000);
  void* b = ledger.allocate("test.count", 500000, 4096);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b) % 4096, 0u);
  ledger.release(a);
  const LedgerTag tag = tag_named("test.count");
  EXPECT_EQ(tag.live_bytes, 500000u);
  EXPECT_EQ(tag.peak_bytes, 501000u);
  EXPECT_EQ(tag.count, 2u);
  EXPECT_EQ(tag.live_count, 1u);
  ledger.release(b);
  EXPECT_EQ(tag_named("test.count").live_bytes, 0u);
}

TEST(Ledger, NamesALeakByItsNumberWithinTheTag) {
  Ledger& ledger = Ledger::instance();
  std::vector<void*> blocks;
  for (int i = 0; i < 5; ++i) blocks.push_back(ledger.allocate("test.leak", 64));
  void* kept = blocks[2];
  for (void* block : blocks)
    if (block != kept) ledger.release(block);
  const LedgerTag tag = tag_named("test.leak");
  ASSERT_EQ(tag.live.size(), 1u);
  EXPECT_EQ(tag.live[0].number, 3u);
  EXPECT_THAT(format_ledger({tag}), testing::HasSubstr("not released: test.leak:3 64 bytes, thread " + std::to_string(::gettid()) + "\n"));
  ledger.release(kept);
  EXPECT_THAT(format_ledger({tag_named("test.leak")}), testing::HasSubstr("nothing leaked"));
}

TEST(Ledger, AdoptsMemoryThatCameFromElsewhere) {
  int key = 0;
  Ledger::instance().adopt("test.adopted", &key, 1 << 20);
  EXPECT_EQ(tag_named("test.adopted").live_bytes, 1u << 20);
  Ledger::instance().forget(&key);
  EXPECT_EQ(tag_named("test.adopted").live_bytes, 0u);
}

TEST(Ledger, KeepsItsBooksUnderManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 2000; ++i)
        Ledger::instance().release(Ledger::instance().allocate("test.threads", 128));
    });
  for (auto& thread : threads) thread.join();
  const LedgerTag tag = tag_named("test.threads");
  EXPECT_EQ(tag.count, 8000u);
  EXPECT_EQ(tag.live_count, 0u);
}

TEST(Ledger, GivesTheSameNumbersForTheSameWork) {
  const auto work = [](const char* tag) {
    Ledger& ledger = Ledger::instance();
    void* first = ledger.allocate(tag, 100);
    void* second = ledger.allocate(tag, 200);
    ledger.release(first);
    void* third = ledger.allocate(tag, 300);
    LedgerTag seen = tag_named(tag);
    ledger.release(second);
    ledger.release(third);
    std::vector<std::pair<std::uint64_t, std::size_t>> numbers;
    for (const LedgerLeak& block : seen.live) numbers.emplace_back(block.number, block.bytes);
    return numbers;
  };
  const auto numbers = work("test.numbers.once");
  EXPECT_THAT(numbers, testing::ElementsAre(testing::Pair(2, 200), testing::Pair(3, 300)));
  EXPECT_EQ(work("test.numbers.again"), numbers);
}

TEST(Ledger, UnderstandsWhereToBreak) {
  Ledger& ledger = Ledger::instance();
  for (const char* nonsense : {"export.frame", ":3", "export.frame:0", "export.frame:3x", "export.frame:"})
    EXPECT_FALSE(ledger.break_at(nonsense)) << nonsense;
  EXPECT_TRUE(ledger.break_at("export.frame:3"));
  EXPECT_TRUE(ledger.break_at(""));
}

class CountingManager final : public MemoryManager {
 public:
  void* allocate(std::size_t bytes, std::size_t) override {
    ++allocated;
    return std::malloc(bytes);
  }
  void release(void* block, std::size_t, std::size_t) noexcept override {
    ++released;
    std::free(block);
  }
  const char* name() const override { return "counting"; }
  int allocated = 0, released = 0;
};

TEST(Ledger, TakesAnotherManagerWhileNothingLives) {
  CountingManager manager;
  Ledger::instance().set_manager(manager);
  Ledger::instance().release(Ledger::instance().allocate("test.manager", 10));
  Ledger::instance().set_manager(default_memory_manager());
  EXPECT_EQ(manager.allocated, 1);
  EXPECT_EQ(manager.released, 1);
}

TEST(LedgerDeathTest, StopsInTheDebuggerAtTheAllocationAskedFor) {
  EXPECT_EXIT(
      {
        Ledger::instance().break_at("test.break:2");
        void* first = Ledger::instance().allocate("test.break", 1);
        std::fprintf(stderr, "first passed %p\n", first);
        void* second = Ledger::instance().allocate("test.break", 1);
        std::fprintf(stderr, "second passed %p\n", second);
      },
      testing::KilledBySignal(SIGTRAP), "first passed");
}

TEST(LedgerDeathTest, RefusesToSwapManagersWhileBlocksLive) {
  static CountingManager manager;
  EXPECT_DEATH(
      {
        [[maybe_unused]] void* block = Ledger::instance().allocate("test.swap", 1);
        Ledger::instance().set_manager(manager);
      },
      "manager 'counting' cannot replace 'default': [0-9]+ blocks are live");
}

TEST(LedgerDeathTest, RefusesToMixMemoryOfItsOwnWithMemoryFromElsewhere) {
  int key = 0;
  EXPECT_DEATH(
      {
        Ledger::instance().adopt("test.mixed", &key, 8);
        Ledger::instance().release(&key);
      },
      "goes back another way than it came");
  EXPECT_DEATH(Ledger::instance().forget(Ledger::instance().allocate("test.mixed", 8)),
               "goes back another way than it came");
}

TEST(LedgerDeathTest, SeesABlockReleasedTwiceOrFromElsewhere) {
  int foreign = 0;
  EXPECT_DEATH(Ledger::instance().release(&foreign), "is not on the books");
  EXPECT_DEATH(
      {
        void* block = Ledger::instance().allocate("test.twice", 1);
        Ledger::instance().release(block);
        Ledger::instance().release(block);
      },
      "released twice, or not from here");
}

}  // namespace
}  // namespace framespool
