// One number that is equal for two frames that show the same at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/frame.h"

namespace framespool {

// XXH3-64 over width, height and time (little-endian, 32, 32 and 64 bits) and then the pixels as RGBA, the
// bottom row first, whatever their order in the take. `pixels` holds info.payload_bytes.
[[nodiscard]] std::uint64_t frame_hash(const FrameInfo& info, std::span<const std::byte> pixels);

}  // namespace framespool
