// Whether a PNG file that stands in a folder is the picture that would be written there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "cache/frame_buffer.h"
#include "encode/internal/png_memory.h"

namespace framespool {

struct PackedPicture {
  std::span<const std::byte> pixels;  // RGB or RGBA, rows without gaps
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned channels = 3;
};

enum class PngMatch {
  same,     // decodes to exactly these pixels in exactly this form, to its last chunk
  broken,   // the beginning of this picture, or nothing at all: cut off, empty, zeros after a power cut
  other,    // anything else: it may be somebody's
  unknown,  // it cannot be read
};

class PngMatcher {
 public:
  // Decodes the file and compares; `fd` stays open. Memory: one row and what libpng needs, kept for the next.
  // Error: failed, when memory is short.
  [[nodiscard]] Result<PngMatch> match(int fd, const PackedPicture& picture);
  [[nodiscard]] int error_number() const { return error_number_; }  // why unknown

 private:
  std::optional<PngMemory> memory_;
  FrameBuffer row_;
  int error_number_ = 0;
};

}  // namespace framespool
