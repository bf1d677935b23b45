// Checks a payload without holding it: in pieces through a small buffer.
#pragma once

#include <cstdint>

#include "cache/internal/blocks.h"
#include "cache/internal/take_pages.h"

namespace framespool {

// Whether the payload of the record at `offset` can be read and has the checksum its header gives.
[[nodiscard]] bool payload_is_whole(TakePages& pages, std::uint64_t offset, const FrameRecord& frame);

}  // namespace framespool
