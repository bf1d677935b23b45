// What kept a recording on the virtual clock (docs/fixed-step.md) from being exact, from its beginning up to a frame. Zero
// everywhere: nothing did.
#pragma once

#include <cstdint>

namespace framespool {

// Kinds of time that the program used and that stayed real: bits of ClockReport::unvirtualised.
enum UnvirtualisedTime : std::uint32_t {
  kTimerDescriptor = 1,  // timerfd
  kTimerSignal = 2,      // setitimer, timer_create, alarm
  kTimeBySystemCall = 4,  // syscall() with a time-out
  kSoundDevice = 8,      // sound that really plays
};

struct ClockReport {
  std::uint32_t long_steps = 0;     // swaps that came more than one step after the one before
  std::uint32_t escapes = 0;        // the clock was moved because the drawing thread waited for one that waited for it
  std::uint32_t late_threads = 0;   // would not come to rest before the clock moved
  std::uint32_t unvirtualised = 0;  // UnvirtualisedTime
  std::int64_t crept_ns = 0;        // the clock was moved because it was read over and over
  std::uint64_t repeated = 0;       // frames that are the one before once more
};

}  // namespace framespool
