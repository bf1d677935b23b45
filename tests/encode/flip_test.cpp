#include "encode/flip.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace framespool {
namespace {

std::vector<std::byte> counted(std::size_t bytes) {
  std::vector<std::byte> data(bytes);
  for (std::size_t i = 0; i < bytes; ++i) data[i] = static_cast<std::byte>(i * 131 + (i >> 8) * 7);
  return data;
}

class FlipRows : public testing::TestWithParam<std::pair<std::size_t, std::size_t>> {};

TEST_P(FlipRows, PutsEveryRowWhereItsMirrorWas) {
  const auto [stride, height] = GetParam();
  const auto before = counted(stride * height + 16);
  auto after = before;
  flip_rows(after, stride, height);
  for (std::size_t row = 0; row < height; ++row)
    for (std::size_t at = 0; at < stride; ++at)
      ASSERT_EQ(after[row * stride + at], before[(height - 1 - row) * stride + at]) << row << "," << at;
  for (std::size_t i = stride * height; i < after.size(); ++i)
    ASSERT_EQ(after[i], before[i]) << "past the end";
}

INSTANTIATE_TEST_SUITE_P(Heights, FlipRows,
                         testing::Values(std::pair{12, 0}, std::pair{12, 1}, std::pair{12, 2},
                                         std::pair{4, 3}, std::pair{4, 7}, std::pair{4096, 5},
                                         std::pair{4100, 6}, std::pair{3412, 479}));

TEST(FlipRows, TwiceIsTheFrameItself) {
  const auto before = counted(853 * 4 * 9);
  auto after = before;
  flip_rows(after, 853 * 4, 9);
  ASSERT_NE(after, before);
  flip_rows(after, 853 * 4, 9);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace framespool
