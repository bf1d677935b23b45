#include "app/model/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace framespool {

std::string clock_text(std::int64_t duration_ns) {
  const std::int64_t tenths = std::max<std::int64_t>(duration_ns, 0) / 100'000'000;
  const std::int64_t seconds = tenths / 10;
  if (seconds >= 3600)
    return fmt::format("{}:{:02}:{:02}.{}", seconds / 3600, seconds / 60 % 60, seconds % 60, tenths % 10);
  return fmt::format("{}:{:02}.{}", seconds / 60, seconds % 60, tenths % 10);
}

std::string duration_text(double seconds) {
  if (!(seconds > 0)) return "0 s";
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  if (seconds > 99.5 * 86400) return "over 99 days";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  if (whole < 2 * 86400) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} days", whole / 86400);
}

std::string bytes_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (value < 999.5e3) return fmt::format("{:.0f} kB", value / 1e3);
  if (value < 99.95e6) return fmt::format("{:.1f} MB", value / 1e6);
  if (value < 999.5e6) return fmt::format("{:.0f} MB", value / 1e6);
  if (value < 99.95e9) return fmt::format("{:.2f} GB", value / 1e9);
  return fmt::format("{:.0f} GB", value / 1e9);
}

std::string age_text(std::int64_t age_ns) {
  const std::int64_t seconds = age_ns / 1'000'000'000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 86400) return fmt::format("{} h ago", seconds / 3600);
  return seconds < 2 * 86400 ? "yesterday" : fmt::format("{} days ago", seconds / 86400);
}

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string percent_text(double fraction) {
  return fmt::format("{} %", static_cast<int>(std::floor(std::clamp(fraction, 0.0, 1.0) * 100)));
}

}  // namespace framespool
