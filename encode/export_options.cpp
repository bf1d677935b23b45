#include "encode/export_options.h"

#include <fmt/format.h>

namespace framespool {

Result<void> check_options(const ExportOptions& options) {
  const auto refuse = [](std::string what, std::string why) {
    return fail(ErrorKind::usage, std::move(what), std::move(why));
  };
  if (options.range && options.range->first >= options.range->end)
    return refuse(fmt::format("range {}:{}", options.range->first, options.range->end),
                  "holds no frame; A:B runs from A up to, but without, B");
  if (options.fps && (options.fps->numerator <= 0 || options.fps->denominator <= 0 ||
                      options.fps->numerator > 1'000'000'000 || options.fps->denominator > 1'000'000'000))
    return refuse("--fps", "must be a positive rate");
  // Written so that a NaN is refused as well.
  if (!(options.speed >= 0.001 && options.speed <= 1000))
    return refuse("--speed", "must be between 0.001 and 1000");
  if (options.vfr && options.fps)
    return refuse("--vfr", "keeps the time stamps of the take, --fps replaces them: choose one");
  if (options.resume && options.overwrite)
    return refuse("--resume", "keeps the images that are there, --overwrite replaces them: choose one");
  if (options.jobs < 0 || options.jobs > 256) return refuse("--jobs", "must be between 1 and 256");
  if (options.png_level < -1 || options.png_level > 12)
    return refuse("PNG level", "must be between 0 and 12");
  if (!(options.crf >= 0 && options.crf <= 51)) return refuse("--crf", "must be between 0 and 51");
  if (options.bit_depth != 8 && options.bit_depth != 10) return refuse("--bit-depth", "must be 8 or 10");
  if (options.lossless && (options.bit_depth != 8 || options.chroma != Chroma::c420))
    return refuse(options.bit_depth != 8 ? "--bit-depth" : "--chroma",
                  "has no say in a lossless movie, which holds the pixels as they are");
  if (options.strict && options.salvage)
    return refuse("--strict", "stops at the first damaged frame, --salvage leaves it out: choose one");
  return {};
}

}  // namespace framespool
