#include "encode/internal/png_memory.h"

namespace framespool {

Result<PngMemory> PngMemory::create(std::size_t bytes) {
  auto block = FrameBuffer::allocate("png.libpng", bytes);
  if (!block) return tl::unexpected(block.error());
  return PngMemory(std::move(*block));
}

Result<void> PngMemory::ensure(std::size_t bytes) {
  reset();
  return block_.ensure("png.libpng", bytes);
}

void* PngMemory::take(std::size_t bytes) noexcept {
  constexpr std::size_t kAlign = alignof(std::max_align_t);
  const std::size_t left = block_.capacity() - used_;
  const std::size_t padded = (bytes + kAlign - 1) / kAlign * kAlign;
  if (bytes > left || padded > left) {
    exhausted_ = true;
    return nullptr;
  }
  void* const block = block_.data() + used_;
  used_ += padded;
  return block;
}

png_voidp PngMemory::on_malloc(png_structp png, png_alloc_size_t bytes) {
  return static_cast<PngMemory*>(png_get_mem_ptr(png))->take(bytes);
}

}  // namespace framespool
