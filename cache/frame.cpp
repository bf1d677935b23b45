#include "cache/frame.h"

#include <fmt/format.h>

#include <numeric>
#include <optional>

#include "cache/core/step_grid.h"
#include "cache/internal/take_layout.h"

namespace framespool {
namespace {

Result<Rational> no_rate(std::string_view text) {
  return fail(ErrorKind::usage, fmt::format("frame rate \"{}\"", text), "is not a positive number up to 1000000",
              "give it like 60, 23.976 or 30000/1001");
}

// Digits only: from_chars would accept a minus sign. At most 15, so that products fit 64 bits.
std::optional<std::int64_t> digits(std::string_view text) {
  if (text.empty() || text.size() > 15) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// The broadcast rates are k * 1000 / 1001 and are written rounded to two or three digits.
std::optional<Rational> broadcast_rate(std::string_view text) {
  if (text == "23.976" || text == "23.98") return Rational{24000, 1001};
  if (text == "29.97") return Rational{30000, 1001};
  if (text == "47.952" || text == "47.95") return Rational{48000, 1001};
  if (text == "59.94") return Rational{60000, 1001};
  if (text == "119.88") return Rational{120000, 1001};
  return std::nullopt;
}

}  // namespace

Result<Rational> parse_rate(std::string_view text) {
  if (const auto broadcast = broadcast_rate(text)) return *broadcast;
  Rational rate{0, 1};
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto over = digits(text.substr(0, slash));
    const auto under = digits(text.substr(slash + 1));
    if (!over || !under) return no_rate(text);
    rate = {*over, *under};
  } else {
    const auto point = text.find('.');
    const auto whole = digits(text.substr(0, point));
    if (!whole || *whole > layout::kMaxRate) return no_rate(text);
    rate = {*whole, 1};
    if (point != std::string_view::npos) {
      const std::string_view decimals = text.substr(point + 1);
      const auto fraction = digits(decimals);
      if (!fraction || decimals.size() > 9) return no_rate(text);
      for (std::size_t i = 0; i < decimals.size(); ++i) rate.denominator *= 10;
      rate.numerator = rate.numerator * rate.denominator + *fraction;
    }
  }
  if (rate.numerator < 1 || rate.denominator < 1) return no_rate(text);
  const std::int64_t divisor = std::gcd(rate.numerator, rate.denominator);
  rate = {rate.numerator / divisor, rate.denominator / divisor};
  if (!is_valid(rate)) return no_rate(text);
  return rate;
}

bool is_valid(Rational rate) {
  return rate.numerator >= 1 && rate.numerator <= layout::kMaxRateNumerator && rate.denominator >= 1 &&
         rate.denominator <= layout::kMaxRateDenominator &&
         rate.numerator <= rate.denominator * layout::kMaxRate;
}

std::string format_rate(Rational rate) {
  if (rate.denominator == 1) return std::to_string(rate.numerator);
  return fmt::format("{}/{}", rate.numerator, rate.denominator);
}

std::int64_t step_time_ns(std::uint64_t k, Rational rate) {
  return step_time_ns(k, rate.numerator, rate.denominator);
}

Result<std::size_t> frame_bytes(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0 || width > kMaxFrameDimension || height > kMaxFrameDimension)
    return fail(ErrorKind::usage, fmt::format("frame size {}x{}", width, height),
                fmt::format("each side must be 1 to {} pixels", kMaxFrameDimension));
  return std::size_t{width} * height * kBytesPerPixel;
}

}  // namespace framespool
