// Memory for libpng's own structures, used over and over: no malloc for each picture.
#pragma once

#include <png.h>

#include <cstddef>
#include <utility>

#include "cache/frame_buffer.h"

namespace framespool {

class PngMemory {
 public:
  static constexpr std::size_t kForWriting = 32 * 1024;

  // Error: failed, when memory is short.
  [[nodiscard]] static Result<PngMemory> create(std::size_t bytes = kForWriting);
  // At least `bytes`; what was taken is gone. Error: failed.
  [[nodiscard]] Result<void> ensure(std::size_t bytes);
  [[nodiscard]] void* take(std::size_t bytes) noexcept;  // nullptr when it is used up
  void reset() noexcept {
    used_ = 0;
    exhausted_ = false;
  }
  [[nodiscard]] bool exhausted() const { return exhausted_; }  // since the last reset()

  // libpng's callbacks, for a PngMemory as mem_ptr.
  static png_voidp on_malloc(png_structp png, png_alloc_size_t bytes);
  static void on_free(png_structp, png_voidp) {}  // the whole block is reset at once

 private:
  explicit PngMemory(FrameBuffer block) : block_(std::move(block)) {}
  FrameBuffer block_;
  std::size_t used_ = 0;
  bool exhausted_ = false;
};

}  // namespace framespool
