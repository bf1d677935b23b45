// FFmpeg's error numbers in a user's words.
#pragma once

#include <string>

#include "cache/error.h"

namespace framespool {

// `doing` is what was tried: "opening the encoder". System errors (no space left) keep their kind.
[[nodiscard]] Error av_failure(std::string what, const char* doing, int av_error);

// FFmpeg prints to standard error by itself; only app/ prints here. Errors of x264 and the muxers reach the
// user as values.
void silence_av_log();

}  // namespace framespool
