#include "encode/internal/png_encoder.h"

#include "encode/internal/png_filter.h"

namespace framespool {
namespace {

constexpr int kDefaultLevel = 4;

}  // namespace

Result<PngEncoder> PngEncoder::create(int level, bool alpha) {
  PngEncoder encoder;
  encoder.deflate_.reset(libdeflate_alloc_compressor(level < 0 ? kDefaultLevel : level));
  if (!encoder.deflate_) return fail(ErrorKind::failed, "PNG compression", "is short of memory");
  encoder.alpha_ = alpha;
  encoder.memory_ = std::make_unique<PngMemory>();
  return encoder;
}

Result<void> PngEncoder::load(const FrameView& frame) {
  const std::size_t channels = alpha_ ? 4 : 3;
  const std::size_t row_bytes = frame.width * channels;
  const std::size_t rows_bytes = png_rows_bytes(frame.width, frame.height, channels);
  // The bound is a little more than the rows; pages that no stream reaches are never touched.
  const std::size_t bound = libdeflate_zlib_compress_bound(deflate_.get(), rows_bytes);
  if (auto room = rows_.ensure("png.rows", rows_bytes); !room) return room;
  if (auto room = scratch_.ensure("png.scratch", png_filter_scratch_bytes(row_bytes)); !room) return room;
  if (auto room = stream_.ensure("png.stream", bound); !room) return room;
  width_ = frame.width;
  height_ = frame.height;
  pack_png_rows(frame, channels, rows_.span());
  return {};
}

void PngEncoder::compress() {
  const std::size_t channels = alpha_ ? 4 : 3;
  filter_png_rows(rows_.span(), width_ * channels, height_, channels, scratch_.span());
  stream_bytes_ =
      libdeflate_zlib_compress(deflate_.get(), rows_.data(), png_rows_bytes(width_, height_, channels),
                               stream_.data(), stream_.capacity());
}

PngWritten PngEncoder::write(int fd) {
  return write_png(fd, {width_, height_, alpha_, {stream_.data(), stream_bytes_}}, *memory_);
}

}  // namespace framespool
