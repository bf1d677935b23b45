// One slot of a PNG sequence: the packed rows of one frame and what they are compressed into. Reused for
// every picture; memory grows to the largest frame seen and never beyond.
#pragma once

#include <cstdint>

#include "cache/frame_buffer.h"
#include "encode/internal/handles.h"
#include "encode/internal/png_file.h"
#include "encode/sink.h"

namespace framespool {

class PngEncoder {
 public:
  // `level` as in ExportOptions::png_level. Error: failed, when memory is short.
  [[nodiscard]] static Result<PngEncoder> create(int level, bool alpha);

  // Copies the frame's pixels. The view is not needed any more afterwards.
  [[nodiscard]] Result<void> load(const FrameView& frame);
  // Filters and compresses what was loaded; the rows are used up. Any thread, one at a time.
  void compress();
  // Writes the compressed picture, as often as wanted.
  [[nodiscard]] PngWritten write(int fd);

 private:
  PngEncoder() = default;

  DeflatePtr deflate_;
  bool alpha_ = false;
  std::uint32_t width_ = 0, height_ = 0;
  FrameBuffer rows_;     // filter byte and packed pixels of every row
  FrameBuffer scratch_;  // a few rows: candidates of the filters
  FrameBuffer stream_;   // the zlib stream
  std::size_t stream_bytes_ = 0;
  std::unique_ptr<PngMemory> memory_;
};

}  // namespace framespool
