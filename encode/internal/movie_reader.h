// Decodes the pictures of a movie one after the other, by libavformat and libavcodec.
#pragma once

#include <filesystem>
#include <optional>

#include "cache/error.h"
#include "encode/internal/av_handles.h"

namespace framespool {

// Raw pictures without a header: what they are has to be said.
struct RawPictures {
  AVPixelFormat format = AV_PIX_FMT_RGB24;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

class MovieReader {
 public:
  // Errors: usage (no such file, nothing that FFmpeg knows, no video in it), failed.
  [[nodiscard]] static Result<MovieReader> open(const std::filesystem::path& path,
                                                const std::optional<RawPictures>& raw = std::nullopt);

  // The next picture in the order of presentation, valid until the next call; nullptr after the last.
  // Error: failed (a picture cannot be decoded).
  [[nodiscard]] Result<const AVFrame*> next();
  // Of the last picture, from the movie's first, in ns; nullopt where the movie does not say.
  [[nodiscard]] std::optional<std::int64_t> time_ns() const;

 private:
  MovieReader() = default;
  [[nodiscard]] Result<bool> feed();

  std::filesystem::path path_;
  AvInputPtr container_;
  AvPtr<AVCodecContext> decoder_;
  AvPtr<AVPacket> packet_;
  AvPtr<AVFrame> picture_;
  int stream_ = -1;
  bool fed_all_ = false;
  std::optional<std::int64_t> first_pts_;
  std::optional<std::int64_t> pts_;
};

}  // namespace framespool
