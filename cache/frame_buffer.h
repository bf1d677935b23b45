// A page-aligned block of memory for one frame. Every frame-sized block of the program is one of these
// (or lives in a SlotRing), so that there is one place to count them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "cache/error.h"

namespace framespool {

// In large ones the kernel hands memory to the device and to the program in hundreds at once (512, of 4 KB); blocks of less than
// one have none.
enum class PageSize { usual, large };

class FrameBuffer {
 public:
  FrameBuffer() = default;  // empty, capacity 0

  // `tag` names the owner in reports ("export.frame") and must be a string literal.
  // Error: failed, when memory is short.
  [[nodiscard]] static Result<FrameBuffer> allocate(const char* tag, std::size_t bytes);

  // Makes room for `bytes`, keeping the block when it is large enough. The contents are lost when it
  // grows. After an error the buffer is as before.
  [[nodiscard]] Result<void> ensure(const char* tag, std::size_t bytes, PageSize pages = PageSize::usual);

  [[nodiscard]] std::byte* data() { return block_.get(); }
  [[nodiscard]] const std::byte* data() const { return block_.get(); }
  [[nodiscard]] std::size_t capacity() const { return block_ ? block_.get_deleter().bytes : 0; }
  [[nodiscard]] std::span<std::byte> span() { return {block_.get(), capacity()}; }

 private:
  struct Release {
    std::size_t bytes;
    void operator()(std::byte* block) const noexcept;
  };
  std::unique_ptr<std::byte[], Release> block_;
};

}  // namespace framespool
