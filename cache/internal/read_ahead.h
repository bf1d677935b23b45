// Keeps the page cache as it was found while a take is read. A take that is not cached: asks for the next two
// frames, drops the one before. One that is, all of it, is left alone: dropping it would cost the next reader
// a disk read, and this one the system time of 2000 pages a frame.
#pragma once

#include <cstdint>

#include "cache/internal/file.h"

namespace framespool {

class ReadAhead {
 public:
  // Before frame `number` at [offset, offset + bytes) is read. `limit` is where the file's blocks end.
  void before(const File& file, std::uint64_t number, std::uint64_t offset, std::uint64_t bytes,
              std::uint64_t limit);
  // After the last read, or before the reader goes.
  void drop(const File& file);

 private:
  bool looked_ = false;              // whether the file was cached when reading began
  std::uint64_t cached_before_ = 0;  // up to here it was
  std::uint64_t next_number_ = 0;
  std::uint64_t cached_begin_ = 0;  // what we brought into the page cache
  std::uint64_t cached_end_ = 0;
};

}  // namespace framespool
