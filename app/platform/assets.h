// Where the bundled scenes and icons are.
#pragma once

#include <filesystem>

#include "cache/error.h"

namespace framespool {

// $FRAMESPOOL_ASSETS, else beside the installed program (../share/framespool), else the source tree's assets/.
[[nodiscard]] Result<std::filesystem::path> assets_directory();

}  // namespace framespool
