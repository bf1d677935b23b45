#include "cache/frame_buffer.h"

#include <fmt/format.h>

#include <new>

#include "cache/internal/take_layout.h"

namespace framespool {

void FrameBuffer::Release::operator()(std::byte* block) const noexcept {
  ::operator delete(block, bytes, std::align_val_t{layout::kPage});
}

Result<FrameBuffer> FrameBuffer::allocate(const char* tag, std::size_t bytes) {
  FrameBuffer buffer;
  if (auto room = buffer.ensure(tag, bytes); !room) return tl::unexpected(room.error());
  return buffer;
}

Result<void> FrameBuffer::ensure(const char* tag, std::size_t bytes) {
  if (bytes <= capacity()) return {};
  const std::size_t whole = layout::round_up_to_page(bytes);
  // nothrow: a frame may be gigabytes, and running out of memory is then an ordinary error.
  auto* block = static_cast<std::byte*>(::operator new(whole, std::align_val_t{layout::kPage}, std::nothrow));
  if (block == nullptr)
    return fail(ErrorKind::failed, tag, fmt::format("no memory for {} bytes", whole));
  block_ = std::unique_ptr<std::byte[], Release>(block, Release{whole});
  return {};
}

}  // namespace framespool
