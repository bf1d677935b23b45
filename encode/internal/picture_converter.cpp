#include "encode/internal/picture_converter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "encode/internal/av_error.h"
#include "encode/internal/av_picture.h"
#include "encode/internal/rgb_to_yuv.h"

namespace framespool {
namespace {

AVPixelFormat av_format(PixelFormat format) {
  return format == PixelFormat::bgra8 ? AV_PIX_FMT_BGRA : AV_PIX_FMT_RGBA;
}

struct Scaling {
  std::uint32_t width, height;
  AVPixelFormat format;
};

Result<AvPtr<SwsContext>> make_scaler(Scaling from, Scaling to, int flags) {
  AvPtr<SwsContext> scaler(sws_alloc_context());
  if (!scaler) return fail(ErrorKind::failed, "colour conversion", "is short of memory");
  av_opt_set_int(scaler.get(), "srcw", from.width, 0);
  av_opt_set_int(scaler.get(), "srch", from.height, 0);
  av_opt_set_int(scaler.get(), "src_format", from.format, 0);
  av_opt_set_int(scaler.get(), "dstw", to.width, 0);
  av_opt_set_int(scaler.get(), "dsth", to.height, 0);
  av_opt_set_int(scaler.get(), "dst_format", to.format, 0);
  av_opt_set_int(scaler.get(), "sws_flags", flags, 0);
  if (const int failed = sws_init_context(scaler.get(), nullptr, nullptr); failed < 0)
    return tl::unexpected(av_failure("colour conversion", "preparing swscale", failed));
  return scaler;
}

constexpr std::size_t kCanvasAlignment = 64;  // of swscale's widest vectors

constexpr int kExact = SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;

bool is_yuv(PictureKind kind) {
  return kind != PictureKind::bgr0 && kind != PictureKind::rgb24;
}

YuvFormat yuv_format(PictureKind kind) {
  switch (kind) {
    case PictureKind::nv12:
      return YuvFormat::nv12;
    case PictureKind::yuv444:
      return YuvFormat::yuv444p;
    case PictureKind::yuv420_10:
      return YuvFormat::yuv420p10;
    case PictureKind::yuv444_10:
      return YuvFormat::yuv444p10;
    default:
      return YuvFormat::yuv420p;
  }
}

bool is_420(PictureKind kind) {
  return is_yuv(kind) && kind != PictureKind::yuv444 && kind != PictureKind::yuv444_10;
}

std::uint32_t even(std::uint32_t size) {
  return static_cast<std::uint32_t>(padded_size(size));
}

}  // namespace

AVPixelFormat av_format(PictureKind kind) {
  switch (kind) {
    case PictureKind::bgr0:
      return AV_PIX_FMT_BGR0;
    case PictureKind::rgb24:
      return AV_PIX_FMT_RGB24;
    case PictureKind::nv12:
      return AV_PIX_FMT_NV12;
    case PictureKind::yuv444:
      return AV_PIX_FMT_YUV444P;
    case PictureKind::yuv420_10:
      return AV_PIX_FMT_YUV420P10;
    case PictureKind::yuv444_10:
      return AV_PIX_FMT_YUV444P10;
    case PictureKind::yuv420:
      break;
  }
  return AV_PIX_FMT_YUV420P;
}

Placement letterbox(std::uint32_t width, std::uint32_t height, std::uint32_t out_width,
                    std::uint32_t out_height) {
  const auto rounded = [](std::uint64_t a, std::uint64_t b, std::uint64_t divisor) {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (2 * a * b + divisor) / (2 * divisor)));
  };
  Placement place{0, 0, out_width, out_height};
  if (std::uint64_t{width} * out_height > std::uint64_t{out_width} * height)
    place.height = std::min(out_height, rounded(height, out_width, width));
  else
    place.width = std::min(out_width, rounded(width, out_height, height));
  place.x = (out_width - place.width) / 2;
  place.y = (out_height - place.height) / 2;
  return place;
}

Result<PictureConverter> PictureConverter::create(PictureKind kind, std::uint32_t width, std::uint32_t height,
                                                  std::size_t pictures) {
  PictureConverter converter;
  converter.kind_ = kind;
  converter.width_ = width;
  converter.height_ = height;
  converter.coded_width_ = is_yuv(kind) ? even(width) : width;
  converter.coded_height_ = is_yuv(kind) ? even(height) : height;
  for (std::size_t i = 0; i < pictures; ++i) {
    auto picture = converter.make_picture();
    if (!picture) return tl::unexpected(picture.error());
    converter.pictures_.push_back(std::move(*picture));
  }
  return converter;
}

Result<AvPtr<AVFrame>> PictureConverter::make_picture() const {
  auto made = make_av_picture(av_format(kind_), coded_width_, coded_height_);
  if (!made) return made;
  AvPtr<AVFrame> picture = std::move(*made);
  const bool yuv = is_yuv(kind_);
  picture->colorspace = yuv ? AVCOL_SPC_BT709 : AVCOL_SPC_RGB;
  picture->color_range = yuv ? AVCOL_RANGE_MPEG : AVCOL_RANGE_JPEG;
  picture->color_primaries = AVCOL_PRI_BT709;
  picture->color_trc = AVCOL_TRC_IEC61966_2_1;
  if (is_420(kind_)) picture->chroma_location = AVCHROMA_LOC_LEFT;
  return picture;
}

std::size_t PictureConverter::canvas_bytes() const {
  return std::size_t{width_} * kBytesPerPixel * height_;
}

Result<FrameView> PictureConverter::scaled_to_fit(const FrameView& frame) {
  const std::size_t stride = width_ * kBytesPerPixel;
  const Placement place = letterbox(frame.width, frame.height, width_, height_);
  if (!to_fit_ || fit_width_ != frame.width || fit_height_ != frame.height || fit_format_ != frame.format) {
    auto scaler = make_scaler({frame.width, frame.height, av_format(frame.format)},
                              {place.width, place.height, av_format(frame.format)}, SWS_BICUBIC | kExact);
    if (!scaler) return tl::unexpected(scaler.error());
    to_fit_ = std::move(*scaler);
    fit_width_ = frame.width;
    fit_height_ = frame.height;
    fit_format_ = frame.format;
  }
  auto* const canvas = static_cast<std::byte*>(scratch_->allocate(canvas_bytes(), kCanvasAlignment));
  std::memset(canvas, 0, canvas_bytes());
  const auto* const from = reinterpret_cast<const std::uint8_t*>(frame.pixels.data());
  auto* const to = reinterpret_cast<std::uint8_t*>(canvas + place.y * stride + place.x * kBytesPerPixel);
  const int from_stride = static_cast<int>(frame.stride_bytes);
  const int to_stride = static_cast<int>(stride);
  if (const int rows =
          sws_scale(to_fit_.get(), &from, &from_stride, 0, static_cast<int>(frame.height), &to, &to_stride);
      rows < 0)
    return tl::unexpected(av_failure("colour conversion", "scaling a picture", rows));

  FrameView view = frame;
  view.pixels = {canvas, canvas_bytes()};
  view.width = width_;
  view.height = height_;
  view.stride_bytes = stride;
  return view;
}

void PictureConverter::draw_yuv(const FrameView& frame, const AVFrame& picture) const {
  YuvPlanes planes;
  for (std::size_t i = 0; i < planes.data.size(); ++i) {
    planes.data[i] = reinterpret_cast<std::byte*>(picture.data[i]);
    planes.stride_bytes[i] = static_cast<std::size_t>(picture.linesize[i]);
  }
  rgb_to_yuv({frame.pixels.data(), static_cast<std::ptrdiff_t>(frame.stride_bytes), frame.width, frame.height,
              frame.format},
             yuv_format(kind_), planes);
}

Result<void> PictureConverter::draw_rgb(const FrameView& frame, const AVFrame& picture) {
  if (!to_rgb_ || rgb_prepared_for_ != frame.format) {
    auto scaler =
        make_scaler({width_, height_, av_format(frame.format)}, {width_, height_, av_format(kind_)}, kExact);
    if (!scaler) return tl::unexpected(scaler.error());
    to_rgb_ = std::move(*scaler);
    rgb_prepared_for_ = frame.format;
  }
  const auto* const from = reinterpret_cast<const std::uint8_t*>(frame.pixels.data());
  const int stride = static_cast<int>(frame.stride_bytes);
  if (const int rows = sws_scale(to_rgb_.get(), &from, &stride, 0, static_cast<int>(frame.height),
                                 picture.data, picture.linesize);
      rows < 0)
    return tl::unexpected(av_failure("colour conversion", "converting a picture", rows));
  return {};
}

Result<AVFrame*> PictureConverter::convert(const FrameView& frame) {
  FrameView view = frame;
  const bool fits = frame.width == width_ && frame.height == height_;
  if (!fits && !scratch_->reserve(canvas_bytes()))
    return fail(ErrorKind::failed, "movie.canvas", fmt::format("no memory for {} bytes", canvas_bytes()));
  const ScratchArena::Scope scope(*scratch_);
  if (!fits) {
    const auto scaled = scaled_to_fit(frame);
    if (!scaled) return tl::unexpected(scaled.error());
    view = *scaled;
  }
  AvPtr<AVFrame>& drawn_on = pictures_[next_];
  next_ = (next_ + 1) % pictures_.size();
  // libx264 copies what it is given; an encoder that kept a reference keeps that picture, and a new one takes
  // its turn.
  if (av_frame_is_writable(drawn_on.get()) == 0) {
    auto fresh = make_picture();
    if (!fresh) return tl::unexpected(fresh.error());
    drawn_on = std::move(*fresh);
  }
  AVFrame* const picture = drawn_on.get();
  if (is_yuv(kind_))
    draw_yuv(view, *picture);
  else if (auto drawn = draw_rgb(view, *picture); !drawn)
    return tl::unexpected(drawn.error());
  return picture;
}

}  // namespace framespool
