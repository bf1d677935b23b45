// Finding a program as a shell would, and whether a library can be preloaded into it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cache/error.h"

namespace framespool {

// The file that `name` means: itself where it has a slash, else the first in PATH. Errors: usage; `not_executable` is set
// when something of that name is there but cannot be executed.
[[nodiscard]] Result<std::filesystem::path> find_program(const std::string& name, bool& not_executable);

// Why the dynamic linker would load no library of ours into `program`: nullopt when it would, as far as the file tells.
// A script is judged by its interpreter.
[[nodiscard]] std::optional<std::string> why_not_preloadable(const std::filesystem::path& program);

// The library for LD_PRELOAD: FRAMESPOOL_PRELOAD, beside this program, or where it is installed. Error: failed.
[[nodiscard]] Result<std::filesystem::path> preload_library();

}  // namespace framespool
