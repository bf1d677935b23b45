#include "encode/internal/av_picture.h"

#include "cache/ledger.h"
#include "encode/internal/av_error.h"

namespace framespool {
namespace {

constexpr int kAlign = 64;               // of every row, for the widest vectors
constexpr std::size_t kBehind = 4 * 64;  // swscale may write a few vectors past the last row

struct BufferRelease {
  void operator()(AVBufferRef* buffer) const noexcept { av_buffer_unref(&buffer); }
};
using AvBufferPtr = std::unique_ptr<AVBufferRef, BufferRelease>;

void give_back(void*, std::uint8_t* block) {
  Ledger::instance().release(block);
}

AvBufferPtr make_buffer(std::size_t bytes) {
  auto& ledger = Ledger::instance();
  auto* const block = static_cast<std::uint8_t*>(ledger.allocate("export.picture", bytes, kAlign));
  if (!block) return nullptr;
  AvBufferPtr buffer(av_buffer_create(block, bytes, give_back, nullptr, 0));
  if (!buffer) ledger.release(block);
  return buffer;
}

}  // namespace

Result<AvPtr<AVFrame>> make_av_picture(AVPixelFormat format, std::uint32_t width, std::uint32_t height) {
  AvPtr<AVFrame> picture(av_frame_alloc());
  if (!picture) return fail(ErrorKind::failed, "colour conversion", "is short of memory");
  picture->format = format;
  picture->width = static_cast<int>(width);
  picture->height = static_cast<int>(height);
  const int bytes = av_image_get_buffer_size(format, picture->width, picture->height, kAlign);
  if (bytes < 0) return tl::unexpected(av_failure("colour conversion", "allocating a picture", bytes));
  picture->buf[0] = make_buffer(static_cast<std::size_t>(bytes) + kBehind).release();
  if (!picture->buf[0]) return fail(ErrorKind::failed, "colour conversion", "is short of memory");
  const int filled = av_image_fill_arrays(picture->data, picture->linesize, picture->buf[0]->data, format,
                                          picture->width, picture->height, kAlign);
  if (filled < 0) return tl::unexpected(av_failure("colour conversion", "allocating a picture", filled));
  picture->extended_data = picture->data;
  return picture;
}

}  // namespace framespool
