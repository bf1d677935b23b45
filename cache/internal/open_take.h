// Opening a take for reading: which file is one, and what it says about itself.
#pragma once

#include <filesystem>

#include "cache/internal/take_pages.h"
#include "cache/take_info.h"

namespace framespool {

struct OpenedTake {
  TakePages pages;
  TakeInfo info;
  bool header_damaged = false;  // the facts come from a record
  bool being_recorded = false;  // a writer held its lock
};

// Errors: usage (missing, empty, not a take, newer version, being removed), damaged (no facts left), failed.
[[nodiscard]] Result<OpenedTake> open_take(const std::filesystem::path& path);

// Whether a file shorter than a page is the beginning of a take: nothing can be read of it, but it is ours to remove.
[[nodiscard]] bool begins_as_take(TakePages& pages);

}  // namespace framespool
