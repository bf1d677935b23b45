#include "app/cli/arguments.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace framespool {

namespace {

auto refuse(std::string_view option, std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, std::string(option), fmt::format("\"{}\" {}", text, why));
}

// The whole of `text` as a number of type T; from_chars takes no sign, space or prefix for unsigned types.
template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "1.5G" is split into "1.5" and "G".
std::pair<std::string_view, std::string_view> split_unit(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  return {text.substr(0, digits), text.substr(digits)};
}

}  // namespace

Result<FrameSize> parse_size(std::string_view option, std::string_view text) {
  const std::size_t cross = text.find('x');
  const std::string_view width_text = text.substr(0, cross);
  const std::string_view height_text = cross == std::string_view::npos ? "" : text.substr(cross + 1);
  const bool negative = text.find('-') != std::string_view::npos;
  if (!negative && (!all_digits(width_text) || !all_digits(height_text)))
    return refuse(option, text, "is not a size; write WIDTHxHEIGHT, as in 1280x720");
  // A number too large even for the type is out of range like any other.
  const auto width = whole_number<std::uint32_t>(width_text),
             height = whole_number<std::uint32_t>(height_text);
  if (!width || !height || !frame_bytes(*width, *height))
    return refuse(option, text,
                  fmt::format("is out of range; width and height go from 1 to {}", kMaxFrameDimension));
  return FrameSize{*width, *height};
}

Result<std::uint64_t> parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                                  std::uint64_t most) {
  const auto value = whole_number<std::uint64_t>(text);
  if (value && *value >= least && *value <= most) return *value;
  if (most == std::numeric_limits<std::uint64_t>::max())
    return refuse(option, text, fmt::format("is not a whole number from {} up", least));
  return refuse(option, text, fmt::format("is not a whole number from {} to {}", least, most));
}

Result<double> parse_decimal(std::string_view option, std::string_view text, double least, double most) {
  const auto value = whole_number<double>(text);
  if (value && std::isfinite(*value) && *value >= least && *value <= most) return *value;
  return refuse(option, text, fmt::format("is not a number from {} to {}", least, most));
}

Result<std::int64_t> parse_duration_ns(std::string_view option, std::string_view text) {
  const auto [digits, unit] = split_unit(text);
  const auto value = whole_number<double>(digits);
  const double seconds_each = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  constexpr double longest_s = 30.0 * 24 * 3600;
  if (!value || seconds_each == 0)
    return refuse(option, text, "is not a duration; write seconds, as in 5 or 2.5, or 10m, or 1h");
  const double seconds = *value * seconds_each;
  if (seconds < 1e-9 || seconds > longest_s)
    return refuse(option, text, "is out of range; a recording lasts more than nothing and at most 30 days");
  return static_cast<std::int64_t>(std::llround(seconds * 1e9));
}

Result<std::uint64_t> parse_byte_count(std::string_view option, std::string_view text) {
  auto [digits, unit] = split_unit(text);
  const auto value = whole_number<double>(digits);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  const bool binary = unit.size() == 2 && unit[1] == 'i';
  if (binary) unit.remove_suffix(1);
  const std::size_t power = unit.empty() ? 0 : std::string_view("kMGT").find(unit == "K" ? 'k' : unit[0]) + 1;
  // An unknown unit has power 0, as find() gives npos.
  if (!value || unit.size() > 1 || (power == 0 && (binary || !unit.empty())))
    return refuse(option, text, "is not an amount of bytes; write 500000000, 500M or 2G");
  const double bytes = *value * std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power));
  if (bytes > 9e18) return refuse(option, text, "is more than any disk holds");
  return static_cast<std::uint64_t>(bytes);
}

Result<FrameRange> parse_range(std::string_view option, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const auto first = whole_number<std::uint64_t>(text.substr(0, colon));
    const auto end = whole_number<std::uint64_t>(text.substr(colon + 1));
    if (first && end && *first < *end) return FrameRange{*first, *end};
    if (first && end) return refuse(option, text, "is empty; A:B means the frames from A up to, not with, B");
  }
  return refuse(option, text, "is not a range; write A:B, as in 0:100 for the first hundred frames");
}

Result<Rational> parse_rate_option(std::string_view option, std::string_view text) {
  auto rate = parse_rate(text);
  if (!rate) return fail(rate.error().kind, std::string(option), rate.error().line());
  return rate;
}

std::uint64_t frames_in(std::int64_t duration_ns, Rational rate) {
  // A first guess in floating point, put right on the exact grid.
  auto count = static_cast<std::uint64_t>(static_cast<double>(duration_ns) * 1e-9 * rate.value());
  while (count > 0 && step_time_ns(count - 1, rate) >= duration_ns) --count;
  while (step_time_ns(count, rate) < duration_ns) ++count;
  return count;
}

}  // namespace framespool
