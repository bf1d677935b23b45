// One slot of a PNG sequence: the packed pixels of one frame and what they are compressed into. Reused for
// every picture; memory grows to the largest frame seen and never beyond.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cache/frame_buffer.h"
#include "cache/scratch_arena.h"
#include "encode/internal/handles.h"
#include "encode/internal/png_compressor.h"
#include "encode/internal/png_file.h"
#include "encode/internal/png_match.h"
#include "encode/sink.h"

namespace framespool {

class PngEncoder {
 public:
  enum class Hold {
    copy,    // load() copies the pixels, compress() works on the copy
    nothing  // load() compresses at once and keeps no copy: for a caller without threads
  };
  // `level`: libdeflate's, over filtered rows; -1 for our own fast compressor. Error: failed, when memory is
  // short.
  [[nodiscard]] static Result<PngEncoder> create(int level, bool alpha, Hold hold = Hold::copy);

  // The view is not needed any more afterwards.
  [[nodiscard]] Result<void> load(const FrameView& frame);
  // Filters and compresses what was loaded. Any thread, one at a time.
  void compress();
  // Whether the file holds the picture that was loaded. Only with Hold::copy. Any thread, one at a time.
  // Error: failed, when memory is short.
  [[nodiscard]] Result<PngMatch> match(int fd);
  [[nodiscard]] int match_error_number() const { return matcher_.error_number(); }
  // Writes the compressed picture, as often as wanted.
  [[nodiscard]] PngWritten write(int fd);

  // What write() writes: the compressed picture and the chunks around it.
  [[nodiscard]] std::size_t file_bytes() const { return stream_bytes_ + kChunkBytes; }

 private:
  // Signature, IHDR, sRGB, IEND and the frame of one IDAT.
  static constexpr std::size_t kChunkBytes = kPngLead + 4 + 12;
  PngEncoder() = default;
  [[nodiscard]] Result<void> make_room(std::size_t rows_bytes);
  void compress(const png::ImageView& image);
  [[nodiscard]] std::span<std::byte> stream() { return stream_.span().subspan(kPngLead); }

  DeflatePtr deflate_;  // none for the fast compressor
  bool alpha_ = false;
  Hold hold_ = Hold::copy;
  std::uint32_t width_ = 0, height_ = 0;
  FrameBuffer pixels_;  // packed, RGB or RGBA
  FrameBuffer stream_;  // the zlib stream, behind room for what stands before it in the file
  // What compress() needs while it runs: a band of rows and what belongs to it; for libdeflate all rows.
  // Drained, and its guards looked at, before the picture can get its name.
  std::unique_ptr<ScratchArena> scratch_;
  std::size_t stream_bytes_ = 0;
  std::optional<PngMemory> memory_;
  PngMatcher matcher_;  // holds nothing until it is used
};

}  // namespace framespool
