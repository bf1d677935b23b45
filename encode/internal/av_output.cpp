#include "encode/internal/av_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "cache/ledger.h"
#include "cache/uninterrupted.h"

namespace framespool {

Result<std::unique_ptr<AvOutput>> AvOutput::create(int fd) {
  constexpr int kBuffer = 256 * 1024;
  std::unique_ptr<AvOutput> output(new AvOutput(fd));
  AvMemoryPtr buffer(static_cast<std::uint8_t*>(av_malloc(kBuffer)));
  if (buffer)
    output->context_.reset(
        avio_alloc_context(buffer.get(), kBuffer, 1, output.get(), nullptr, on_write, on_seek));
  if (!output->context_) return fail(ErrorKind::failed, "movie", "is short of memory");
  static_cast<void>(buffer.release());  // the context's from here on
  // FFmpeg wants to free it itself, so that it cannot come from the ledger: it only stands in it.
  Ledger::instance().adopt("movie.output", output.get(), kBuffer);
  output->booked_ = true;
  return output;
}

AvOutput::~AvOutput() {
  if (booked_) Ledger::instance().forget(this);
}

int AvOutput::on_write(void* self, std::uint8_t* data, int bytes) {
  AvOutput& output = *static_cast<AvOutput*>(self);
  if (output.error_number_ != 0) return AVERROR(output.error_number_);
  for (int done = 0; done < bytes;) {
    const ssize_t written = uninterrupted([&] {
      return ::pwrite(output.fd_, data + done, static_cast<std::size_t>(bytes - done), output.position_);
    });
    if (written <= 0) {
      output.error_number_ = written < 0 ? errno : ENOSPC;
      return AVERROR(output.error_number_);
    }
    done += static_cast<int>(written);
    output.position_ += written;
  }
  // Written back as it comes, so that the flush at the end of a large movie has little left to wait for.
  constexpr std::int64_t kWriteBack = 8 << 20;
  if (output.position_ - output.written_back_ >= kWriteBack) {
    ::sync_file_range(output.fd_, output.written_back_, output.position_ - output.written_back_,
                      SYNC_FILE_RANGE_WRITE);
    output.written_back_ = output.position_;
  }
  output.bytes_.store(std::max(output.bytes_.load(), static_cast<std::uint64_t>(output.position_)));
  return bytes;
}

std::int64_t AvOutput::on_seek(void* self, std::int64_t offset, int whence) {
  AvOutput& output = *static_cast<AvOutput*>(self);
  switch (whence) {
    case SEEK_SET:
      return output.position_ = offset;
    case SEEK_CUR:
      return output.position_ += offset;
    case SEEK_END:
      return output.position_ = static_cast<std::int64_t>(output.bytes_.load()) + offset;
    case AVSEEK_SIZE:
      return static_cast<std::int64_t>(output.bytes_.load());
    default:
      return AVERROR(EINVAL);
  }
}

}  // namespace framespool
