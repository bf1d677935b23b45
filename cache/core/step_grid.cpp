#include "cache/core/step_grid.h"

namespace framespool {
namespace {

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kSecond_ns = 1'000'000'000;

Wide wide(std::int64_t positive) { return static_cast<Wide>(positive); }

}  // namespace

std::int64_t step_time_ns(std::uint64_t k, std::int64_t numerator, std::int64_t denominator) {
  // At most 2^64 * 10^9 * 10^9, which is below 2^124.
  const Wide time = Wide{k} * kSecond_ns * wide(denominator) / wide(numerator);
  return time > wide(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(time);
}

std::uint64_t step_after(std::int64_t time_ns, std::int64_t numerator, std::int64_t denominator) {
  if (time_ns < 0) time_ns = 0;
  // The smallest k with floor(k * 1e9 / rate) > t is the ceiling of (t + 1) * rate / 1e9.
  const Wide divisor = Wide{kSecond_ns} * wide(denominator);
  return static_cast<std::uint64_t>(((wide(time_ns) + 1) * wide(numerator) + divisor - 1) / divisor);
}

std::int64_t jitter_allowance_ns(std::int64_t numerator, std::int64_t denominator) {
  constexpr std::int64_t kMost_ns = 4'000'000;
  const std::int64_t quarter = step_time_ns(1, numerator, denominator) / 4;
  return quarter < kMost_ns ? quarter : kMost_ns;
}

}  // namespace framespool
