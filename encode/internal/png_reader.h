// Reads one PNG picture row by row, by libpng.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encode/internal/png_jump.h"
#include "encode/internal/png_memory.h"

namespace framespool {

struct PngHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int bit_depth = 8;
  int colour_type = 0;  // PNG_COLOR_TYPE_*
  bool interlaced = false;
};

// Where the rows go. No function may throw: libpng jumps over all of them.
class PngRows {
 public:
  // How samples come: as they are, 8 bits a sample, or turned into RGBA of 8 bits whatever the file has.
  enum class Form { stored, rgba8 };
  virtual ~PngRows() = default;
  // Once, first. False ends the reading.
  virtual bool header(const PngHeader& header) = 0;
  // Memory for row `y`; an interlaced picture asks for each row several times and wants back what it left
  // there.
  virtual std::byte* place(std::uint32_t y) = 0;
  virtual void done(std::uint32_t y) = 0;  // row `y` is there
};

struct PngRead {
  enum class Outcome {
    whole,
    refused,  // by PngRows::header()
    not_png,  // does not begin as one
    damaged,  // begins as one, but a chunk or its data is cut off or wrong
    failed,   // read() failed, or memory
  };
  Outcome outcome = Outcome::failed;
  int error_number = 0;  // of read(); 0: memory
  PngReason reason{};    // of a damaged one
};

// Reads from the descriptor's position on and leaves it open. Ancillary chunks are passed over.
[[nodiscard]] PngRead read_png(int fd, PngRows& rows, PngRows::Form form, PngMemory& memory) noexcept;

// Memory that reading a picture of this width takes.
[[nodiscard]] constexpr std::size_t png_reading_bytes(std::uint32_t width) {
  // zlib's window and tables, libpng's structures, and its two rows of at most four samples of 16 bits.
  return 192 * 1024 + std::size_t{width} * 8 * 4;
}

}  // namespace framespool
