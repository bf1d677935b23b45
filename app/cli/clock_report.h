// What kept a recording on the virtual clock from being exact, in words.
#pragma once

#include <string>
#include <vector>

#include "app/cli/json.h"
#include "cache/core/clock_report.h"

namespace framespool {

// One sentence for each finding; none when every step was exact.
[[nodiscard]] std::vector<std::string> sentences(const ClockReport& report);
[[nodiscard]] std::string to_json(const ClockReport& report);
// "timerfd, timers by signal": bits of UnvirtualisedTime.
[[nodiscard]] std::string kinds_of_time(std::uint32_t bits);

}  // namespace framespool
