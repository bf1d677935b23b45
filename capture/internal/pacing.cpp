#include "capture/internal/pacing.h"

#include <algorithm>

namespace framespool {
namespace {

__extension__ using Wide = __int128;
constexpr std::int64_t kSecond_ns = 1'000'000'000;

}  // namespace

std::int64_t RealtimePacing::jitter_allowance_ns(Rational rate) {
  constexpr std::int64_t kMost_ns = 4'000'000;
  return std::min(step_time_ns(1, rate) / 4, kMost_ns);
}

void RealtimePacing::take(std::int64_t time_ns) {
  // The smallest k with floor(k * 1e9 / R) > x is the ceiling of (x + 1) * R / 1e9.
  const Wide after = Wide{time_ns} + early_ns_ + 1;
  const Wide divisor = Wide{kSecond_ns} * rate_.denominator;
  const Wide k = (std::max<Wide>(after, 1) * rate_.numerator + divisor - 1) / divisor;
  due_ns_ = step_time_ns(static_cast<std::uint64_t>(k), rate_) - early_ns_;
}

}  // namespace framespool
