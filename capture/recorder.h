// Records the frames of an OpenGL program: begin, capture one frame after each is drawn, end.
// Small enough to be called from somebody else's program; see examples/.
// Every function wants the OpenGL context current on the calling thread, always the same thread.
#pragma once

#include <cstdint>
#include <memory>

#include "cache/take_writer.h"

namespace framespool {

struct RecorderOptions {
  // path, rate, clock, names, reserve, slot budget: see TakeWriterOptions. first_payload_bytes is filled in.
  TakeWriterOptions take;
  std::uint32_t width = 0;  // of the first frame
  std::uint32_t height = 0;
};

// Where the pixels are. The framebuffer's whole width x height is read from its color attachment 0
// (from the back buffer for framebuffer 0). A multisampled one is resolved first.
struct CaptureTarget {
  std::uint32_t framebuffer = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

enum class CaptureOutcome {
  stored,   // in a slot, on its way to the disk (on a GPU: its readback has begun)
  not_due,  // real time: an earlier frame already stands for this step
  dropped,  // real time: no free slot; counted and stamped
  paused,
};

struct RecorderStats {
  std::uint64_t presented = 0;
  std::uint64_t stored = 0;
  std::uint64_t dropped = 0;       // "late because of the disk"
  std::int64_t recorded_ns = 0;    // pauses cut out
  bool paused = false;
  const char* readback = "";       // the choice made at the start: "direct RGBA", "ring of 3, BGRA", ...
  TakeWriterStats writer;
};

class Recorder {
 public:
  // Creates the take and times the readback formats. No GL state is left changed, here and below.
  // Errors: those of TakeWriter::create; failed (no OpenGL context, incomplete framebuffer).
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> begin(const RecorderOptions& options,
                                                               const CaptureTarget& target);
  // Releases GL objects and the writer; the take stays, as "interrupted".
  ~Recorder();

  // After the frame is drawn, before the swap. `time_ns` is CLOCK_MONOTONIC at the end of drawing; ignored by
  // a fixed-step recording, which stores every frame and waits for a slot when none is free.
  // Errors: failed (GL), and whatever stopped the writer: the recording is over then, call end().
  [[nodiscard]] Result<CaptureOutcome> capture_frame(const CaptureTarget& target, std::int64_t time_ns);

  void pause(std::int64_t time_ns);
  void resume(std::int64_t time_ns);

  // Drains the readback and the slots, finishes the take. Once.
  [[nodiscard]] Result<TakeSummary> end();
  // Any thread.
  [[nodiscard]] RecorderStats stats() const;

 private:
  struct Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
