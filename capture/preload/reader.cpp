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

void Readers::turn_to(void* context, const GlFunctions& gl) {
  const Reader* known = of(context);
  int at = known != nullptr ? static_cast<int>(known - readers_) : 0;
  const auto age = [&](int i) { return readers_[i].context() == nullptr ? 0 : last_turn_[i]; };
  for (int i = 0; known == nullptr && i < kContexts; ++i)
    if (age(i) < age(at)) at = i;
  if (known == nullptr) readers_[at].adopt(context, gl);
  last_turn_[at] = ++turns_;
  current_ = at;
}

Reader* Readers::of(const void* context) {
  for (Reader& each : readers_)
    if (context != nullptr && each.context() == context) return &each;
  return nullptr;
}

void Readers::end(const void* current_context) {
  if (Reader* reachable = of(current_context)) reachable->release();
  for (Reader& each : readers_) each.forget();
}

}  // namespace framespool::preload
