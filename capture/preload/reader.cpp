#include "capture/preload/reader.h"

#include <new>

namespace framespool::preload {

void FormatTrial::count(GrabFormat format, std::int64_t took_ns) {
  if (is_over()) return;
  std::int64_t& shortest = shortest_ns_[format == GrabFormat::rgba ? 0 : 1];
  if (shortest == 0 || took_ns < shortest) shortest = took_ns;
  // RGBA is what people expect to find in a take: the other must be clearly faster.
  if (++reads_ == kReads)
    best_ = shortest_ns_[1] < shortest_ns_[0] - shortest_ns_[0] / 8 ? GrabFormat::bgra : GrabFormat::rgba;
}

void Reader::adopt(void* context, const GlFunctions& gl) {
  if (grabber_ != nullptr && context_ == context) return;
  forget();
  context_ = context;
  grabber_ = new (grabber_bytes_) FrameGrabber(gl);
  const GlCapabilities& can = grabber_->capabilities();
  format_ = {};
  pictures_ = {};
  if (!can.bgra) format_.settle(GrabFormat::rgba);
  // On a GPU a read returns before the pixels are there, so there is nothing to time: windows are BGRA.
  else if (!can.software)
    format_.settle(GrabFormat::bgra);
}

void Reader::release() {
  if (ring_ != nullptr) ring_->~PackBufferRing();
  if (grabber_ != nullptr) grabber_->~FrameGrabber();
  forget();
}

void Reader::forget() {
  ring_ = nullptr;
  grabber_ = nullptr;
  context_ = nullptr;
}

PackBufferRing* Reader::ring(bool synchronous) {
  const GlCapabilities& can = grabber_->capabilities();
  if (synchronous || can.software || !can.fences) return nullptr;
  if (ring_ == nullptr) ring_ = new (ring_bytes_) PackBufferRing(*grabber_);
  return ring_;
}

}  // namespace framespool::preload
