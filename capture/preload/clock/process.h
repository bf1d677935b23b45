// Whether this process lives on the virtual clock, and the one clock that it then has.
//
// It does when FRAMESPOOL_FIXED_STEP is set and it is the program that was asked for, or loads what programs that draw
// are linked with. Its children do not, as long as they load nothing of that kind.
#pragma once

#include <atomic>
#include <cstdint>

#include "cache/core/clock_report.h"
#include "capture/preload/clock/virtual_clock.h"

namespace framespool::preload::clock {

namespace detail {
enum class Mode : int { undecided, never, not_yet, always };
extern std::atomic<Mode> mode;
[[nodiscard]] bool is_virtual_now();
}  // namespace detail

// Asked at every hooked call; one load where there is nothing to do.
[[nodiscard]] inline bool is_virtual() {
  return detail::mode.load(std::memory_order_relaxed) != detail::Mode::never && detail::is_virtual_now();
}
// OpenGL has been looked for or used: this process is one that draws.
void program_draws();

// Only where is_virtual().
[[nodiscard]] VirtualClock& the_clock();
// What `clock` shows when CLOCK_MONOTONIC shows 0. False: not a clock of this world, ask the real one.
[[nodiscard]] bool offset_of(clockid_t clock, std::int64_t& offset_ns);
[[nodiscard]] std::int64_t start_ns();
[[nodiscard]] bool clamps();
// Steps after the first frame that are not recorded.
[[nodiscard]] std::uint64_t skipped_steps();

// Of FRAMESPOOL_SEED; false when there is none or this is not the program itself.
[[nodiscard]] bool seed_of_program(std::uint64_t& seed);

[[nodiscard]] int this_thread();

// The program was seen to use a kind of time that stays real.
void saw(UnvirtualisedTime what);
[[nodiscard]] ClockReport report();

}  // namespace framespool::preload::clock
