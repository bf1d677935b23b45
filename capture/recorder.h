// Records the frames of an OpenGL program: begin, capture one frame after each is drawn, end.
// Small enough to be called from somebody else's program; see examples/record_glfw.cpp.
// Every function wants the OpenGL context current on the calling thread, always the same thread and context,
// unless it says otherwise. None leaves an OpenGL state or error changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cache/take_writer.h"

namespace framespool {

// How frames come out of OpenGL.
enum class Readback {
  automatic,  // direct on a software driver, where the read waits anyway; ring on a GPU
  direct,     // glReadPixels into the slot
  ring,       // three pixel pack buffers with fences, copied into the slot up to three frames later
};

// Which of the two orders of bytes is asked of OpenGL and stored in the take.
enum class PixelChoice {
  automatic,  // whichever this framebuffer gives faster: both are timed when recording starts
  rgba,
  bgra,
};

struct RecorderOptions {
  // path, rate, clock, names, reserve, slot budget: see TakeWriterOptions. first_payload_bytes is filled in.
  TakeWriterOptions take;
  // Slots are cut for frames of this size. 0: the size of begin()'s target.
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  Readback readback = Readback::automatic;
  PixelChoice pixels = PixelChoice::automatic;
};

// Where the pixels are. The framebuffer's whole width x height is read from its color attachment 0
// (from the back buffer for framebuffer 0). A multisampled one is resolved first. Alpha is stored as it is:
// what a window's alpha holds is up to its program, and exports leave it out unless asked.
struct CaptureTarget {
  std::uint32_t framebuffer = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

enum class CaptureOutcome {
  stored,   // in a slot, on its way to the disk (in a ring: its readback has begun)
  not_due,  // real time: an earlier frame already stands for this step
  dropped,  // real time: no room for it; counted and stamped
  paused,
};

struct RecorderStats {
  std::uint64_t presented = 0;  // frames drawn: calls of capture_frame
  std::uint64_t stored = 0;
  std::uint64_t dropped = 0;        // of those that were due
  std::uint64_t late_for_disk = 0;  // the dropped ones that found no free slot; the others waited for the GPU
  std::int64_t recorded_ns = 0;     // time of the last stored frame plus one step, pauses cut out
  bool paused = false;
  const char* readback = "";  // the choice made at the start: "direct, RGBA", "ring of 3, BGRA"
  TakeWriterStats writer;
};

class Recorder {
 public:
  // Creates the take and times the readback formats on `target`.
  // Errors: those of TakeWriter::create; failed (no OpenGL context, incomplete framebuffer): no take is left
  // then.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> begin(const RecorderOptions& options,
                                                               const CaptureTarget& target);
  // Releases the OpenGL objects and the writer; without end() the take stays as "interrupted".
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // After the frame is drawn, before the swap. `time_ns` is CLOCK_MONOTONIC at the end of drawing.
  //
  // Fixed step: `time_ns` is ignored, every frame is stored, and the call waits when no slot is free.
  // Real time at rate R: stores the first frame at or after each k/R of recorded time, and never waits (but
  // for larger slots when the frame has grown). So that the jitter of a display at rate R costs no frames,
  // one up to a quarter of a step, at most 4 ms, early counts. The size may change from call to call; each
  // frame has its own.
  //
  // Errors: failed (OpenGL) or usage (size): this frame is not stored, recording may go on. Whatever stopped
  // the writer (no_space, failed): it is over, call end().
  [[nodiscard]] Result<CaptureOutcome> capture_frame(const CaptureTarget& target, std::int64_t time_ns);

  // The time between the two is cut out of the take's time line. Needs no OpenGL context.
  void pause(std::int64_t time_ns);
  void resume(std::int64_t time_ns);

  // A text on the next frame that is stored. Needs no OpenGL context.
  void mark(const std::string& text);

  // Drains the readback and the slots, finishes the take, which may be empty. Once. After no_space the take
  // is finished all the same and the summary says stopped_for_space.
  [[nodiscard]] Result<TakeSummary> end();
  // What stopped the writer by itself: how many frames are kept, how much room was missing. Any thread.
  [[nodiscard]] std::optional<Error> stopped() const;
  // Any thread.
  [[nodiscard]] RecorderStats stats() const;

 private:
  struct Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
