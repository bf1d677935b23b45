#include "cache/internal/beside.h"

#include <gtest/gtest.h>

#include <semaphore>
#include <vector>

namespace framespool {
namespace {

TEST(Beside, DoesItsPiecesInOrderAndWhatTheyWroteIsSeen) {
  std::vector<int> done;
  int values[Beside::kMost] = {};
  Beside beside([&](std::size_t piece) { done.push_back(values[piece]); });
  for (int value = 0; value < 100; ++value) {
    values[beside.next()] = value;
    ASSERT_TRUE(beside.begin());
    while (beside.under_way() > 1) EXPECT_EQ(beside.wait_for_oldest(), static_cast<std::size_t>(value - 1) % 2);
  }
  EXPECT_EQ(beside.under_way(), 1u);
  EXPECT_EQ(beside.wait_for_oldest(), 1u);
  ASSERT_EQ(done.size(), 100u);
  for (int value = 0; value < 100; ++value) EXPECT_EQ(done[static_cast<std::size_t>(value)], value);
}

// A deadlock if the owner were needed for the second piece to begin, or waited for the first one in begin().
TEST(Beside, GoesOnToTheNextPieceWithoutItsOwner) {
  std::counting_semaphore<2> may_go_on(0), has_begun(0);
  Beside beside([&](std::size_t) {
    has_begun.release();
    may_go_on.acquire();
  });
  ASSERT_TRUE(beside.begin());
  ASSERT_TRUE(beside.begin());
  has_begun.acquire();
  may_go_on.release();
  has_begun.acquire();
  may_go_on.release();
  EXPECT_EQ(beside.under_way(), 2u);
}

TEST(Beside, EndsWithWhatIsUnderWayDone) {
  int done = 0;
  {
    Beside beside([&](std::size_t) { ++done; });
    ASSERT_TRUE(beside.begin());
    ASSERT_TRUE(beside.begin());
  }
  EXPECT_EQ(done, 2);
  const Beside unused([](std::size_t) {});
}

}  // namespace
}  // namespace framespool
