// What the plain and the vector code of rgb_to_yuv share: the weights and the shape of a kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace framespool::yuv {

// BT.709 in whole numbers, in the order of the bytes in memory: 5000 Y', 10000 (1 - Kb) / 2 times (B - Y') /
// (1 - Kb) and the like for Cr. Each fits a signed 16-bit lane, and every sum over eight weighted pixels
// stays below 2^24, so that it is exact as an int and as a float.
struct Weights {
  std::int16_t y[3];
  std::int16_t cb[3];
  std::int16_t cr[3];
};
inline constexpr Weights kRgbaWeights = {{1063, 3576, 361}, {-1063, -3576, 4639}, {3937, -3576, -361}};
inline constexpr Weights kBgraWeights = {{361, 3576, 1063}, {4639, -3576, -1063}, {-361, -3576, 3937}};

// sample = trunc(sum * scale + offset), the offset holding the half that makes it round. Sums are never so
// negative that the value is, hence truncation is floor.
struct Scale {
  float y, cb, cr;
  float y_offset, c_offset;
};
// `chroma_pixels`: the total weight of the pixels in one chroma sum, 1 for 4:4:4 and 8 for 4:2:0.
constexpr Scale make_scale(int bit_depth, int chroma_pixels) {
  const double step = 1 << (bit_depth - 8);
  return {static_cast<float>(219.0 * step / (255.0 * 5000.0)),
          static_cast<float>(112.0 * step / (255.0 * 4639.0 * chroma_pixels)),
          static_cast<float>(112.0 * step / (255.0 * 3937.0 * chroma_pixels)),
          static_cast<float>(16.0 * step + 0.5), static_cast<float>(128.0 * step + 0.5)};
}

struct Context {
  Weights weights;
  Scale scale;
};

// Two rows of pixels and where their samples go, each at column 0. For nv12 cr is unused.
template <typename Sample>
struct RowPair {
  const std::uint8_t* top;
  const std::uint8_t* bottom;
  std::size_t width;  // in pixels, not padded
  Sample* y_top;
  Sample* y_bottom;
  Sample* cb;
  Sample* cr;
};

template <typename Sample>
struct Row {
  const std::uint8_t* pixels;
  std::size_t width;
  Sample* y;
  Sample* cb;
  Sample* cr;
};

// Plain kernels convert the columns from `begin`, even, to the padded width.
template <typename Sample, bool interleaved>
void plain_420(const Context& context, const RowPair<Sample>& rows, std::size_t begin);
template <typename Sample>
void plain_444(const Context& context, const Row<Sample>& row, std::size_t begin);

// Vector kernels convert whole groups of 16 columns and say how many columns that was: the plain kernel does
// the rest.
template <typename Sample, bool interleaved>
[[nodiscard]] std::size_t avx2_420(const Context& context, const RowPair<Sample>& rows);
template <typename Sample>
[[nodiscard]] std::size_t avx2_444(const Context& context, const Row<Sample>& row);

}  // namespace framespool::yuv
