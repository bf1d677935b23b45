// Reads a stretch of a file in order, ahead of its caller: a thread that fills a ring of fixed size while the caller does
// something else with what it took before.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>

#include "cache/core/slot_mapping.h"
#include "cache/frame_buffer.h"
#include "cache/internal/file.h"

namespace framespool {

class StreamAhead {
 public:
  // A read asks for at least this, a large page: the device takes that as one request, where 512 small pages are several.
  static constexpr std::size_t kLeastRead = kLargePageBytes;
  // And for at most this: the thread wakes up twice for a frame of 1080p, which on busy cores takes its time.
  static constexpr std::size_t kMostRead = 4 * kLargePageBytes;
  // However large frames are: one of 3840x2160.
  static constexpr std::size_t kMostBytes = 16 * kLargePageBytes;

  StreamAhead() = default;
  ~StreamAhead() { stop(); }
  StreamAhead(const StreamAhead&) = delete;
  StreamAhead& operator=(const StreamAhead&) = delete;

  // Reads from `offset` on up to `limit`, both multiples of a page, and stays up to `ahead` bytes (at most kMostBytes) in
  // front of what was taken. Where it is reading there already it goes on. `file` must live until stop(). Without memory
  // nothing is read.
  void follow(const File& file, std::uint64_t offset, std::uint64_t limit, std::uint64_t ahead);
  // Waits for what stands from `offset` on and copies it; what stands before its end is given up. How many bytes: fewer than
  // asked for, at the end a whole page, where the stretch ends or cannot be read, 0 for an offset that was given up or
  // never asked for.
  [[nodiscard]] std::size_t take(std::uint64_t offset, std::span<std::byte> into);
  // Waits for the thread's end; nothing is left to take.
  void stop();

 private:
  void run(const std::stop_token& stop);
  // With mutex_ held. How much is to be read now; 0: nothing, or there is no room.
  [[nodiscard]] std::size_t next_read() const;
  // From where `offset` stands in the ring to the ring's end.
  [[nodiscard]] std::span<std::byte> place(std::uint64_t offset);

  FrameBuffer ring_;            // [begin_, end_) is the caller's, what follows the thread's while reading_
  std::size_t ring_bytes_ = 0;  // whole large pages
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool reading_ = false;         // guarded by mutex_, as are the next six
  bool failed_ = false;          // at end_
  const File* file_ = nullptr;
  std::uint64_t origin_ = 0;     // of the file: stands at the ring's beginning
  std::uint64_t begin_ = 0;      // not taken yet
  std::uint64_t end_ = 0;        // not read yet
  std::uint64_t limit_ = 0;
  std::jthread thread_;  // started by the first follow()
};

}  // namespace framespool
