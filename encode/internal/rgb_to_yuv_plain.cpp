// The plain twin of the vector code, and the tail of every row whose width is no multiple of 16.
#include <algorithm>

#include "encode/internal/rgb_to_yuv_kernels.h"

namespace framespool::yuv {
namespace {

constexpr std::size_t kPixel = 4;

int weigh(const std::int16_t (&weights)[3], const int (&sum)[3]) {
  return weights[0] * sum[0] + weights[1] * sum[1] + weights[2] * sum[2];
}

// The same two roundings as the vector code; this folder is compiled without fused multiply-add.
template <typename Sample>
Sample sample(int sum, float scale, float offset) {
  return static_cast<Sample>(static_cast<int>(static_cast<float>(sum) * scale + offset));
}

template <typename Sample>
Sample luma(const Context& context, const std::uint8_t* pixel) {
  const int rgb[3] = {pixel[0], pixel[1], pixel[2]};
  return sample<Sample>(weigh(context.weights.y, rgb), context.scale.y, context.scale.y_offset);
}

}  // namespace

template <typename Sample, bool interleaved>
void plain_420(const Context& context, const RowPair<Sample>& rows, std::size_t begin) {
  const std::size_t last = rows.width - 1;
  for (std::size_t x = begin; x < rows.width; x += 2) {
    const std::size_t left = (x > 0 ? x - 1 : 0) * kPixel;
    const std::size_t here = x * kPixel;
    const std::size_t right = std::min(x + 1, last) * kPixel;
    rows.y_top[x] = luma<Sample>(context, rows.top + here);
    rows.y_top[x + 1] = luma<Sample>(context, rows.top + right);
    rows.y_bottom[x] = luma<Sample>(context, rows.bottom + here);
    rows.y_bottom[x + 1] = luma<Sample>(context, rows.bottom + right);

    int sum[3];
    for (std::size_t c = 0; c < 3; ++c)
      sum[c] = rows.top[left + c] + rows.bottom[left + c] + 2 * (rows.top[here + c] + rows.bottom[here + c]) +
               rows.top[right + c] + rows.bottom[right + c];
    const Sample cb =
        sample<Sample>(weigh(context.weights.cb, sum), context.scale.cb, context.scale.c_offset);
    const Sample cr =
        sample<Sample>(weigh(context.weights.cr, sum), context.scale.cr, context.scale.c_offset);
    if constexpr (interleaved) {
      rows.cb[x] = cb;
      rows.cb[x + 1] = cr;
    } else {
      rows.cb[x / 2] = cb;
      rows.cr[x / 2] = cr;
    }
  }
}

template <typename Sample>
void plain_444(const Context& context, const Row<Sample>& row, std::size_t begin) {
  for (std::size_t x = begin; x < row.width; ++x) {
    const std::uint8_t* pixel = row.pixels + x * kPixel;
    const int rgb[3] = {pixel[0], pixel[1], pixel[2]};
    row.y[x] = luma<Sample>(context, pixel);
    row.cb[x] = sample<Sample>(weigh(context.weights.cb, rgb), context.scale.cb, context.scale.c_offset);
    row.cr[x] = sample<Sample>(weigh(context.weights.cr, rgb), context.scale.cr, context.scale.c_offset);
  }
  if (row.width % 2 == 1) {
    row.y[row.width] = row.y[row.width - 1];
    row.cb[row.width] = row.cb[row.width - 1];
    row.cr[row.width] = row.cr[row.width - 1];
  }
}

template void plain_420<std::uint8_t, false>(const Context&, const RowPair<std::uint8_t>&, std::size_t);
template void plain_420<std::uint8_t, true>(const Context&, const RowPair<std::uint8_t>&, std::size_t);
template void plain_420<std::uint16_t, false>(const Context&, const RowPair<std::uint16_t>&, std::size_t);
template void plain_444<std::uint8_t>(const Context&, const Row<std::uint8_t>&, std::size_t);
template void plain_444<std::uint16_t>(const Context&, const Row<std::uint16_t>&, std::size_t);

}  // namespace framespool::yuv
