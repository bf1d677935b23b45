#include "encode/internal/png_encoder.h"

#include <algorithm>

#include "cache/ledger.h"

namespace framespool {
namespace {

constexpr std::size_t kScratchAlignment = 64;

// A compressor takes as much as a small frame. The setting is the library's, for the whole process, and must
// stand before the first compressor is made.
void count_deflate_memory() {
  static const bool counted = [] {
    libdeflate_set_memory_allocator(
        [](std::size_t bytes) { return Ledger::instance().allocate("png.deflate", bytes); },
        [](void* block) { Ledger::instance().release(block); });
    return true;
  }();
  static_cast<void>(counted);
}

}  // namespace

Result<PngEncoder> PngEncoder::create(int level, bool alpha, Hold hold) {
  PngEncoder encoder;
  if (level >= 0) {
    count_deflate_memory();
    encoder.deflate_.reset(libdeflate_alloc_compressor(level));
    if (!encoder.deflate_) return fail(ErrorKind::failed, "PNG compression", "is short of memory");
  }
  encoder.alpha_ = alpha;
  encoder.hold_ = hold;
  auto memory = PngMemory::create();
  if (!memory) return tl::unexpected(memory.error());
  encoder.memory_ = std::move(*memory);
  encoder.scratch_ = std::make_unique<ScratchArena>("png.scratch");
  return encoder;
}

Result<void> PngEncoder::make_room(std::size_t rows_bytes) {
  const unsigned channels = alpha_ ? 4 : 3;
  if (hold_ == Hold::copy)
    if (auto room = pixels_.ensure("png.pixels", rows_bytes + png::kRowSlack); !room) return room;
  // The bound is a little more than the rows; pages that no stream reaches are never touched.
  const std::size_t bound = deflate_ ? libdeflate_zlib_compress_bound(deflate_.get(), rows_bytes)
                                     : png::compressed_bound(width_, height_, channels);
  if (auto room = stream_.ensure("png.stream", kPngLead + bound); !room) return room;
  const std::size_t filtered = deflate_ ? rows_bytes + png::kRowSlack : 0;
  scratch_->rebind();
  if (!scratch_->reserve(png::scratch_bytes(width_, channels) + filtered))
    return fail(ErrorKind::failed, "PNG compression", "is short of memory");
  return {};
}

Result<void> PngEncoder::load(const FrameView& frame) {
  const unsigned channels = alpha_ ? 4 : 3;
  const auto layout =
      frame.format == PixelFormat::bgra8 ? png::SourceLayout::bgra8 : png::SourceLayout::rgba8;
  width_ = frame.width;
  height_ = frame.height;
  if (auto room = make_room(png::rows_bytes(width_, height_, channels)); !room) return room;
  if (hold_ == Hold::nothing) {
    compress({frame.pixels.data(), width_, height_, frame.stride_bytes, layout, channels});
    return {};
  }
  const auto* from = reinterpret_cast<const std::uint8_t*>(frame.pixels.data());
  auto* to = reinterpret_cast<std::uint8_t*>(pixels_.data());
  for (std::size_t y = 0; y < height_; ++y)
    png::best_kernels().pack_row(from + y * frame.stride_bytes, width_, layout, channels,
                                 to + y * width_ * channels);
  return {};
}

void PngEncoder::compress() {
  if (hold_ == Hold::nothing) return;
  const auto layout = alpha_ ? png::SourceLayout::rgba8 : png::SourceLayout::rgb8;
  const unsigned channels = alpha_ ? 4 : 3;
  compress({pixels_.data(), width_, height_, std::size_t{width_} * channels, layout, channels});
}

void PngEncoder::compress(const png::ImageView& image) {
  scratch_->rebind();  // any thread may compress, one at a time
  const ScratchArena::Scope frame(*scratch_);
  const auto take = [this](std::size_t bytes) {
    return std::span(static_cast<std::byte*>(scratch_->allocate(bytes, kScratchAlignment)), bytes);
  };
  const std::span<std::byte> working = take(png::scratch_bytes(width_, image.channels));
  if (!deflate_) {
    stream_bytes_ = png::compress(image, working, stream());
    return;
  }
  const std::size_t rows_bytes = png::rows_bytes(width_, height_, image.channels);
  const std::span<std::byte> rows = take(rows_bytes + png::kRowSlack);
  png::filter_rows(image, working, rows);
  stream_bytes_ =
      libdeflate_zlib_compress(deflate_.get(), rows.data(), rows_bytes, stream().data(), stream().size());
}

Result<PngMatch> PngEncoder::match(int fd) {
  const unsigned channels = alpha_ ? 4 : 3;
  const std::size_t bytes = std::size_t{width_} * height_ * channels;
  return matcher_.match(fd, {pixels_.span().first(bytes), width_, height_, channels});
}

PngWritten PngEncoder::write(int fd) {
  return write_png(fd, {width_, height_, alpha_, stream().first(stream_bytes_), stream_.data()}, *memory_);
}

}  // namespace framespool
