// Folders and what can be executed in them, for choosing a program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cache/error.h"

namespace framespool {

struct ProgramBrowser {
  struct Entry {
    std::string name;
    bool folder = false;
  };
  std::filesystem::path folder;
  std::vector<Entry> entries;  // folders first, each in order; the first is ".." where there is one above
};

// Hidden files are left out. Error: failed (cannot be read).
[[nodiscard]] Result<ProgramBrowser> browse_programs(const std::filesystem::path& folder);

}  // namespace framespool
