// CLOCK_MONOTONIC, the clock of every stamp in a take.
#pragma once

#include <cstdint>

namespace framespool {

[[nodiscard]] std::int64_t monotonic_ns();
// Since this process was started by the system, to 10 ms; what a person waits for at start-up.
[[nodiscard]] double ms_since_process_start();

}  // namespace framespool
