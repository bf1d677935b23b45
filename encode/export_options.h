// What a user can ask of an export, for every kind of output. The command line and the window fill the same
// struct.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cache/frame.h"

namespace framespool {

struct FrameRange {  // half-open, from 0
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

enum class RawFormat { y4m, rgb24 };  // of OUTPUT "-"

// fast: many times as fast as the ffmpeg program, files about as large as its; small: no slower than it.
enum class PngEffort { fast, small };

// Of movies: colour at every second pixel across and down, or at every pixel.
enum class Chroma { c420, c444 };

struct ExportOptions {
  std::optional<FrameRange> range;
  std::optional<Rational> fps;  // changes the rate, keeps the duration
  double speed = 1.0;           // changes the duration; 0.001 to 1000, taken to six decimals
  bool vfr = false;             // movies of real-time takes keep their stamps
  bool overwrite = false;
  bool resume = false;  // PNG: keep the images that are there and right, make the others
  bool alpha = false;   // PNG: keep the alpha channel
  int jobs = 0;         // PNG: threads that compress; 0: the cores, at most 4
  PngEffort png_effort = PngEffort::fast;
  int png_level = -1;  // libdeflate's level 0..12, for measurements; -1: what the effort says
  double crf = 18;     // H.264, 0..51
  std::string preset = "veryfast";
  std::string codec = "libx264";
  bool lossless = false;  // RGB, exact
  int bit_depth = 8;      // of H.264 in YUV: 8, or 10 (its High 10 profile) for smooth gradients
  Chroma chroma = Chroma::c420;
  RawFormat raw_format = RawFormat::y4m;
  bool follow = false;   // of a take that is still being recorded, wait for the frames to come
  bool salvage = false;  // skip damaged frames instead of stopping at the first
  bool strict = false;   // any damage, a torn end too, a dropped frame and one of another size are errors
};

// Error: usage, for a value out of range or two options that exclude each other.
[[nodiscard]] Result<void> check_options(const ExportOptions& options);

}  // namespace framespool
