#include "encode/internal/rgb_to_yuv.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "encode/internal/rgb_to_yuv_kernels.h"

namespace framespool {
namespace {

using yuv::Context;

bool has_avx2() {
#if defined(__x86_64__)
  static const bool have = __builtin_cpu_supports("avx2") != 0;
  return have;
#else
  return false;
#endif
}

const std::uint8_t* pixel_row(const RgbPixels& from, std::size_t row) {
  const std::size_t last = from.height - 1;
  return reinterpret_cast<const std::uint8_t*>(
      from.first_row + static_cast<std::ptrdiff_t>(std::min(row, last)) * from.stride_bytes);
}

template <typename Sample>
Sample* sample_row(const YuvPlanes& to, std::size_t plane, std::size_t row) {
  if (to.data[plane] == nullptr) return nullptr;
  return reinterpret_cast<Sample*>(to.data[plane] + row * to.stride_bytes[plane]);
}

template <typename Sample, bool interleaved>
void convert_420(const Context& context, const RgbPixels& from, const YuvPlanes& to, std::size_t first_row,
                 std::size_t end_row, bool avx2) {
  for (std::size_t row = first_row; row < end_row; row += 2) {
    const yuv::RowPair<Sample> rows = {pixel_row(from, row),
                                       pixel_row(from, row + 1),
                                       from.width,
                                       sample_row<Sample>(to, 0, row),
                                       sample_row<Sample>(to, 0, row + 1),
                                       sample_row<Sample>(to, 1, row / 2),
                                       sample_row<Sample>(to, 2, row / 2)};
    const std::size_t done = avx2 ? yuv::avx2_420<Sample, interleaved>(context, rows) : 0;
    yuv::plain_420<Sample, interleaved>(context, rows, done);
  }
}

template <typename Sample>
void convert_444(const Context& context, const RgbPixels& from, const YuvPlanes& to, std::size_t first_row,
                 std::size_t end_row, bool avx2) {
  for (std::size_t row = first_row; row < end_row; ++row) {
    const yuv::Row<Sample> target = {pixel_row(from, row), from.width, sample_row<Sample>(to, 0, row),
                                     sample_row<Sample>(to, 1, row), sample_row<Sample>(to, 2, row)};
    const std::size_t done = avx2 ? yuv::avx2_444<Sample>(context, target) : 0;
    yuv::plain_444<Sample>(context, target, done);
  }
}

}  // namespace

bool has_vector_code(VectorCode code) {
  return code != VectorCode::avx2 || has_avx2();
}

void rgb_to_yuv(const RgbPixels& from, YuvFormat format, const YuvPlanes& to, std::size_t first_row,
                std::size_t end_row, VectorCode code) {
  assert(from.width > 0 && from.height > 0);
  assert(first_row % 2 == 0 && end_row % 2 == 0 && end_row <= padded_size(from.height));
  const auto& weights = from.format == PixelFormat::bgra8 ? yuv::kBgraWeights : yuv::kRgbaWeights;
  const auto context = [&](int bit_depth, int chroma_pixels) {
    return Context{weights, yuv::make_scale(bit_depth, chroma_pixels)};
  };
  const bool avx2 = code != VectorCode::plain && has_avx2();
  switch (format) {
    case YuvFormat::yuv420p:
      return convert_420<std::uint8_t, false>(context(8, 8), from, to, first_row, end_row, avx2);
    case YuvFormat::nv12:
      return convert_420<std::uint8_t, true>(context(8, 8), from, to, first_row, end_row, avx2);
    case YuvFormat::yuv420p10:
      return convert_420<std::uint16_t, false>(context(10, 8), from, to, first_row, end_row, avx2);
    case YuvFormat::yuv444p:
      return convert_444<std::uint8_t>(context(8, 1), from, to, first_row, end_row, avx2);
    case YuvFormat::yuv444p10:
      return convert_444<std::uint16_t>(context(10, 1), from, to, first_row, end_row, avx2);
  }
}

void rgb_to_yuv(const RgbPixels& from, YuvFormat format, const YuvPlanes& to, VectorCode code) {
  rgb_to_yuv(from, format, to, 0, padded_size(from.height), code);
}

}  // namespace framespool
