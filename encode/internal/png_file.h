// The container of a PNG picture, written by libpng around a zlib stream that was made elsewhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "cache/frame_buffer.h"

namespace framespool {

// Memory for libpng's own small structures, used over and over: no malloc for each picture.
class PngMemory {
 public:
  // Error: failed, when memory is short.
  [[nodiscard]] static Result<PngMemory> create();
  [[nodiscard]] void* take(std::size_t bytes) noexcept;  // nullptr when it is used up
  void reset() noexcept { used_ = 0; }

 private:
  explicit PngMemory(FrameBuffer block) : block_(std::move(block)) {}
  FrameBuffer block_;
  std::size_t used_ = 0;
};

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
  std::array<char, 128> reason{};  // libpng's words, when not ok
};

// Signature, IHDR, sRGB, IDAT, IEND to `fd`. Never throws, allocates nothing, and leaves `fd` open.
[[nodiscard]] PngWritten write_png(int fd, const PngPicture& picture, PngMemory& memory) noexcept;

}  // namespace framespool
