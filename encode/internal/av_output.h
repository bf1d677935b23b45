// FFmpeg's output into a file descriptor of ours: so that the first error of the system is kept word for
// word, bytes are counted, and the same descriptor can be flushed before the rename.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "cache/error.h"
#include "encode/internal/av_handles.h"

namespace framespool {

class AvOutput {
 public:
  // `fd` is borrowed, seekable, and must outlive the output.
  [[nodiscard]] static Result<std::unique_ptr<AvOutput>> create(int fd);

  ~AvOutput();
  AvOutput(const AvOutput&) = delete;
  AvOutput& operator=(const AvOutput&) = delete;

  [[nodiscard]] AVIOContext* context() { return context_.get(); }
  [[nodiscard]] int error_number() const {
    return error_number_;
  }  // of the first failed write or seek; 0: none
  [[nodiscard]] std::uint64_t bytes() const {
    return bytes_.load();
  }  // length of the file so far. Any thread

 private:
  explicit AvOutput(int fd) : fd_(fd) {}
  static int on_write(void* self, std::uint8_t* data, int bytes);
  static std::int64_t on_seek(void* self, std::int64_t offset, int whence);

  int fd_;
  bool booked_ = false;  // its buffer, in the ledger
  int error_number_ = 0;
  std::int64_t position_ = 0;
  std::int64_t written_back_ = 0;  // up to here the kernel was asked to write
  std::atomic<std::uint64_t> bytes_{0};
  AvPtr<AVIOContext> context_;
};

}  // namespace framespool
