#include "app/platform/assets.h"

#include <cstdlib>
#include <system_error>

namespace framespool {

Result<std::filesystem::path> assets_directory() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (const char* asked = std::getenv("FRAMESPOOL_ASSETS"); asked && *asked) return fs::path(asked);
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (const fs::path& candidate : {program.parent_path().parent_path() / "share" / "framespool",
                                    fs::path(FRAMESPOOL_INSTALLED_ASSETS), fs::path(FRAMESPOOL_SOURCE_ASSETS)})
    if (fs::is_directory(candidate / "scenes", ignored)) return candidate;
  return fail(ErrorKind::failed, "bundled scenes", "their folder was not found",
              "set FRAMESPOOL_ASSETS to the assets folder");
}

}  // namespace framespool
