// Where flipped frames go. One file per format; make_export.h is the only place that asks which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cache/error.h"
#include "cache/frame.h"

namespace framespool {

// A top-down frame, borrowed for the duration of the call.
struct FrameView {
  std::span<const std::byte> pixels;  // stride_bytes * height
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t stride_bytes = 0;
  PixelFormat format = PixelFormat::rgba8;
  std::uint64_t number = 0;  // of the picture in the output (image-0007.png is 7)
  std::uint32_t repeat = 1;  // pictures this frame stands for, numbered from `number`; at least 1
  std::int64_t pts_ns = 0;   // from the start of the output; used by outputs of variable rate
};

struct SinkFormat {
  std::uint32_t width = 0;  // of the output: the first frame's
  std::uint32_t height = 0;
  Rational rate;
  std::uint64_t first_number = 0;  // of the first picture
  std::uint64_t pictures = 0;      // expected in all; 0 when not known
  bool variable_rate = false;      // pictures stand at their pts_ns instead of on the grid of `rate`
};

struct SinkSummary {
  std::uint64_t pictures = 0;  // written
  std::uint64_t bytes = 0;     // in the output
  std::filesystem::path output;
  std::vector<std::string> notes;  // "853x479 was padded to 854x480: H.264 needs even sizes"
  std::uint64_t kept = 0;      // of these, found as they should be and left alone (--resume)
};

class FrameSink {
 public:
  // Destroyed without a successful finish(), a sink leaves nothing behind under a final name
  // (finished PNGs stay: each of them is whole).
  virtual ~FrameSink() = default;
  [[nodiscard]] virtual Result<void> begin(const SinkFormat& format) = 0;
  [[nodiscard]] virtual Result<void> write(const FrameView& frame) = 0;
  // Flushes, closes, renames to the final name. After an error nothing stands under it.
  [[nodiscard]] virtual Result<SinkSummary> finish() = 0;
  // Gives up instead of finish(): waits for what was handed on, removes what is not whole, frees memory. The
  // counters below stay readable. Same thread as write(); the destructor does it too. Calling it twice is
  // fine.
  virtual void abandon() noexcept = 0;
  // Makes a write() or finish() that stands in a long loop or before a full pipe return `cancelled` soon.
  // Any thread, any time.
  virtual void interrupt() noexcept = 0;
  // Pictures written so far, never going back. Any thread.
  [[nodiscard]] virtual std::uint64_t pictures_written() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_written() const = 0;
};

}  // namespace framespool
