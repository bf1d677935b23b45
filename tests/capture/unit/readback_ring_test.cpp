#include "capture/core/readback_ring.h"

#include <gtest/gtest.h>

#include <vector>

namespace framespool {
namespace {

TEST(ReadbackRing, StartsEmptyAndTakesThree) {
  ReadbackRing ring;
  EXPECT_TRUE(ring.empty());
  EXPECT_EQ(ring.start(), 0);
  EXPECT_EQ(ring.start(), 1);
  EXPECT_FALSE(ring.full());
  EXPECT_EQ(ring.start(), 2);
  EXPECT_TRUE(ring.full());
  EXPECT_EQ(ring.in_flight(), 3);
}

TEST(ReadbackRing, FinishesInTheOrderOfStarting) {
  ReadbackRing ring;
  std::vector<int> started, finished;
  for (int round = 0; round < 10; ++round) {
    while (!ring.full()) started.push_back(ring.start());
    finished.push_back(ring.oldest());
    ring.finish_oldest();
  }
  while (!ring.empty()) {
    finished.push_back(ring.oldest());
    ring.finish_oldest();
  }
  EXPECT_EQ(started, finished);
  EXPECT_EQ(started.size(), 12u);
}

TEST(ReadbackRing, NeverGivesAnEntryThatIsInFlight) {
  ReadbackRing ring;
  bool busy[ReadbackRing::kDepth] = {};
  for (unsigned step = 0; step < 1000; ++step) {
    const bool start = ring.empty() || (!ring.full() && (step * 2654435761u >> 13) % 2 == 0);
    if (start) {
      const int entry = ring.start();
      ASSERT_FALSE(busy[entry]);
      busy[entry] = true;
    } else {
      ASSERT_TRUE(busy[ring.oldest()]);
      busy[ring.oldest()] = false;
      ring.finish_oldest();
    }
  }
}

}  // namespace
}  // namespace framespool
