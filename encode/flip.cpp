#include "encode/flip.h"

#include <algorithm>
#include <cstring>

namespace framespool {

void flip_rows(std::span<std::byte> pixels, std::size_t stride_bytes, std::size_t height) {
  // A chunk that stays in the first-level cache: both rows are touched once, with no row-sized temporary.
  std::byte chunk[4096];
  std::byte* top = pixels.data();
  std::byte* bottom = height > 0 ? pixels.data() + stride_bytes * (height - 1) : nullptr;
  for (std::size_t row = 0; row < height / 2; ++row, top += stride_bytes, bottom -= stride_bytes) {
    for (std::size_t at = 0; at < stride_bytes; at += sizeof chunk) {
      const std::size_t count = std::min(sizeof chunk, stride_bytes - at);
      std::memcpy(chunk, top + at, count);
      std::memcpy(top + at, bottom + at, count);
      std::memcpy(bottom + at, chunk, count);
    }
  }
}

}  // namespace framespool
