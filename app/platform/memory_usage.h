// Resident memory of this process, as the kernel counts it.
#pragma once

#include <cstdint>

namespace framespool {

struct MemoryUsage {
  std::uint64_t resident_bytes = 0;  // now
  std::uint64_t peak_bytes = 0;      // since the program started
};
// Zeros where /proc is not mounted. Any thread; allocates nothing.
[[nodiscard]] MemoryUsage memory_usage();

}  // namespace framespool
