// The way from OpenGL into a slot that one recording uses: read directly, or through the ring.
#pragma once

#include <optional>
#include <span>

#include "cache/frame.h"
#include "capture/core/pack_buffer_ring.h"
#include "capture/recorder.h"

namespace framespool {

class ReadbackPath {
 public:
  // Asks the current context what it can do. Nothing is read yet.
  explicit ReadbackPath(Readback wanted);
  ~ReadbackPath();
  ReadbackPath(const ReadbackPath&) = delete;
  ReadbackPath& operator=(const ReadbackPath&) = delete;

  // Reads `source` a few times into `memory` and settles the pixel format. Error: what OpenGL said.
  [[nodiscard]] GrabStatus choose_format(PixelChoice wanted, const GrabSource& source,
                                         std::span<std::byte> memory);

  [[nodiscard]] bool is_ring() const { return ring_.has_value(); }
  [[nodiscard]] PixelFormat format() const;
  [[nodiscard]] const char* name() const;  // "direct, RGBA"; lives for ever

  [[nodiscard]] GrabStatus read(const GrabSource& source, std::span<std::byte> memory, GrabFacts& facts) {
    return grabber_.read(source, format_, memory.data(), memory.size(), &facts);
  }
  // Only when is_ring().
  [[nodiscard]] PackBufferRing& ring() { return *ring_; }
  [[nodiscard]] GrabStatus start(const GrabSource& source, GrabFacts& facts) {
    const GrabStatus status = ring_->start(source, format_, &facts);
    book_ring();
    return status;
  }

 private:
  // The shortest of a few reads in nanoseconds; the status of the one that failed.
  [[nodiscard]] GrabStatus time_reads(GrabFormat format, const GrabSource& source,
                                      std::span<std::byte> memory, std::int64_t& shortest_ns);

  // The driver's memory for the pixel pack buffers stands in the ledger as capture.readback.
  void book_ring();

  FrameGrabber grabber_;
  std::size_t booked_bytes_ = 0;
  std::optional<PackBufferRing> ring_;
  GrabFormat format_ = GrabFormat::rgba;
};

}  // namespace framespool
