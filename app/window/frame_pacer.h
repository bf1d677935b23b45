// When the next frame is due: on a grid of steps, at once where the last one took longer. Pure arithmetic.
#pragma once

#include <cstdint>

namespace framespool {

class FramePacer {
 public:
  explicit FramePacer(std::int64_t step_ns) : step_ns_(step_ns) {}

  // Moves the grid so that `origin_ns` lies on it.
  void set_origin(std::int64_t origin_ns);
  // Called when a frame is over; gives the time to begin the next: `now_ns` itself when that is overdue.
  [[nodiscard]] std::int64_t next(std::int64_t now_ns);

 private:
  [[nodiscard]] std::int64_t grid_before(std::int64_t time_ns) const;

  std::int64_t step_ns_;
  std::int64_t origin_ns_ = 0;
  std::int64_t target_ns_ = 0;  // the grid point that the last frame stood for
};

}  // namespace framespool
