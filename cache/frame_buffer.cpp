#include "cache/frame_buffer.h"

#include <fmt/format.h>

#include "cache/core/slot_mapping.h"
#include "cache/internal/take_layout.h"
#include "cache/ledger.h"

namespace framespool {

void FrameBuffer::Release::operator()(std::byte* block) const noexcept {
  Ledger::instance().release(block);
}

Result<FrameBuffer> FrameBuffer::allocate(const char* tag, std::size_t bytes) {
  FrameBuffer buffer;
  if (auto room = buffer.ensure(tag, bytes); !room) return tl::unexpected(room.error());
  return buffer;
}

Result<void> FrameBuffer::ensure(const char* tag, std::size_t bytes, PageSize pages) {
  if (bytes <= capacity()) return {};
  const std::size_t whole = layout::round_up_to_page(bytes);
  const bool large = pages == PageSize::large && whole >= kLargePageBytes;
  // A frame may be gigabytes: running out of memory is an ordinary error here.
  auto* block =
      static_cast<std::byte*>(Ledger::instance().allocate(tag, whole, large ? kLargePageBytes : layout::kPage));
  if (block == nullptr)
    return fail(ErrorKind::failed, tag, fmt::format("no memory for {} bytes", whole));
  block_ = std::unique_ptr<std::byte[], Release>(block, Release{whole});
  return {};
}

}  // namespace framespool
