// One read that goes on while its caller does something else: a thread that fills a block of fixed size.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>

#include "cache/frame_buffer.h"
#include "cache/internal/file.h"

namespace framespool {

class StagedRead {
 public:
  // A whole frame at 1080p; of larger ones the beginning, which is read while the frame before is flipped and
  // handed on.
  static constexpr std::size_t kMostBytes = std::size_t{8} << 20;

  StagedRead() = default;
  ~StagedRead() { stop(); }
  StagedRead(const StagedRead&) = delete;
  StagedRead& operator=(const StagedRead&) = delete;

  // Begins to read up to `bytes` bytes from `offset`, after what it was reading before. Both are multiples of a
  // page; `file` must live until stop(). Without memory nothing is read.
  void begin(const File& file, std::uint64_t offset, std::size_t bytes);
  // Waits for what was begun and copies it when it was begun at `offset`. How many bytes, a multiple of a page; 0
  // when there is nothing for `offset`, or reading it failed.
  [[nodiscard]] std::size_t take(std::uint64_t offset, std::span<std::byte> into);
  // Waits for the thread's end.
  void stop();

 private:
  void run(const std::stop_token& stop);

  FrameBuffer block_;  // the thread's while reading_, else the caller's
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool reading_ = false;         // guarded by mutex_, as are the next four
  const File* file_ = nullptr;
  std::uint64_t offset_ = 0;
  std::size_t wanted_ = 0;
  std::size_t read_ = 0;  // of block_, for offset_
  std::jthread thread_;   // started by the first begin()
};

}  // namespace framespool
