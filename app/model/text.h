// Numbers as people read them. Shared by the panels and their tests; no locale, no allocation beyond the
// string.
#pragma once

#include <cstdint>
#include <string>

namespace framespool {

// "0:07.4" with tenths, "1:02:03.4" from an hour on. Negative counts as 0.
[[nodiscard]] std::string clock_text(std::int64_t duration_ns);
// "7.4 s", "1 min 02 s", "1 h 02 min": for lists and for time left.
[[nodiscard]] std::string duration_text(double seconds);
// Decimal units as file managers show them: "812 kB", "3.7 MB", "1.25 GB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
// "just now", "5 min ago", "3 h ago", "2 days ago".
[[nodiscard]] std::string age_text(std::int64_t age_ns);
// "1,234,567".
[[nodiscard]] std::string count_text(std::uint64_t count);
// "43 %": rounded down, so that 100 % is only ever shown for a fraction of exactly 1.
[[nodiscard]] std::string percent_text(double fraction);

}  // namespace framespool
