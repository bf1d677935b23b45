// What a frame is: width x height pixels as OpenGL returns them, tightly packed, and what is known about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cache/core/clock_report.h"
#include "cache/error.h"

namespace framespool {

inline constexpr std::uint32_t kMaxFrameDimension = 32768;
inline constexpr std::size_t kBytesPerPixel = 4;

enum class PixelFormat : std::uint32_t { rgba8 = 1, bgra8 = 2 };
enum class RowOrder : std::uint32_t { bottom_up = 1, top_down = 2 };
enum class ClockKind : std::uint32_t { realtime = 1, fixed_step = 2 };

// A positive fraction, always kept in lowest terms by make_rational / parse_rate.
struct Rational {
  std::int64_t numerator = 60;
  std::int64_t denominator = 1;
  [[nodiscard]] double value() const {
    return static_cast<double>(numerator) / static_cast<double>(denominator);
  }
  friend bool operator==(const Rational&, const Rational&) = default;
};

// "60", "23.976" (read as 24000/1001, the broadcast rates are recognised), "12.5", "30000/1001".
// Error: usage, when it is not a number, not positive, or above 1,000,000.
[[nodiscard]] Result<Rational> parse_rate(std::string_view text);
[[nodiscard]] std::string format_rate(Rational rate);  // "60", "30000/1001"
// Whether it is positive, at most 1,000,000, and small enough for exact arithmetic (denominator up to 10^9).
[[nodiscard]] bool is_valid(Rational rate);

// floor(k * 1e9 / rate), exact in 128-bit arithmetic: the time of step k on the rational grid.
[[nodiscard]] std::int64_t step_time_ns(std::uint64_t k, Rational rate);

// The one checked multiplication: width * height * 4.
// Error: usage, when a dimension is 0 or above kMaxFrameDimension.
[[nodiscard]] Result<std::size_t> frame_bytes(std::uint32_t width, std::uint32_t height);

enum class DropReason : std::uint32_t { none = 0, no_free_slot = 1, readback_busy = 2 };

enum FrameFlags : std::uint32_t {
  kFrameAfterPause = 1u << 0,     // time before this frame was cut out of the time line
  kFrameSizeChanged = 1u << 1,    // differs in size from the frame before it
  kFrameSrgbFramebuffer = 1u << 2,  // noted only: the driver called the framebuffer's encoding sRGB
  kFrameRepeated = 1u << 3        // the frame before once more: the program presented nothing for a step
};

// Everything a record's header says about its frame.
struct FrameInfo {
  std::uint64_t sequence = 0;   // number among stored frames, no gaps, from 0
  std::uint64_t presented = 0;  // number among drawn frames, stored or not, from 0
  std::int64_t pts_ns = 0;      // presentation time since the first frame, pauses cut out
  Rational rate;                // nominal rate of the take
  ClockKind clock = ClockKind::fixed_step;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t stride_bytes = 0;  // width * 4
  PixelFormat format = PixelFormat::rgba8;
  RowOrder row_order = RowOrder::bottom_up;
  std::uint32_t flags = 0;           // FrameFlags
  std::uint32_t dropped_before = 0;  // frames dropped between the stored frame before and this one
  std::uint64_t dropped_total = 0;   // of the take up to this frame, dropped_before included; set by the writer
  DropReason drop_reason = DropReason::none;
  std::int64_t paused_before_ns = 0;  // length of the pause cut out before this frame
  std::size_t payload_bytes = 0;      // stride_bytes * height
  std::string mark{};                 // what somebody noted at this moment; at most 255 bytes are kept. Nearly always empty
  ClockReport clock_report;           // of the take up to this frame
};

}  // namespace framespool
