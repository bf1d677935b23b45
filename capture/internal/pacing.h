// Which frames of a real-time recording are stored: the first at or after each k/R of recorded time.
#pragma once

#include <cstdint>
#include <limits>

#include "cache/frame.h"

namespace framespool {

class RealtimePacing {
 public:
  // A frame up to `early_ns` before k/R still stands for k.
  RealtimePacing(Rational rate, std::int64_t early_ns) : rate_(rate), early_ns_(early_ns) {}

  // What a display that runs at the rate needs: its frames come a little before and a little after k/R, and
  // without any leave every early one would be passed over for the one a step later.
  // A quarter of a step, at most 4 ms.
  [[nodiscard]] static std::int64_t jitter_allowance_ns(Rational rate);

  // Whether a frame at `time_ns` of recorded time stands for a step that has none. The first always does.
  [[nodiscard]] bool is_due(std::int64_t time_ns) const { return time_ns >= due_ns_; }
  // The frame at `time_ns` stands for every step up to it, whether it was stored or dropped.
  void take(std::int64_t time_ns);

 private:
  Rational rate_;
  std::int64_t early_ns_;
  std::int64_t due_ns_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace framespool
