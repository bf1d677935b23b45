// Compares one decoded picture with what it should be, in the samples the file holds.
#pragma once

#include <cstdint>

#include "cache/frame_buffer.h"
#include "encode/internal/av_handles.h"
#include "encode/quality.h"

namespace framespool {

// Packed pixels of 8 bits, top row first.
struct PackedPixels {
  const std::byte* data = nullptr;
  std::size_t stride_bytes = 0;
  std::size_t pixel_bytes = 3;  // 3 or 4
  bool bgr = false;
};

struct SampleScore {
  bool same = true;
  double psnr_db = 0;  // infinite when same
  double ssim = 1;
  double peak = 255;
  SquaredError error;
};

class PictureScorer {
 public:
  // `channels`: 3, or 4 to compare alpha as well. SSIM is of BT.709 luma, made from both. Error: failed
  // (memory).
  [[nodiscard]] Result<SampleScore> score_rgb(const PackedPixels& a, const PackedPixels& b,
                                              std::uint32_t width, std::uint32_t height,
                                              std::size_t channels);
  // Planar YUV of the same format, 8 or 10 bits; as much of `b` as `a` has.
  [[nodiscard]] SampleScore score_yuv(const AVFrame& a, const AVFrame& b);

 private:
  template <class Sample>
  [[nodiscard]] SampleScore score_planes(const AVFrame& a, const AVFrame& b, int bits);
  FrameBuffer luma_a_, luma_b_;
  Ssim ssim_;
};

}  // namespace framespool
