// A movie, compared in the samples it holds where our own conversion makes the same kind (the loss is the
// encoder's alone then), and in RGB otherwise.
#include <fmt/format.h>

#include "encode/internal/av_error.h"
#include "encode/internal/av_picture.h"
#include "encode/internal/compared_file.h"
#include "encode/internal/movie_reader.h"
#include "encode/internal/picture_converter.h"

namespace framespool {
namespace {

std::optional<PictureKind> our_kind(const AVFrame& picture) {
  const bool matrix = picture.colorspace == AVCOL_SPC_BT709 || picture.colorspace == AVCOL_SPC_UNSPECIFIED;
  if (!matrix || picture.color_range == AVCOL_RANGE_JPEG) return std::nullopt;
  switch (picture.format) {
    case AV_PIX_FMT_YUV420P:
      return PictureKind::yuv420;
    case AV_PIX_FMT_YUV444P:
      return PictureKind::yuv444;
    case AV_PIX_FMT_YUV420P10:
      return PictureKind::yuv420_10;
    case AV_PIX_FMT_YUV444P10:
      return PictureKind::yuv444_10;
    default:
      return std::nullopt;
  }
}

class ComparedMovie final : public ComparedFile {
 public:
  ComparedMovie(std::filesystem::path path, std::optional<MovieReader> reader)
      : path_(std::move(path)), reader_(std::move(reader)) {}

  Result<void> begin(const SinkFormat& format) override;
  Result<SampleScore> compare(const FrameView& frame, std::uint64_t number) override;
  Result<void> finish() override;
  std::string measured_in() const override;
  bool exact_by_nature() const override { return holds_rgb_; }
  std::optional<std::int64_t> time_ns() const override { return reader_->time_ns(); }
  std::vector<std::string> notes() const override { return notes_; }

 private:
  [[nodiscard]] Result<void> prepare(const AVFrame& first);
  [[nodiscard]] Result<const AVFrame*> as_rgb(const AVFrame& picture);

  const std::filesystem::path path_;
  std::optional<MovieReader> reader_;  // none for raw pictures until their size is known
  SinkFormat format_;
  bool prepared_ = false, in_yuv_ = false, holds_rgb_ = false;
  AVPixelFormat samples_ = AV_PIX_FMT_NONE;
  int width_ = 0, height_ = 0;
  std::optional<PictureConverter> converter_;  // makes what the picture should be
  AvPtr<SwsContext> to_rgb_;
  AvPtr<AVFrame> rgb_;
  PictureScorer scorer_;
  std::uint64_t compared_ = 0;
  std::vector<std::string> notes_;
};

Result<void> ComparedMovie::begin(const SinkFormat& format) {
  format_ = format;
  if (reader_) return {};
  auto reader = MovieReader::open(path_, RawPictures{AV_PIX_FMT_RGB24, format.width, format.height});
  if (!reader) return tl::unexpected(reader.error());
  reader_ = std::move(*reader);
  return {};
}

Result<void> ComparedMovie::prepare(const AVFrame& first) {
  samples_ = static_cast<AVPixelFormat>(first.format);
  width_ = first.width;
  height_ = first.height;
  const auto kind = our_kind(first);
  const AVPixFmtDescriptor* const description = av_pix_fmt_desc_get(samples_);
  holds_rgb_ = description && (description->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  auto converter = PictureConverter::create(kind.value_or(PictureKind::rgb24), format_.width, format_.height);
  if (!converter) return tl::unexpected(converter.error());
  converter_ = std::move(*converter);
  const auto is = [](int size, std::uint32_t wanted) { return size == static_cast<int>(wanted); };
  const bool fits =
      (is(width_, format_.width) && is(height_, format_.height)) ||
      (kind && is(width_, converter_->coded_width()) && is(height_, converter_->coded_height()));
  if (!fits)
    return fail(ErrorKind::failed, path_.string(),
                fmt::format("is {}x{}, the take's pictures are {}x{}", width_, height_, format_.width,
                            format_.height));
  in_yuv_ = kind.has_value();
  if (in_yuv_ && first.colorspace == AVCOL_SPC_UNSPECIFIED)
    notes_.push_back("the movie does not say what its colours are: it was compared as BT.709, limited range");
  if (in_yuv_) return {};

  auto rgb = make_av_picture(AV_PIX_FMT_RGB24, format_.width, format_.height);
  if (!rgb) return tl::unexpected(rgb.error());
  rgb_ = std::move(*rgb);
  to_rgb_.reset(sws_getContext(width_, height_, samples_, width_, height_, AV_PIX_FMT_RGB24,
                               SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP,
                               nullptr, nullptr, nullptr));
  if (!to_rgb_) return fail(ErrorKind::failed, path_.string(), "has pictures that cannot be turned into RGB");
  if (!holds_rgb_) {
    // Without a tag players take small pictures as BT.601; what is not said is not guessed further.
    const int matrix = first.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : first.colorspace;
    const int* const table = sws_getCoefficients(matrix);
    sws_setColorspaceDetails(to_rgb_.get(), table, first.color_range == AVCOL_RANGE_JPEG ? 1 : 0, table, 1, 0,
                             1 << 16, 1 << 16);
  }
  return {};
}

Result<const AVFrame*> ComparedMovie::as_rgb(const AVFrame& picture) {
  if (const int rows = sws_scale(to_rgb_.get(), picture.data, picture.linesize, 0, picture.height, rgb_->data,
                                 rgb_->linesize);
      rows < 0)
    return tl::unexpected(av_failure(path_.string(), "turning a picture into RGB", rows));
  return rgb_.get();
}

Result<SampleScore> ComparedMovie::compare(const FrameView& frame, std::uint64_t number) {
  const auto decoded = reader_->next();
  if (!decoded) return tl::unexpected(decoded.error());
  if (!*decoded)
    return fail(ErrorKind::failed, path_.string(),
                fmt::format("ends after {} pictures; picture {} is missing", compared_, number));
  const AVFrame& picture = **decoded;
  if (!prepared_) {
    if (auto ready = prepare(picture); !ready) return tl::unexpected(ready.error());
    prepared_ = true;
  }
  if (picture.format != samples_ || picture.width != width_ || picture.height != height_)
    return fail(ErrorKind::failed, path_.string(), fmt::format("changes its form at picture {}", number));
  ++compared_;
  const auto wanted = converter_->convert(frame);
  if (!wanted) return tl::unexpected(wanted.error());
  if (in_yuv_) return scorer_.score_yuv(picture, **wanted);
  const auto rgb = as_rgb(picture);
  if (!rgb) return tl::unexpected(rgb.error());
  const auto packed = [](const AVFrame& from) {
    return PackedPixels{reinterpret_cast<const std::byte*>(from.data[0]),
                        static_cast<std::size_t>(from.linesize[0]), 3, false};
  };
  return scorer_.score_rgb(packed(**wanted), packed(**rgb), format_.width, format_.height, 3);
}

Result<void> ComparedMovie::finish() {
  const auto more = reader_->next();
  if (!more) return tl::unexpected(more.error());
  if (*more)
    return fail(ErrorKind::failed, path_.string(),
                fmt::format("goes on after the {} pictures that it should hold", compared_));
  return {};
}

std::string ComparedMovie::measured_in() const {
  if (!in_yuv_) return "RGB";
  const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(samples_);
  return fmt::format("YUV {}, {} bits", format.log2_chroma_w == 0 ? "4:4:4" : "4:2:0", format.comp[0].depth);
}

}  // namespace

Result<std::unique_ptr<ComparedFile>> compared_movie(const std::filesystem::path& path, bool headerless_rgb) {
  if (headerless_rgb) return std::make_unique<ComparedMovie>(path, std::nullopt);
  auto reader = MovieReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  return std::make_unique<ComparedMovie>(path, std::move(*reader));
}

}  // namespace framespool
