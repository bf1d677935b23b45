#include "encode/internal/av_error.h"

#include <fmt/format.h>

#include "encode/internal/av_library.h"

namespace framespool {

Error av_failure(std::string what, const char* doing, int av_error) {
  // FFmpeg's numbers for system errors are the negated errno; its own are far below.
  if (const int system_number = AVUNERROR(av_error); system_number > 0 && system_number < 4096)
    return system_error(what, system_number);
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(av_error, text, sizeof text);
  return {ErrorKind::failed, std::move(what), fmt::format("{} failed: {}", doing, text), {}};
}

}  // namespace framespool
