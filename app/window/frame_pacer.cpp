#include "app/window/frame_pacer.h"

namespace framespool {

std::int64_t FramePacer::grid_before(std::int64_t time_ns) const {
  const std::int64_t since = time_ns - origin_ns_;
  const std::int64_t steps = since >= 0 ? since / step_ns_ : -((-since + step_ns_ - 1) / step_ns_);
  return origin_ns_ + steps * step_ns_;
}

void FramePacer::set_origin(std::int64_t origin_ns) {
  if (origin_ns == origin_ns_) return;
  origin_ns_ = origin_ns;
  target_ns_ = grid_before(target_ns_ + step_ns_ / 2);
}

std::int64_t FramePacer::next(std::int64_t now_ns) {
  target_ns_ += step_ns_;
  if (now_ns < target_ns_ && target_ns_ - now_ns <= 2 * step_ns_) return target_ns_;
  target_ns_ = grid_before(now_ns);
  return now_ns;
}

}  // namespace framespool
