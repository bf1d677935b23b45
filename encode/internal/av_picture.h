// Pictures for libavcodec whose pixels come from the ledger.
#pragma once

#include <cstdint>

#include "cache/error.h"
#include "encode/internal/av_handles.h"

namespace framespool {

// One reference-counted picture; its contents are not defined. An encoder may keep a reference for as long as
// it likes: the block goes back to the ledger (tag export.picture) with the last of them, on whatever thread
// that happens. Error: failed, when memory is short.
[[nodiscard]] Result<AvPtr<AVFrame>> make_av_picture(AVPixelFormat format, std::uint32_t width,
                                                     std::uint32_t height);

}  // namespace framespool
