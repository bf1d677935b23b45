// The states of a recording and the figures beside it. Knows nothing of OpenGL: the stage does the recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace framespool {

enum class RecordingState { idle, recording, paused, stopping };
[[nodiscard]] const char* to_string(RecordingState state);

struct RecordingFigures {
  std::int64_t elapsed_ns = 0;   // pauses cut out
  std::uint64_t frames = 0;      // stored
  std::uint64_t dropped = 0;     // late because of the disk
  double bytes_per_second = 0;   // of the disk; before a recording: what it is going to need
  std::uint64_t free_bytes = 0;  // that a recording may still use: the reserve is taken off
};

class Recording {
 public:
  [[nodiscard]] RecordingState state() const { return state_; }
  [[nodiscard]] bool active() const { return state_ != RecordingState::idle; }
  [[nodiscard]] const RecordingFigures& figures() const { return figures_; }
  [[nodiscard]] const std::string& take_name() const { return take_name_; }

  // Each answers whether the step makes sense in the present state, and takes it if it does.
  bool begin(std::string take_name);
  bool pause();
  bool resume();
  bool stop();    // recording or paused -> stopping
  bool finish();  // any active state -> idle: the take is closed, or the recording broke

  void update(const RecordingFigures& figures) { figures_ = figures; }
  // How long the disk lasts at `bytes_per_second_needed`; nullopt when that is not known.
  [[nodiscard]] std::optional<double> disk_seconds_left() const;
  // What a recording at this size and rate writes, for that question.
  void set_expected_rate(double bytes_per_second) { expected_rate_ = bytes_per_second; }
  [[nodiscard]] double expected_rate() const { return expected_rate_; }

 private:
  RecordingState state_ = RecordingState::idle;
  RecordingFigures figures_;
  std::string take_name_;
  double expected_rate_ = 0;
};

}  // namespace framespool
