// The container of a PNG picture, written by libpng around a zlib stream that was made elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/internal/png_jump.h"
#include "encode/internal/png_memory.h"

namespace framespool {

struct PngPicture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool alpha = false;
  std::span<const std::byte> zlib_stream;
};

struct PngWritten {
  std::uint64_t bytes = 0;
  int error_number = 0;  // of the failed write(); 0 when all went well or libpng itself refused
  bool ok = false;
  PngReason reason{};  // when not ok
};

// Signature, IHDR, sRGB, IDAT, IEND to `fd`. Never throws, allocates nothing, and leaves `fd` open.
[[nodiscard]] PngWritten write_png(int fd, const PngPicture& picture, PngMemory& memory) noexcept;

}  // namespace framespool
