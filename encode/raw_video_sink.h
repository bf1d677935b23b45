// Raw video for another program: YUV4MPEG2 (4:2:0, BT.709, limited range) or bare RGB rows, top to bottom,
// into a descriptor.
#pragma once

#include <memory>

#include "encode/export_options.h"
#include "encode/sink.h"

namespace framespool {

// `fd` is borrowed (standard output). A reader that went away is an error: the program must ignore SIGPIPE.
[[nodiscard]] Result<std::unique_ptr<FrameSink>> make_raw_video_sink(int fd, const ExportOptions& options);

}  // namespace framespool
