#include "capture/internal/pacing.h"

#include "cache/core/step_grid.h"

namespace framespool {

std::int64_t RealtimePacing::jitter_allowance_ns(Rational rate) {
  return framespool::jitter_allowance_ns(rate.numerator, rate.denominator);
}

void RealtimePacing::take(std::int64_t time_ns) {
  const std::uint64_t next = step_after(time_ns + early_ns_, rate_.numerator, rate_.denominator);
  due_ns_ = step_time_ns(next, rate_) - early_ns_;
}

}  // namespace framespool
