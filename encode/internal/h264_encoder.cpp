#include "encode/internal/h264_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "encode/internal/av_error.h"

namespace framespool {
namespace {

constexpr std::array<std::string_view, 10> kPresets = {"ultrafast", "superfast", "veryfast", "faster",
                                                       "fast",      "medium",    "slow",     "slower",
                                                       "veryslow",  "placebo"};
constexpr const char* kYuvEncoder = "libx264";
constexpr const char* kRgbEncoder = "libx264rgb";

// libx264 may be built for 8 bits, for 10 or for both.
bool takes(const AVCodec& codec, AVPixelFormat format) {
  for (const AVPixelFormat* known = codec.pix_fmts; known && *known != AV_PIX_FMT_NONE; ++known)
    if (*known == format) return true;
  return codec.pix_fmts == nullptr;
}

}  // namespace

PictureKind h264_pictures(const ExportOptions& options) {
  if (options.lossless) return PictureKind::bgr0;
  const bool full = options.chroma == Chroma::c444;
  if (options.bit_depth == 10) return full ? PictureKind::yuv444_10 : PictureKind::yuv420_10;
  return full ? PictureKind::yuv444 : PictureKind::nv12;  // NV12: 4:2:0 in libx264's own form
}

Result<void> check_h264(const ExportOptions& options) {
  const bool ours = options.codec == kYuvEncoder;
  for (const std::string& name : {options.codec, std::string(options.lossless ? kRgbEncoder : kYuvEncoder)})
    if (!avcodec_find_encoder_by_name(name.c_str()))
      return fail(ours ? ErrorKind::failed : ErrorKind::usage, fmt::format("encoder {}", name),
                  "is not in this FFmpeg build",
                  ours ? "install an FFmpeg with libx264" : "use --codec libx264");
  if (!ours)
    return fail(ErrorKind::usage, fmt::format("encoder {}", options.codec),
                "is not one that movies are made with", "use --codec libx264");
  if (const AVCodec* codec = avcodec_find_encoder_by_name(options.lossless ? kRgbEncoder : kYuvEncoder);
      codec && !takes(*codec, av_format(h264_pictures(options))))
    return fail(ErrorKind::failed, fmt::format("encoder {}", codec->name),
                fmt::format("this build of it makes no {}-bit {} movies", options.bit_depth,
                            options.chroma == Chroma::c444 ? "4:4:4" : "4:2:0"),
                "leave --bit-depth and --chroma away");
  if (std::find(kPresets.begin(), kPresets.end(), options.preset) == kPresets.end())
    return fail(ErrorKind::usage, fmt::format("preset {}", options.preset), "is unknown to libx264",
                fmt::format("choose one of {}", fmt::join(kPresets, ", ")));
  return {};
}

Result<AvPtr<AVCodecContext>> open_h264(const ExportOptions& options, const H264Format& format) {
  const char* const name = options.lossless ? kRgbEncoder : kYuvEncoder;
  const AVCodec* const codec = avcodec_find_encoder_by_name(name);
  AvPtr<AVCodecContext> encoder(codec ? avcodec_alloc_context3(codec) : nullptr);
  if (!encoder)
    return fail(ErrorKind::failed, fmt::format("encoder {}", name), "is not in this FFmpeg build");
  encoder->width = format.width;
  encoder->height = format.height;
  encoder->time_base = format.time_base;
  encoder->framerate = {static_cast<int>(format.rate.numerator), static_cast<int>(format.rate.denominator)};
  encoder->sample_aspect_ratio = {1, 1};
  encoder->pix_fmt = av_format(h264_pictures(options));
  // The samples come from sRGB pixels and are not re-encoded, so the transfer is sRGB's own, whatever the
  // matrix.
  encoder->color_primaries = AVCOL_PRI_BT709;
  encoder->color_trc = AVCOL_TRC_IEC61966_2_1;
  encoder->colorspace = options.lossless ? AVCOL_SPC_RGB : AVCOL_SPC_BT709;
  encoder->color_range = options.lossless ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  encoder->chroma_sample_location =
      options.lossless || options.chroma == Chroma::c444 ? AVCHROMA_LOC_UNSPECIFIED : AVCHROMA_LOC_LEFT;
  // Closed groups of pictures: a movie can be cut at and joined on its key frames without re-encoding.
  encoder->flags |= AV_CODEC_FLAG_CLOSED_GOP;
  if (format.global_header) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  // libx264 finds one and a half threads a core right. On two cores, and everywhere without a look-ahead, one a core is as fast,
  // the rest of the time being ours, and saves 13 to 29 MB at 1080p; with a look-ahead on more cores it has not been measured.
  const int cores = av_cpu_count();
  encoder->thread_count = options.jobs > 0                               ? options.jobs
                          : options.preset == "ultrafast" || cores <= 2 ? cores
                                                                         : 0;

  AvDictionary settings;
  settings.set("preset", options.preset.c_str());
  if (options.lossless)
    settings.set("qp", "0");
  else
    settings.set("crf", fmt::format("{}", options.crf).c_str());
  // The look-ahead's own thread may be three pictures ahead of the encoder, not as many as there are B frames and one more:
  // the same movie and 7 MB less at 1080p. One picture saves 20 MB but costs time (docs/performance.md). Ultrafast has no
  // B frames, hence one picture already.
  if (options.preset != "ultrafast") settings.set("x264-params", "sync-lookahead=3");
  if (const int failed = avcodec_open2(encoder.get(), codec, settings.get()); failed < 0)
    return tl::unexpected(av_failure(fmt::format("encoder {}", name), "opening it", failed));
  return encoder;
}

}  // namespace framespool
