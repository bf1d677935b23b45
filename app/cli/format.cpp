#include "app/cli/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace framespool {

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return format_count(bytes, "byte");
  static constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // 999.95 would be printed as 1000.
  while (value >= 999.5 && unit + 1 < units.size()) value /= 1000, ++unit;
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : digits, units[unit]);
}

std::string format_clock(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::max(0.0, std::floor(std::min(seconds, 1e9))));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string format_age(std::int64_t age_ns) {
  const std::int64_t minutes = age_ns / 60'000'000'000;
  if (minutes < 1) return "just now";
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h", minutes / 60);
  return fmt::format("{} days", minutes / (24 * 60));
}

std::string format_count(std::uint64_t n, const char* noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string format_take(std::uint64_t frames, std::uint32_t width, std::uint32_t height, Rational rate,
                        std::int64_t duration_ns, TakeState state) {
  std::string text = format_count(frames, "frame");
  if (frames > 0) text += fmt::format(", {}x{}", width, height);
  return text + fmt::format(", {} fps, {:.2f} s, {}", format_rate(rate),
                            static_cast<double>(duration_ns) * 1e-9, to_string(state));
}

}  // namespace framespool
