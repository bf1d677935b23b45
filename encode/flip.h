// Turning a frame upside down without a second frame.
#pragma once

#include <cstddef>
#include <span>

namespace framespool {

// Swaps row k with row height-1-k, in place, for every k below height/2; the middle row of an odd height
// stays. `pixels` holds at least stride_bytes * height bytes. Heights 0 and 1 change nothing. Pure: touches
// nothing else.
void flip_rows(std::span<std::byte> pixels, std::size_t stride_bytes, std::size_t height);

}  // namespace framespool
