#include "encode/internal/picture_scorer.h"

#include <algorithm>

namespace framespool {
namespace {

const std::uint8_t* row_of(const PackedPixels& pixels, std::size_t y) {
  return reinterpret_cast<const std::uint8_t*>(pixels.data + y * pixels.stride_bytes);
}

// BT.709 luma in 256ths, full range.
void luma_row(const PackedPixels& pixels, std::size_t y, std::uint32_t width, std::uint8_t* to) {
  const std::uint8_t* from = row_of(pixels, y);
  const std::size_t red = pixels.bgr ? 2 : 0;
  for (std::uint32_t x = 0; x < width; ++x, from += pixels.pixel_bytes)
    to[x] = static_cast<std::uint8_t>((54 * from[red] + 183 * from[1] + 19 * from[2 - red] + 128) >> 8);
}

}  // namespace

Result<SampleScore> PictureScorer::score_rgb(const PackedPixels& a, const PackedPixels& b,
                                             std::uint32_t width, std::uint32_t height,
                                             std::size_t channels) {
  SampleScore score;
  const std::size_t order_a[4] = {a.bgr ? 2u : 0u, 1, a.bgr ? 0u : 2u, 3};
  const std::size_t order_b[4] = {b.bgr ? 2u : 0u, 1, b.bgr ? 0u : 2u, 3};
  for (std::size_t y = 0; y < height; ++y) {
    const std::uint8_t* pixel_a = row_of(a, y);
    const std::uint8_t* pixel_b = row_of(b, y);
    for (std::uint32_t x = 0; x < width; ++x, pixel_a += a.pixel_bytes, pixel_b += b.pixel_bytes)
      for (std::size_t c = 0; c < channels; ++c) {
        const int difference = int{pixel_a[order_a[c]]} - int{pixel_b[order_b[c]]};
        score.error.sum += static_cast<std::uint32_t>(difference * difference);
      }
  }
  score.error.samples = std::uint64_t{width} * height * channels;
  score.psnr_db = psnr_db(score.error, score.peak);
  score.same = score.error.sum == 0;
  if (score.same) return score;
  const std::size_t bytes = std::size_t{width} * height;
  for (FrameBuffer* luma : {&luma_a_, &luma_b_})
    if (auto room = luma->ensure("compare.luma", bytes); !room) return tl::unexpected(room.error());
  auto* const plane_a = reinterpret_cast<std::uint8_t*>(luma_a_.data());
  auto* const plane_b = reinterpret_cast<std::uint8_t*>(luma_b_.data());
  for (std::size_t y = 0; y < height; ++y) {
    luma_row(a, y, width, plane_a + y * width);
    luma_row(b, y, width, plane_b + y * width);
  }
  score.ssim = ssim_(SamplePlane<std::uint8_t>{plane_a, width, width, height},
                     SamplePlane<std::uint8_t>{plane_b, width, width, height}, score.peak);
  return score;
}

template <class Sample>
SampleScore PictureScorer::score_planes(const AVFrame& a, const AVFrame& b, int bits) {
  SampleScore score;
  score.peak = static_cast<double>((1 << bits) - 1);
  const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(a.format));
  for (int plane = 0; plane < 3; ++plane) {
    const int across = plane == 0 ? 0 : format.log2_chroma_w, down = plane == 0 ? 0 : format.log2_chroma_h;
    const auto width = static_cast<std::size_t>(AV_CEIL_RSHIFT(a.width, across));
    const auto height = static_cast<std::size_t>(AV_CEIL_RSHIFT(a.height, down));
    const auto view = [&](const AVFrame& frame) {
      // Rows of samples are aligned to them.
      return SamplePlane<Sample>{static_cast<const Sample*>(static_cast<const void*>(frame.data[plane])),
                                 static_cast<std::size_t>(frame.linesize[plane]) / sizeof(Sample), width,
                                 height};
    };
    const auto plane_a = view(a), plane_b = view(b);
    const SquaredError error = squared_error(plane_a, plane_b);
    score.error += error;
    if (plane == 0 && error.sum > 0) score.ssim = ssim_(plane_a, plane_b, score.peak);
  }
  score.same = score.error.sum == 0;
  score.psnr_db = psnr_db(score.error, score.peak);
  return score;
}

SampleScore PictureScorer::score_yuv(const AVFrame& a, const AVFrame& b) {
  const int bits = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(a.format))->comp[0].depth;
  return bits > 8 ? score_planes<std::uint16_t>(a, b, bits) : score_planes<std::uint8_t>(a, b, bits);
}

}  // namespace framespool
