// libx264 behind libavcodec, set up the one way a movie of ours needs it.
#pragma once

#include "cache/frame.h"
#include "encode/export_options.h"
#include "encode/internal/av_handles.h"
#include "encode/internal/picture_converter.h"

namespace framespool {

struct H264Format {
  int width = 0;
  int height = 0;
  Rational rate;
  AVRational time_base{1, 60};
  bool global_header = false;  // the container keeps the parameter sets, not the stream
};

// Errors: usage (a codec that is not one of ours, an unknown preset), failed (the encoder is not in this
// build, or cannot do so many bits).
[[nodiscard]] Result<void> check_h264(const ExportOptions& options);
// The pictures it takes for these options.
[[nodiscard]] PictureKind h264_pictures(const ExportOptions& options);
// Opened and ready for pictures. Errors: failed.
[[nodiscard]] Result<AvPtr<AVCodecContext>> open_h264(const ExportOptions& options, const H264Format& format);

}  // namespace framespool
