#include "cache/slot_ring.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

namespace framespool {
namespace {

constexpr std::size_t kPage = 4096;

SlotRing ring_of(std::size_t slots, std::size_t payload_bytes = 100) {
  auto ring = SlotRing::create(slots * 2 * kPage, payload_bytes);
  EXPECT_TRUE(ring) << ring.error().line();
  return std::move(*ring);
}

void commit_number(SlotRing& ring, std::uint32_t slot, std::uint64_t number) {
  std::memcpy(ring.payload(slot, 100).data(), &number, sizeof number);
  ring.commit(slot, 100);
}

std::uint64_t number_in(const SlotRing& ring, const SlotRing::Ready& ready) {
  std::uint64_t number;
  std::memcpy(&number, ring.payload(ready.slot, ready.payload_bytes).data(), sizeof number);
  return number;
}

TEST(SlotRing, IsCutToItsBudget) {
  EXPECT_EQ(ring_of(3).slot_count(), 3u);
  EXPECT_EQ(SlotRing::create(3 * 2 * kPage - 1, 100)->slot_count(), 2u);
  EXPECT_EQ(SlotRing::create(64 << 20, 1280 * 720 * 4)->slot_count(), 18u);
  EXPECT_EQ(SlotRing::create(64 << 20, 4)->slot_count(), SlotRing::kMaxSlots);
}

TEST(SlotRing, RefusesWhatCannotFit) {
  const auto ring = SlotRing::create(1 << 20, 1 << 20);
  ASSERT_FALSE(ring) << "the header page needs room too";
  EXPECT_EQ(ring.error().kind, ErrorKind::usage);
  EXPECT_NE(ring.error().line().find("1048576"), std::string::npos);
  EXPECT_FALSE(SlotRing::create(1 << 20, 0));
  EXPECT_FALSE(SlotRing::create(1 << 20, ~std::size_t{0}));
  EXPECT_FALSE(SlotRing::create(~std::size_t{0}, 4));
}

TEST(SlotRing, AlignsHeaderAndPayloadToPages) {
  SlotRing ring = ring_of(2);
  const auto slot = ring.try_acquire();
  const auto record = ring.record(*slot, 100);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(record.data()) % kPage, 0u);
  EXPECT_EQ(record.size(), 2 * kPage);
  EXPECT_EQ(ring.header_page(*slot).data(), record.data());
  EXPECT_EQ(ring.payload(*slot, 100).data(), record.data() + kPage);
  EXPECT_EQ(ring.payload(*slot, 100).size(), 100u);
}

TEST(SlotRing, GivesSlotsOutInTheOrderOfCommit) {
  SlotRing ring = ring_of(3);
  const auto a = ring.try_acquire(), b = ring.try_acquire(), c = ring.try_acquire();
  EXPECT_FALSE(ring.try_acquire());
  EXPECT_EQ(ring.free_count(), 0u);
  commit_number(ring, *c, 0);
  commit_number(ring, *a, 1);
  ring.give_back(*b);
  for (std::uint64_t expected : {0u, 1u}) {
    const auto ready = ring.take();
    EXPECT_EQ(number_in(ring, *ready), expected);
    ring.release(ready->slot);
  }
  EXPECT_EQ(ring.free_count(), 3u);
}

TEST(SlotRing, DrainsWhatIsCommittedBeforeItEnds) {
  SlotRing ring = ring_of(2);
  commit_number(ring, *ring.try_acquire(), 5);
  ring.close_producer();
  const auto ready = ring.take();
  ASSERT_TRUE(ready);
  ring.release(ready->slot);
  EXPECT_FALSE(ring.take());
}

TEST(SlotRing, GivesOutTheNextSlotWhileTheOneBeforeIsHeld) {
  SlotRing ring = ring_of(3);
  EXPECT_FALSE(ring.try_take()) << "none yet";
  for (std::uint64_t number : {0u, 1u}) commit_number(ring, *ring.try_acquire(), number);
  const auto first = ring.try_take(), second = ring.try_take();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(number_in(ring, *first), 0u);
  EXPECT_EQ(number_in(ring, *second), 1u);
  EXPECT_FALSE(ring.try_take());
  ring.release(first->slot);
  commit_number(ring, *ring.try_acquire(), 2);
  const auto third = ring.try_take();
  ASSERT_TRUE(third);
  EXPECT_EQ(number_in(ring, *third), 2u);
  ring.release(second->slot);
  ring.release(third->slot);
  EXPECT_EQ(ring.free_count(), 3u);
  EXPECT_TRUE(ring.wait_until_drained());
}

TEST(SlotRing, OfAProducerThatWaitsIsNoLargerThanItCanUse) {
  constexpr std::size_t kHd = std::size_t{1920} * 1080 * 4, kHdRecord = kHd + 2 * kPage;
  EXPECT_EQ(SlotRing::default_budget(kHd, false), std::size_t{64} << 20);
  const std::size_t waiting = SlotRing::default_budget(kHd, true);
  EXPECT_GE(waiting, 4 * kHdRecord - kPage);
  EXPECT_LT(waiting, 4 * kHdRecord + (2 << 20));
  EXPECT_EQ((waiting + kPage) % (2 << 20), 0u) << "large pages to its end";
  EXPECT_LE(SlotRing::default_budget(4, true), std::size_t{18} << 20);
  EXPECT_GE(SlotRing::default_budget(4, true), std::size_t{16} << 20);
}

TEST(SlotRing, WakesAProducerWhenTheConsumerLeaves) {
  SlotRing ring = ring_of(1);
  ASSERT_TRUE(ring.try_acquire());
  std::jthread consumer([&] { ring.close_consumer(); });
  EXPECT_FALSE(ring.acquire());
}

TEST(SlotRing, IsCutAgainAfterDraining) {
  SlotRing ring = ring_of(8);
  commit_number(ring, *ring.try_acquire(), 1);
  std::jthread consumer([&] { ring.release(ring.take()->slot); });
  EXPECT_TRUE(ring.wait_until_drained());
  ASSERT_TRUE(ring.cut(3 * kPage));
  EXPECT_EQ(ring.slot_count(), 4u);
  EXPECT_EQ(ring.largest_payload(), 3 * kPage);
  EXPECT_EQ(ring.cut(1 << 30).error().kind, ErrorKind::usage);
  EXPECT_EQ(ring.slot_count(), 4u) << "as before after an error";
}

TEST(SlotRing, CarriesManyFramesBetweenTwoThreads) {
  SlotRing ring = ring_of(3);
  constexpr std::uint64_t kFrames = 20'000;
  std::jthread producer([&] {
    for (std::uint64_t number = 0; number < kFrames; ++number) commit_number(ring, *ring.acquire(), number);
    ring.close_producer();
  });
  std::uint64_t expected = 0;
  while (const auto ready = ring.take()) {
    ASSERT_EQ(number_in(ring, *ready), expected++);
    ring.release(ready->slot);
  }
  EXPECT_EQ(expected, kFrames);
}

// What a writer process will do: map the descriptor it was handed and drain what a killed producer committed.
TEST(SlotRing, OutlivesTheProcessThatFilledIt) {
  SlotRing ring = ring_of(4);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto attached = SlotRing::attach(ring.descriptor());
    if (!attached) ::_exit(1);
    for (std::uint64_t number = 0; number < 10; ++number) commit_number(*attached, *attached->acquire(), number);
    static_cast<void>(attached->try_acquire());  // being filled when the end comes
    ::kill(::getpid(), SIGKILL);
  }
  for (std::uint64_t number = 0; number < 10; ++number) {
    const auto ready = ring.take();
    ASSERT_EQ(number_in(ring, *ready), number);
    ring.release(ready->slot);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  ring.close_producer();
  EXPECT_FALSE(ring.take()) << "the slot that was being filled is no frame";
}

TEST(SlotRing, IsNotAnyDescriptor) { EXPECT_FALSE(SlotRing::attach(STDIN_FILENO)); }

}  // namespace
}  // namespace framespool
