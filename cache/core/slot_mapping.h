// Where slots are mapped, at both ends, and the large pages behind them. No C++ run-time library.
#pragma once

#include <cstddef>

namespace framespool {

inline constexpr std::size_t kLargePageBytes = std::size_t{2} << 20;

// Private memory, of this `protection`, that begins at a multiple of kLargePageBytes and ends with the page of its last byte.
// nullptr, with errno. To be unmapped by munmap(address, bytes).
[[nodiscard]] void* map_at_large_page(std::size_t bytes, int protection);

// Maps the first `bytes` of a shared memory file for reading and writing, at a multiple of kLargePageBytes: only there
// are its large pages mapped as such. Descriptor -1: memory without a file. nullptr, with errno. To be unmapped by munmap(address, bytes).
[[nodiscard]] void* map_slots(int descriptor, std::size_t bytes);

// Asks the kernel to put large pages behind the first `bytes` of a mapping of `mapping_bytes` by map_slots(), which become
// memory in use. A frame of 8 MB is 2,000 small pages, each of which direct I/O has to look up and pin: 0.5 ms a frame
// instead of 0.1, and twice as long on the way to disk. Where the kernel cannot, all stays as it is.
void use_large_pages(void* mapping, std::size_t mapping_bytes, std::size_t bytes);

}  // namespace framespool
