// Where takes live and what is there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cache/error.h"
#include "cache/take_info.h"

namespace framespool {

// $FRAMESPOOL_CACHE, else $XDG_CACHE_HOME/framespool, else ~/.cache/framespool. Not created.
[[nodiscard]] Result<std::filesystem::path> default_cache_directory();

struct FileSystemInfo {
  std::uint64_t free_bytes = 0;  // to this user
  std::uint64_t total_bytes = 0;
  bool in_memory = false;  // tmpfs, ramfs: a cache there eats RAM
  std::string type_name;   // "ext4", "tmpfs", ...
};
// Of the file system that holds `path` or its nearest existing parent.
[[nodiscard]] Result<FileSystemInfo> file_system_info(const std::filesystem::path& path);

// The default reserve: smaller of max(256 MB, 2 s of video) and 5 % of the file system.
[[nodiscard]] std::uint64_t default_reserve(const FileSystemInfo& info, std::uint64_t bytes_per_second);

struct TakeListing {
  std::filesystem::path path;
  std::uint64_t bytes = 0;  // occupied on disk
  std::int64_t modified_unix_ns = 0;
  TakeState state = TakeState::complete;
  std::uint64_t frames = 0;
  std::uint32_t width = 0, height = 0;  // of the first frame
  Rational rate;
  std::int64_t duration_ns = 0;
  std::uint64_t dropped = 0;
  std::string problem;  // non-empty when the file cannot be opened as a take
};
// Newest first; files ending in .fspool. A missing directory is an empty list.
[[nodiscard]] Result<std::vector<TakeListing>> list_takes(const std::filesystem::path& directory);

// Errors: usage (missing, not a take, in use by a writer or reader), failed.
[[nodiscard]] Result<void> remove_take(const std::filesystem::path& path);

}  // namespace framespool
