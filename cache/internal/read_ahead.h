// Keeps the page cache small while a take is read: asks for the next two frames, drops the one before.
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
  std::uint64_t next_number_ = 0;
  std::uint64_t cached_begin_ = 0;  // what we brought into the page cache
  std::uint64_t cached_end_ = 0;
};

}  // namespace framespool
