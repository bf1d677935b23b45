// Readback that does not wait for the GPU: three pixel pack buffers, each with a fence. A frame is started in
// one and copied out of it some frames later. Frames in flight may differ in size.
#pragma once

#include "capture/core/frame_grabber.h"
#include "capture/core/readback_ring.h"

namespace framespool {

// As with FrameGrabber the context must be current in every call and in the destructor.
class PackBufferRing {
 public:
  // `grabber` must outlive the ring; its context must have fences.
  explicit PackBufferRing(FrameGrabber& grabber) : grabber_(grabber), gl_(grabber.functions()) {}
  ~PackBufferRing();
  PackBufferRing(const PackBufferRing&) = delete;
  PackBufferRing& operator=(const PackBufferRing&) = delete;

  [[nodiscard]] const ReadbackRing& order() const { return order_; }

  // Begins a readback; not when order().full(). After an error nothing was started.
  [[nodiscard]] GrabStatus start(const GrabSource& source, GrabFormat format, GrabFacts* facts = nullptr);

  // Whether the oldest readback has finished; never blocks. Not when order().empty(), here and below.
  [[nodiscard]] bool oldest_is_ready();
  // Copies the oldest frame into `memory` and frees its entry, also after an error. Waits until it is ready.
  [[nodiscard]] GrabStatus copy_oldest(void* memory, std::size_t bytes);
  void discard_oldest();

  // What the three buffers hold together, for the books. They grow with start() only.
  [[nodiscard]] std::size_t buffer_bytes() const {
    std::size_t bytes = 0;
    for (const Entry& entry : entries_) bytes += entry.capacity;
    return bytes;
  }

 private:
  struct Entry {
    GlName buffer = 0;
    std::size_t capacity = 0;
    std::size_t frame_bytes = 0;
    GlSync fence = nullptr;
  };
  [[nodiscard]] bool make_room(Entry& entry, std::size_t bytes);

  FrameGrabber& grabber_;
  const GlFunctions& gl_;
  ReadbackRing order_;
  Entry entries_[ReadbackRing::kDepth];
};

}  // namespace framespool
