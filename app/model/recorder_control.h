// What the control socket can ask of a recorder, whichever it is: `framespool run` or the window.
#pragma once

#include <cstdint>
#include <string>

#include "cache/error.h"

namespace framespool {

struct RecorderStatus {
  std::string kind;     // "run", "window"
  std::string subject;  // the program, the scene
  std::string state;    // "recording", "paused", "stopped"
  std::string take;     // the newest one; empty before the first frame
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  double recorded_s = 0;
  std::string waits_for;  // why no frame comes, when one is overdue (run --fixed-step); else empty
};

// Errors are sentences for the person who asked: usage (not possible in this state), failed.
class RecorderControl {
 public:
  virtual ~RecorderControl() = default;
  [[nodiscard]] virtual RecorderStatus status() const = 0;
  [[nodiscard]] virtual Result<void> start() = 0;   // begins a take, or goes on after a pause
  [[nodiscard]] virtual Result<void> stop() = 0;    // ends the take; nothing to do when none runs
  [[nodiscard]] virtual Result<void> pause() = 0;
  [[nodiscard]] virtual Result<void> resume() = 0;
  [[nodiscard]] virtual Result<void> mark(const std::string& text) = 0;  // a note on the next frame
};

// The answer to one line of the control socket: "FORMAT VERB" or "FORMAT VERB TEXT", FORMAT being json or text, VERB one of
// status, start, stop, pause, resume, mark. "ok " and the status afterwards, or "error " and why.
[[nodiscard]] std::string answer_control(RecorderControl& recorder, const std::string& line);

}  // namespace framespool
