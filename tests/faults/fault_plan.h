// What the fault trials and the library preloaded into the program agree on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace framespool::faults {

enum class Call { open, pwrite, write, pread, fallocate, flush, truncate, rename, mmap, malloc, egl, map_buffer };
inline constexpr std::array kCallNames{"open",     "pwrite", "write", "pread",  "fallocate", "flush",
                                       "truncate", "rename", "mmap",  "malloc", "egl",       "map_buffer"};

// In a file that both map: how often each call was made, and how often one was made to fail.
struct Counts {
  std::array<std::atomic<std::uint64_t>, kCallNames.size()> calls{};
  std::atomic<std::uint64_t> hits{0};
};

[[nodiscard]] inline int call_of(std::string_view name) {
  for (std::size_t i = 0; i < kCallNames.size(); ++i)
    if (name == kCallNames[i]) return static_cast<int>(i);
  return -1;
}

}  // namespace framespool::faults
