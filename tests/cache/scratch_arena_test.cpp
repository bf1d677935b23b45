#include "cache/scratch_arena.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cache/ledger.h"

namespace framespool {
namespace {

std::size_t live_bytes_of(const char* name) {
  for (const auto& tag : Ledger::instance().snapshot())
    if (tag.tag == name) return tag.live_bytes;
  return 0;
}

TEST(ScratchArena, TakesNoNewPagesOnceAFrameHasBeenSeen) {
  ScratchArena arena("test.scratch", 1024);
  std::size_t pages = 0;
  for (int frame = 0; frame < 100; ++frame) {
    ScratchArena::Scope scope(arena);
    std::pmr::vector<std::pmr::string> rows(&arena);
    for (int row = 0; row < 40; ++row)
      rows.emplace_back("a row that is longer than the small string's own room");
    if (frame == 0) pages = arena.page_count();
    EXPECT_EQ(arena.page_count(), pages);
  }
  EXPECT_GT(pages, 1u);
  EXPECT_EQ(arena.bytes_in_use(), 0u);
  EXPECT_EQ(arena.drains(), 100u);
  EXPECT_GE(arena.high_water_bytes(), 40u * 50u);
}

TEST(ScratchArena, AnInnerScopeLeavesTheOuterOnesMemoryAlone) {
  ScratchArena arena("test.scratch", 512);
  ScratchArena::Scope outer(arena);
  auto* kept = static_cast<char*>(arena.allocate(300, 1));
  std::memset(kept, 'k', 300);
  for (int i = 0; i < 10; ++i) {
    ScratchArena::Scope inner(arena);
    std::memset(arena.allocate(400), 'x', 400);
    std::memset(arena.allocate(100), 'y', 100);
  }
  EXPECT_EQ(arena.bytes_in_use(), 300u);
  EXPECT_EQ(std::string(kept, 300), std::string(300, 'k'));
  EXPECT_EQ(static_cast<char*>(arena.allocate(16, 1)), kept + 300) << "the outer scope goes on where it was";
}

TEST(ScratchArena, GivesBlocksLargerThanAPageAndAlignedOnes) {
  ScratchArena arena("test.scratch", 1024);
  ScratchArena::Scope scope(arena);
  std::memset(arena.allocate(100000, 16), 1, 100000);
  for (const std::size_t alignment : {std::size_t{1}, std::size_t{16}, std::size_t{64}, std::size_t{256}})
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.allocate(3, alignment)) % alignment, 0u) << alignment;
}

TEST(ScratchArena, StandsInTheLedgerAndLeavesIt) {
  {
    ScratchArena arena("test.scratch.books", 4096);
    ScratchArena::Scope scope(arena);
    (void)arena.allocate(10);
    EXPECT_GE(live_bytes_of("test.scratch.books"), 4096u);
  }
  EXPECT_EQ(live_bytes_of("test.scratch.books"), 0u);
}

TEST(ScratchArena, IsMadeReadyForTheLargestFrameAndNotForTheSum) {
  ScratchArena arena("test.scratch.ready", 256);
  for (const std::size_t bytes : {std::size_t{1000}, std::size_t{100000}, std::size_t{5000}}) {
    ASSERT_TRUE(arena.reserve(bytes));
    ScratchArena::Scope scope(arena);
    std::memset(arena.allocate(bytes / 2, 64), 1, bytes / 2);
    std::memset(arena.allocate(bytes / 2, 64), 2, bytes / 2);
    EXPECT_EQ(arena.page_count(), 1u) << "nothing more was needed";
  }
  EXPECT_LT(live_bytes_of("test.scratch.ready"), 110000u) << "the first page went when the larger came";
}

TEST(ScratchArena, SaysWhenThereIsNoMemoryToMakeReady) {
  ScratchArena arena("test.scratch");
  EXPECT_FALSE(arena.reserve(SIZE_MAX - 1));
  EXPECT_FALSE(arena.reserve(SIZE_MAX / 4));
  ASSERT_TRUE(arena.reserve(10)) << "and can still be used";
  ScratchArena::Scope scope(arena);
  EXPECT_NE(arena.allocate(10), nullptr);
}

TEST(ScratchArena, LeavesItsHighWaterMarkInTheReport) {
  for (const std::size_t bytes : {3000, 1000}) {
    ScratchArena arena("test.scratch.mark");
    for (int frame = 0; frame < 5; ++frame) {
      ScratchArena::Scope scope(arena);
      (void)arena.allocate(bytes, 1);
    }
  }
  EXPECT_THAT(
      format_ledger(Ledger::instance().snapshot()),
      testing::HasSubstr("scratch: test.scratch.mark held at most 3000 bytes at once, drained 10 times"));
}

TEST(ScratchArena, CanBeHandedToAnotherThreadBetweenScopes) {
  ScratchArena arena("test.scratch");
  std::thread([&] {
    arena.rebind();
    ScratchArena::Scope scope(arena);
    EXPECT_NE(arena.allocate(10), nullptr);
  }).join();
  arena.rebind();
}

#ifndef NDEBUG
TEST(ScratchArena, ScribblesOverWhatWasReleased) {
  ScratchArena arena("test.scratch");
  unsigned char* block = nullptr;
  {
    ScratchArena::Scope scope(arena);
    block = static_cast<unsigned char*>(arena.allocate(8));
    std::memset(block, 1, 8);
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(block[i], 0xA3);
}
#endif

TEST(ScratchArenaDeathTest, ReportsAnOverrunWithWhatTheTailHoldsAndShouldHold) {
  EXPECT_DEATH(
      {
        ScratchArena arena("test.scratch", 256);
        ScratchArena::Scope scope(arena);
        auto* block = static_cast<char*>(arena.allocate(200, 1));
        for (int i = 0; i < 264; ++i) block[i] = 0x11;  // eight bytes too many
      },
      "test.scratch: page .*: the tail holds 0x1111111111111111 and should hold 0x314154454e455241");
}

TEST(ScratchArenaDeathTest, ReportsADamagedHead) {
  EXPECT_DEATH(
      {
        ScratchArena arena("test.scratch", 256);
        ScratchArena::Scope scope(arena);
        auto* block = static_cast<char*>(arena.allocate(16, 1));
        for (int i = -32; i < -24; ++i) block[i] = 0x22;
      },
      "the head holds 0x2222222222222222 and should hold 0x46534152454e4131");
}

TEST(ScratchArenaDeathTest, BelongsToItsThread) {
  EXPECT_DEATH(
      {
        ScratchArena arena("test.scratch");
        std::thread([&] { ScratchArena::Scope scope(arena); }).join();
      },
      "opened on a thread that does not own it");
}

TEST(ScratchArenaDeathTest, WantsAScope) {
  ScratchArena arena("test.scratch");
  EXPECT_DEATH((void)arena.allocate(1), "used with no scope open");
}

TEST(ScratchArenaDeathTest, WantsItsScopesClosedInOrder) {
  EXPECT_DEATH(
      {
        ScratchArena arena("test.scratch");
        auto outer = std::make_unique<ScratchArena::Scope>(arena);
        const ScratchArena::Scope inner(arena);
        outer.reset();
      },
      "test.scratch: scopes closed out of order");
}

TEST(ScratchArenaDeathTest, IsNeitherHandedOverNorDestroyedWithAScopeOpen) {
  ScratchArena arena("test.scratch");
  EXPECT_DEATH(
      {
        ScratchArena::Scope scope(arena);
        arena.rebind();
      },
      "handed to another thread with a scope open");
  EXPECT_DEATH(
      {
        auto gone = std::make_unique<ScratchArena>("test.scratch");
        const ScratchArena::Scope scope(*gone);
        gone.reset();
      },
      "destroyed with a scope open");
}

}  // namespace
}  // namespace framespool
