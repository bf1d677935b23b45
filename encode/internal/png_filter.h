// From a frame to the rows that PNG compresses: packed RGB or RGBA, each row behind its filter byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/sink.h"

namespace framespool {

// Bytes of all rows: height * (1 + width * channels).
[[nodiscard]] std::size_t png_rows_bytes(std::uint32_t width, std::uint32_t height, std::size_t channels);

// Copies the frame into `rows`, dropping alpha when `channels` is 3, in the order red, green, blue(, alpha).
// The filter bytes are left for filter_png_rows.
void pack_png_rows(const FrameView& frame, std::size_t channels, std::span<std::byte> rows);

// Filters every row in place, from the last to the first, choosing none, sub, up or Paeth by the smallest sum
// of absolute values (PNG specification, 12.7). `scratch` holds at least png_filter_scratch_bytes().
void filter_png_rows(std::span<std::byte> rows, std::size_t row_bytes, std::size_t height,
                     std::size_t channels, std::span<std::byte> scratch);
[[nodiscard]] std::size_t png_filter_scratch_bytes(std::size_t row_bytes);

}  // namespace framespool
