// Resident memory of this process, from /proc/self/statm.
#pragma once

#include <cstdint>

namespace framespool {

class MemoryMeter {
 public:
  // Looks at most four times a second; between looks it gives what it saw last. 0 where /proc is missing.
  std::uint64_t resident_bytes(std::int64_t now_ns);

 private:
  std::int64_t looked_ns_ = -1;
  std::uint64_t resident_bytes_ = 0;
};

}  // namespace framespool
