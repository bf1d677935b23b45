// A frame into a PNG's image data: one zlib stream of filtered rows, fast.
//
// The frame is taken in bands of rows. A band of flat interface keeps its rows as they are and is matched in
// whole pixels; any other band is filtered row by row, and its bytes are Huffman-coded with nothing matched
// but runs. Each band is one deflate block. The same frame gives the same bytes on every processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/internal/png_kernels.h"

namespace framespool::png {

struct ImageView {
  const std::byte* pixels = nullptr;  // top-down
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t stride_bytes = 0;
  SourceLayout layout = SourceLayout::rgba8;
  unsigned channels = 3;  // of the PNG: 3 for RGB; 4 for RGB and alpha, not from rgb8
};

// The most bytes compress() can write for an image of this size, and a few more.
[[nodiscard]] std::size_t compressed_bound(std::uint32_t width, std::uint32_t height, unsigned channels);
// What compress() needs for rows of this width: about two megabytes for usual sizes, whatever the height.
[[nodiscard]] std::size_t scratch_bytes(std::uint32_t width, unsigned channels);

// Writes the zlib stream to `out` and returns its length. No allocation, no error, any thread; `out` holds at
// least compressed_bound() bytes and `scratch` at least scratch_bytes(), with anything in them.
[[nodiscard]] std::size_t compress(const ImageView& image, std::span<std::byte> scratch,
                                   std::span<std::byte> out, const PngKernels& kernels = best_kernels());

// The rows alone, filtered as compress() would, for a compressor of another kind. `rows` holds
// rows_bytes() + kRowSlack.
void filter_rows(const ImageView& image, std::span<std::byte> scratch, std::span<std::byte> rows,
                 const PngKernels& kernels = best_kernels());
// height * (1 + width * channels).
[[nodiscard]] std::size_t rows_bytes(std::uint32_t width, std::uint32_t height, unsigned channels);

}  // namespace framespool::png
