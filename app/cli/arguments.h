// What people type, turned into values. Every function refuses what it does not understand to the last
// character: error usage, with the text that was typed and an example of what is wanted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/frame.h"
#include "encode/export_options.h"

namespace framespool {

struct FrameSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

// `option` is the name to blame ("--size").
// "1280x720"; each from 1 to kMaxFrameDimension.
[[nodiscard]] Result<FrameSize> parse_size(std::string_view option, std::string_view text);
// A whole number from `least` to `most`.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view option, std::string_view text,
                                                std::uint64_t least, std::uint64_t most);
// A decimal number from `least` to `most`.
[[nodiscard]] Result<double> parse_decimal(std::string_view option, std::string_view text, double least,
                                           double most);
// "5", "2.5", "5s", "1.5m", "1h": nanoseconds, above 0 and at most 30 days.
[[nodiscard]] Result<std::int64_t> parse_duration_ns(std::string_view option, std::string_view text);
// "500000000", "500M", "2G", "256MiB": k, M, G, T are powers of 1000, with an i of 1024.
[[nodiscard]] Result<std::uint64_t> parse_byte_count(std::string_view option, std::string_view text);
// "10:20": half-open, from 0, not empty.
[[nodiscard]] Result<FrameRange> parse_range(std::string_view option, std::string_view text);
// parse_rate() with the option's name in front.
[[nodiscard]] Result<Rational> parse_rate_option(std::string_view option, std::string_view text);

// How many frames of `rate` begin before `duration_ns` is over: 5 s at 60 are 300.
[[nodiscard]] std::uint64_t frames_in(std::int64_t duration_ns, Rational rate);

}  // namespace framespool
