// A folder of PNG pictures: RGB, or RGBA when alpha is asked for, exactly the captured pixels, with an sRGB
// chunk.
//
//   worker --pack--> slot 0..N-1 --filter, deflate, write beside (N threads)--> renamed in the order of the
//   numbers
//
// With one job there is one slot and no thread: the worker does it all. The bytes are the same for every N.
#pragma once

#include <memory>

#include "encode/export_options.h"
#include "encode/output_target.h"
#include "encode/sink.h"

namespace framespool {

// Checks what stands in the folder. Errors: usage (the folder holds pictures of this name, or is a file; its
// parent does not exist), failed. With options.overwrite the old sequence is removed when the first new
// picture is whole, so that a sequence never mixes old pictures and new ones. With options.range only the
// pictures of the range are looked at and replaced.
//
// With options.resume a picture that is there is decoded and compared with the frame that belongs under its
// name. The same pixels: it is kept. The beginning of them, an empty file, zeros (what a power cut leaves):
// it is made again. Anything else may be somebody's: error usage, and nothing of it is changed.
[[nodiscard]] Result<std::unique_ptr<FrameSink>> make_png_sequence_sink(const OutputTarget& target,
                                                                        const ExportOptions& options);

}  // namespace framespool
