// From a frame of a take to the picture an encoder takes: colour space, chroma positions, size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cache/scratch_arena.h"
#include "encode/internal/av_handles.h"
#include "encode/sink.h"

namespace framespool {

enum class PictureKind {
  yuv420,  // BT.709, limited range, chroma sited left as H.264 and MPEG-2 have it: rgb_to_yuv.h
  nv12,    // the same samples, chroma interleaved: libx264's own form, which it copies faster
  yuv444,  // BT.709, limited range, chroma at every pixel
  yuv420_10,
  yuv444_10,  // the same with 10 bits
  bgr0,       // the pixels themselves, for lossless H.264
  rgb24,      // the pixels themselves, for raw output
};
[[nodiscard]] AVPixelFormat av_format(PictureKind kind);

// The largest rectangle of the shape `width` x `height` within an output of `out_width` x `out_height`,
// centred.
struct Placement {
  std::uint32_t x = 0, y = 0, width = 0, height = 0;
};
[[nodiscard]] Placement letterbox(std::uint32_t width, std::uint32_t height, std::uint32_t out_width,
                                  std::uint32_t out_height);

class PictureConverter {
 public:
  // Pictures are `width` x `height`, made even for YUV by repeating the right column and the bottom row.
  // Frames of another size are scaled to fit, with black beside. Errors: failed (memory).
  // `pictures` of them are drawn on in turn.
  [[nodiscard]] static Result<PictureConverter> create(PictureKind kind, std::uint32_t width,
                                                       std::uint32_t height, std::size_t pictures = 1);

  [[nodiscard]] std::uint32_t coded_width() const { return coded_width_; }
  [[nodiscard]] std::uint32_t coded_height() const { return coded_height_; }
  [[nodiscard]] bool padded() const { return coded_width_ != width_ || coded_height_ != height_; }

  // The converted picture: owned by the converter, valid for `pictures` - 1 more calls. Its contents are
  // never changed while an encoder still holds a reference. Errors: failed.
  [[nodiscard]] Result<AVFrame*> convert(const FrameView& frame);

 private:
  PictureConverter() = default;
  [[nodiscard]] std::size_t canvas_bytes() const;
  [[nodiscard]] Result<FrameView> scaled_to_fit(const FrameView& frame);
  [[nodiscard]] Result<AvPtr<AVFrame>> make_picture() const;
  void draw_yuv(const FrameView& frame, const AVFrame& picture) const;
  [[nodiscard]] Result<void> draw_rgb(const FrameView& frame, const AVFrame& picture);

  PictureKind kind_ = PictureKind::yuv420;
  std::uint32_t width_ = 0, height_ = 0, coded_width_ = 0, coded_height_ = 0;
  PixelFormat rgb_prepared_for_ = PixelFormat::rgba8;
  AvPtr<SwsContext> to_rgb_;  // not for YUV
  AvPtr<SwsContext> to_fit_;  // only for frames of another size; the last size and format seen
  std::uint32_t fit_width_ = 0, fit_height_ = 0;
  PixelFormat fit_format_ = PixelFormat::rgba8;
  // What one conversion needs: a canvas for frames of another size.
  std::unique_ptr<ScratchArena> scratch_ = std::make_unique<ScratchArena>("movie.scratch");
  std::vector<AvPtr<AVFrame>> pictures_;
  std::size_t next_ = 0;  // of pictures_, to be drawn on
};

}  // namespace framespool
