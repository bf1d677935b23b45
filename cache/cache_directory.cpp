#include "cache/cache_directory.h"

#include <cstdlib>

namespace framespool {

Result<std::filesystem::path> default_cache_directory() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value != nullptr ? value : "");
  };
  if (auto own = variable("FRAMESPOOL_CACHE"); !own.empty()) return own;
  // The XDG rules: a relative path is to be ignored.
  if (auto xdg = variable("XDG_CACHE_HOME"); xdg.is_absolute()) return xdg / "framespool";
  if (auto home = variable("HOME"); !home.empty()) return home / ".cache" / "framespool";
  return fail(ErrorKind::usage, "cache directory", "neither FRAMESPOOL_CACHE, XDG_CACHE_HOME nor HOME is set",
              "set FRAMESPOOL_CACHE to a folder with room for takes");
}

}  // namespace framespool
