// Numbers as people read them. Used by the command line and the window.
#pragma once

#include <cstdint>
#include <string>

#include "cache/take_info.h"

namespace framespool {

[[nodiscard]] std::string format_bytes(std::uint64_t bytes);  // "512 bytes", "1.5 MB", "1.11 GB"
[[nodiscard]] std::string format_clock(double seconds);       // "0:03", "12:34", "1:02:03"
[[nodiscard]] std::string format_age(std::int64_t age_ns);    // "just now", "5 min", "3 h", "12 days"
[[nodiscard]] std::string format_count(std::uint64_t n, const char* noun);  // "1 frame", "2 frames"
// "412 frames, 1280x720, 60 fps, 6.87 s, complete"; the size is left out where there is no frame.
[[nodiscard]] std::string format_take(std::uint64_t frames, std::uint32_t width, std::uint32_t height,
                                      Rational rate, std::int64_t duration_ns, TakeState state);

}  // namespace framespool
