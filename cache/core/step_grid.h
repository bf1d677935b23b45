// The grid of a rate: step k is at k/rate. Exact in 128-bit arithmetic, without the C++ run-time library.
// A rate is a positive fraction as is_valid() of cache/frame.h has it.
#pragma once

#include <cstdint>

namespace framespool {

// floor(k * 1e9 * denominator / numerator), or the largest number there is.
[[nodiscard]] std::int64_t step_time_ns(std::uint64_t k, std::int64_t numerator, std::int64_t denominator);
// The first step later than `time_ns`, where a negative time counts as 0.
[[nodiscard]] std::uint64_t step_after(std::int64_t time_ns, std::int64_t numerator, std::int64_t denominator);
// How early a frame may come and still stand for its step: a quarter of one, at most 4 ms. A display that runs at
// the rate has frames a little before and a little after k/rate.
[[nodiscard]] std::int64_t jitter_allowance_ns(std::int64_t numerator, std::int64_t denominator);

}  // namespace framespool
