// Reads the frames of one drawable in one OpenGL context: directly, or on a GPU through a ring of pixel pack
// buffers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "capture/core/pack_buffer_ring.h"
#include "capture/preload/picture.h"

namespace framespool::preload {

// Which of the two orders of bytes the driver reads faster. Nobody's time is taken to find out: the first
// frames are read alternately in both, each stored as it was read.
class FormatTrial {
 public:
  [[nodiscard]] GrabFormat next() const {
    return reads_ < kReads ? (reads_ % 2 == 0 ? GrabFormat::rgba : GrabFormat::bgra) : best_;
  }
  [[nodiscard]] bool is_over() const { return reads_ >= kReads; }
  void settle(GrabFormat format) {
    best_ = format;
    reads_ = kReads;
  }
  void count(GrabFormat format, std::int64_t took_ns);

 private:
  // The first rounds also touch the memory of each slot for the first time; the shortest of each kind counts.
  static constexpr int kReads = 12;
  int reads_ = 0;
  GrabFormat best_ = GrabFormat::rgba;
  std::int64_t shortest_ns_[2] = {};
};

// Static storage: constant-initialised, trivially destructible; what it made in OpenGL goes with release()
// only.
class Reader {
 public:
  [[nodiscard]] void* context() const { return context_; }
  // Makes it ready for `context`, which must be current. What was there for another context is forgotten.
  void adopt(void* context, const GlFunctions& gl);
  // Deletes what it made in OpenGL. The context must be current.
  void release();
  // The context is gone or cannot be reached.
  void forget();

  // Only after adopt().
  [[nodiscard]] FrameGrabber& grabber() { return *grabber_; }
  // nullptr: read directly. Frames that are under way must have been stored before `synchronous` changes.
  [[nodiscard]] PackBufferRing* ring(bool synchronous);
  [[nodiscard]] bool has_frames_under_way() const { return ring_ != nullptr && !ring_->order().empty(); }
  [[nodiscard]] PackBufferRing& frames_under_way() { return *ring_; }
  [[nodiscard]] FormatTrial& format() { return format_; }
  [[nodiscard]] PictureTrial& pictures() { return pictures_; }

 private:
  void* context_ = nullptr;
  FrameGrabber* grabber_ = nullptr;  // into the bytes below
  PackBufferRing* ring_ = nullptr;
  FormatTrial format_;
  PictureTrial pictures_;
  alignas(FrameGrabber) std::byte grabber_bytes_[sizeof(FrameGrabber)] = {};
  alignas(PackBufferRing) std::byte ring_bytes_[sizeof(PackBufferRing)] = {};
};

// Those of the contexts that draw to one drawable in turns. Static storage, as above.
class Readers {
 public:
  // The one that was turned to last; one without a context before that.
  [[nodiscard]] Reader& current() { return readers_[current_]; }
  // That of `context`, which must be current. Where there are more contexts than readers, the one turned to longest ago is forgotten.
  void turn_to(void* context, const GlFunctions& gl);
  [[nodiscard]] Reader* of(const void* context);
  // Releases those whose context is `current_context`, forgets the others.
  void end(const void* current_context);

 private:
  static constexpr int kContexts = 4;
  Reader readers_[kContexts];
  std::uint64_t last_turn_[kContexts] = {}, turns_ = 0;
  int current_ = 0;
};

}  // namespace framespool::preload
