// A movie: H.264 through libx264 in MP4, MOV or MKV.
//   lossy:     4:2:0, BT.709, limited range; odd sizes are padded to even
//   lossless:  the RGB pixels themselves, exact, any size
#pragma once

#include <filesystem>
#include <memory>

#include "encode/export_options.h"
#include "encode/sink.h"

namespace framespool {

// Checks the encoder and its settings and that the movie does not stand yet, before anything is read. The
// container goes by the file's ending. Errors: usage (the movie exists, unknown codec or preset), failed
// (libx264 is missing, a folder that cannot be written).
[[nodiscard]] Result<std::unique_ptr<FrameSink>> make_movie_sink(const std::filesystem::path& path,
                                                                 const ExportOptions& options);

}  // namespace framespool
