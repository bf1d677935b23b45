// What the hooks of the buffer swaps need of the virtual clock.
#pragma once

#include <cstdint>

#include "cache/core/clock_report.h"

namespace framespool::preload::clock {

// About to present. The number of the step of the grid that this frame is for (from 1), 0 on the real clock. Only the first
// drawable that is swapped moves the clock; the others' frames belong to the step it has reached.
[[nodiscard]] std::uint64_t on_swap(const void* display, std::uint64_t drawable);
// Whether the frame of that step comes before those that are to be recorded (run --start-after).
[[nodiscard]] bool is_too_early(std::uint64_t step);
// What kept it from being exact until now.
[[nodiscard]] ClockReport report();
// While it lives a frame is read back and handed to the recorder.
class Storing {
 public:
  Storing();
  ~Storing();
  Storing(const Storing&) = delete;
  Storing& operator=(const Storing&) = delete;
};
void drawable_ends(const void* display, std::uint64_t drawable);
void display_ends(const void* display);

}  // namespace framespool::preload::clock
