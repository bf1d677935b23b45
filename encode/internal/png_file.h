// The container of a PNG picture, written by libpng around a zlib stream that was made elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/internal/png_jump.h"
#include "encode/internal/png_memory.h"

namespace framespool {

// What stands in the file before the stream: signature, IHDR, sRGB and the head of the first IDAT.
inline constexpr std::size_t kPngLead = 8 + 25 + 13 + 8;

struct PngPicture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool alpha = false;
  std::span<const std::byte> zlib_stream;
  // The kPngLead bytes of memory before the stream, to be written over, or nullptr. Where they begin a page of memory, a
  // large picture goes past the page cache.
  std::byte* lead = nullptr;
};

struct PngWritten {
  std::uint64_t bytes = 0;
  std::uint64_t direct_bytes = 0;  // of these, past the page cache
  int error_number = 0;  // of the failed write(); 0 when all went well or libpng itself refused
  bool ok = false;
  PngReason reason{};  // when not ok
};

// Signature, IHDR, sRGB, IDAT, IEND to `fd`. Never throws, allocates nothing, and leaves `fd` open.
[[nodiscard]] PngWritten write_png(int fd, const PngPicture& picture, PngMemory& memory) noexcept;

}  // namespace framespool
