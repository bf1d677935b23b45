#include "encode/raw_video_sink.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>

#include "encode/internal/av_error.h"
#include "encode/internal/handles.h"
#include "encode/internal/picture_converter.h"
#include "cache/uninterrupted.h"

namespace framespool {
namespace {

class RawVideoSink final : public FrameSink {
 public:
  RawVideoSink(int fd, UniqueFd wake, RawFormat raw_format)
      : fd_(fd), wake_(std::move(wake)), raw_format_(raw_format) {
    struct stat about {};
    regular_file_ = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  }

  Result<void> begin(const SinkFormat& format) override;
  Result<void> write(const FrameView& frame) override;
  Result<SinkSummary> finish() override { return SinkSummary{pictures_.load(), bytes_.load(), "-", notes_}; }
  void abandon() noexcept override { converter_.reset(); }
  void interrupt() noexcept override;
  [[nodiscard]] std::uint64_t pictures_written() const override { return pictures_.load(); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return bytes_.load(); }

 private:
  [[nodiscard]] Result<void> put(const void* data, std::size_t bytes);
  [[nodiscard]] Result<void> put_plane(const AVFrame& picture, int plane, std::size_t row_bytes,
                                       std::uint32_t rows);
  [[nodiscard]] Result<void> wait_for_room();

  const int fd_;
  const UniqueFd wake_;  // readable once interrupted
  const RawFormat raw_format_;
  bool regular_file_ = false;
  SinkFormat format_;
  std::optional<PictureConverter> converter_;
  std::vector<std::string> notes_;
  std::atomic<std::uint64_t> pictures_{0};  // written by the worker, read by any thread
  std::atomic<std::uint64_t> bytes_{0};
};

void RawVideoSink::interrupt() noexcept {
  ::eventfd_write(wake_.get(), 1);
}

Result<void> RawVideoSink::begin(const SinkFormat& format) {
  format_ = format;
  const PictureKind kind = raw_format_ == RawFormat::y4m ? PictureKind::yuv420 : PictureKind::rgb24;
  auto converter = PictureConverter::create(kind, format.width, format.height);
  if (!converter) return tl::unexpected(converter.error());
  converter_ = std::move(*converter);
  if (raw_format_ == RawFormat::rgb24) return {};
  const std::string header =
      fmt::format("YUV4MPEG2 W{} H{} F{}:{} Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=LIMITED\n",
                  format.width, format.height, format.rate.numerator, format.rate.denominator);
  return put(header.data(), header.size());
}

Result<void> RawVideoSink::write(const FrameView& frame) {
  if (notes_.empty() && (frame.width != format_.width || frame.height != format_.height))
    notes_.push_back(
        fmt::format("frames of another size than {}x{} were scaled to fit", format_.width, format_.height));
  const auto converted = converter_->convert(frame);
  if (!converted) return tl::unexpected(converted.error());
  const AVFrame& picture = **converted;
  for (std::uint32_t i = 0; i < frame.repeat; ++i) {
    Result<void> done;
    if (raw_format_ == RawFormat::rgb24) {
      done = put_plane(picture, 0, std::size_t{format_.width} * 3, format_.height);
    } else {
      // An odd edge is part of the chroma planes only.
      const std::uint32_t chroma_width = (format_.width + 1) / 2, chroma_height = (format_.height + 1) / 2;
      done = put("FRAME\n", 6);
      if (done) done = put_plane(picture, 0, format_.width, format_.height);
      if (done) done = put_plane(picture, 1, chroma_width, chroma_height);
      if (done) done = put_plane(picture, 2, chroma_width, chroma_height);
    }
    if (!done) return done;
    pictures_.fetch_add(1);
  }
  return {};
}

Result<void> RawVideoSink::put_plane(const AVFrame& picture, int plane, std::size_t row_bytes,
                                     std::uint32_t rows) {
  const std::uint8_t* row = picture.data[plane];
  const auto stride = static_cast<std::size_t>(picture.linesize[plane]);
  if (stride == row_bytes) return put(row, row_bytes * rows);
  for (std::uint32_t y = 0; y < rows; ++y, row += stride)
    if (auto done = put(row, row_bytes); !done) return done;
  return {};
}

Result<void> RawVideoSink::wait_for_room() {
  while (true) {
    pollfd watched[2] = {{fd_, POLLOUT, 0}, {wake_.get(), POLLIN, 0}};
    const int ready = uninterrupted([&] { return ::poll(watched, 2, -1); });
    if (ready < 0) return tl::unexpected(system_error("standard output", errno));
    if (watched[1].revents != 0) return fail(ErrorKind::cancelled, "standard output", "was cancelled");
    return {};  // writable, or broken, which write() says better
  }
}

Result<void> RawVideoSink::put(const void* data, std::size_t bytes) {
  // After poll() a pipe takes PIPE_BUF bytes without blocking, so that a cancel always gets through; a file
  // never blocks.
  const std::size_t step = regular_file_ ? bytes : PIPE_BUF;
  const auto* at = static_cast<const std::byte*>(data);
  while (bytes > 0) {
    if (auto room = wait_for_room(); !room) return room;
    const ssize_t written = uninterrupted([&] { return ::write(fd_, at, std::min(step, bytes)); });
    if (written < 0 && errno == EAGAIN) continue;
    if (written < 0 && errno == EPIPE)
      return fail(ErrorKind::failed, "standard output", "the program that reads it has gone");
    if (written < 0) return tl::unexpected(system_error("standard output", errno));
    at += written;
    bytes -= static_cast<std::size_t>(written);
    bytes_.fetch_add(static_cast<std::uint64_t>(written));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<FrameSink>> make_raw_video_sink(int fd, const ExportOptions& options) {
  if (::isatty(fd))
    return fail(ErrorKind::usage, "standard output", "is a terminal, which raw video would garble",
                "pipe it into another program");
  if (auto loaded = load_av_libraries(); !loaded) return tl::unexpected(loaded.error());
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC));
  if (!wake) return tl::unexpected(system_error("standard output", errno));
  return std::make_unique<RawVideoSink>(fd, std::move(wake), options.raw_format);
}

}  // namespace framespool
