// RGBA8 or BGRA8 to planar YUV: BT.709 matrix, limited range, 4:2:0 or 4:4:4, 8 or 10 bits.
//
// The numbers. Y' = Kr R + Kg G + Kb B with Kr = 0.2126, Kg = 0.7152, Kb = 0.0722 (Rec. ITU-R BT.709-6,
// item 3.2); 8 bits (item 4.6): Y = 16 + 219 Y', Cb = 128 + 224 (B - Y') / (2 (1 - Kb)), Cr = 128 + 224 (R -
// Y') / (2 (1 - Kr)), with R, G, B in 0..1; 10 bits: all of it times 4. The weights are whole
// ten-thousandths, so the sums are formed exactly in integers and scaled once in single precision: a sample
// is at most 0.5001 of a level away from the exact value (0.5 is what rounding itself costs).
//
// 4:2:0 chroma is sited left, H.264's default (chroma_sample_loc_type 0): horizontally on the even luma
// columns, vertically half-way between two rows. Each sample is [1 2 1]/4 across, [1 1]/2 down, of RGB; edges
// repeat.
//
// Odd sizes are padded to even by repeating the right and the bottom edge. Alpha is ignored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cache/frame.h"

namespace framespool {

enum class YuvFormat {
  yuv420p,
  nv12,  // 4:2:0 with Cb and Cr interleaved in the second plane
  yuv444p,
  yuv420p10,  // 16-bit samples in the machine's byte order
  yuv444p10,
};

// Borrowed pixels. A bottom-up frame is the address of its last row in memory and a negative stride.
struct RgbPixels {
  const std::byte* first_row = nullptr;
  std::ptrdiff_t stride_bytes = 0;
  std::size_t width = 0;
  std::size_t height = 0;
  PixelFormat format = PixelFormat::rgba8;
};

// The caller's planes. Luma (and 4:4:4 chroma) rows hold padded_size(width) samples, padded_size(height) of
// them; 4:2:0 chroma half of both; nv12 has its pairs in plane 1 and no plane 2. 16-bit planes are 2-byte
// aligned.
struct YuvPlanes {
  std::array<std::byte*, 3> data{};
  std::array<std::size_t, 3> stride_bytes{};
};

// Sizes of the output: the next even number.
[[nodiscard]] constexpr std::size_t padded_size(std::size_t pixels) {
  return pixels + (pixels & 1);
}

// Which code runs. `best` is what this processor does fastest; all give the same bytes.
enum class VectorCode { best, plain, avx2 };
[[nodiscard]] bool has_vector_code(VectorCode code);

// Converts the rows [first_row, end_row) of the output, both even, end_row at most padded_size(height).
// Slices share nothing: any number of threads may convert disjoint slices of one frame. Writes nothing
// outside the rows' samples. Pure.
void rgb_to_yuv(const RgbPixels& from, YuvFormat format, const YuvPlanes& to, std::size_t first_row,
                std::size_t end_row, VectorCode code = VectorCode::best);

// The whole frame.
void rgb_to_yuv(const RgbPixels& from, YuvFormat format, const YuvPlanes& to,
                VectorCode code = VectorCode::best);

}  // namespace framespool
