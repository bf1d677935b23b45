// The take that is written where nobody named one.
#pragma once

#include <filesystem>
#include <string>

#include "cache/error.h"

namespace framespool {

// CACHE/NAME-20250131-235959.fspool, where NAME is the last part of `subject` without its ending. The directory is
// made where it is missing.
[[nodiscard]] Result<std::filesystem::path> default_take_path(const std::string& subject);

}  // namespace framespool
