// Reading through the page cache with a bounded share of it: a few megabytes ahead, nothing behind.
#pragma once

#include <cstdint>
#include <span>

#include "cache/internal/file.h"
#include "cache/internal/take_pages.h"

namespace framespool {

class ReadAhead {
 public:
  // Reads from `at`, asking for what follows up to `limit`. False, with errno, when it cannot be read.
  [[nodiscard]] bool read(TakePages& pages, std::uint64_t at, std::span<std::byte> into, std::uint64_t limit);
  // After the last read, or before the file goes.
  void drop(const File& file);

 private:
  void move_to(const File& file, std::uint64_t at, std::uint64_t end, std::uint64_t limit);

  std::uint64_t cached_begin_ = 0;  // what we brought into the page cache
  std::uint64_t cached_end_ = 0;
};

// posix_fadvise() for [begin, end).
void advise(const File& file, std::uint64_t begin, std::uint64_t end, int advice);
// Whether the first `bytes` bytes of the file are in the page cache, by samples.
[[nodiscard]] bool is_all_cached(const File& file, std::uint64_t bytes);

}  // namespace framespool
