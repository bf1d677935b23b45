// FFmpeg's error numbers in a user's words.
#pragma once

#include <string>

#include "cache/error.h"

namespace framespool {

// `doing` is what was tried: "opening the encoder". System errors (no space left) keep their kind.
[[nodiscard]] Error av_failure(std::string what, const char* doing, int av_error);

}  // namespace framespool
