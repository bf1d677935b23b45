#include "app/model/recording.h"

#include <utility>

namespace framespool {

const char* to_string(RecordingState state) {
  switch (state) {
    case RecordingState::idle:
      return "idle";
    case RecordingState::recording:
      return "recording";
    case RecordingState::paused:
      return "paused";
    case RecordingState::stopping:
      return "stopping";
  }
  return "";
}

bool Recording::begin(std::string take_name) {
  if (state_ != RecordingState::idle) return false;
  state_ = RecordingState::recording;
  take_name_ = std::move(take_name);
  const std::uint64_t free_bytes = figures_.free_bytes;
  figures_ = {};
  figures_.free_bytes = free_bytes;
  return true;
}

bool Recording::pause() {
  if (state_ != RecordingState::recording) return false;
  state_ = RecordingState::paused;
  return true;
}

bool Recording::resume() {
  if (state_ != RecordingState::paused) return false;
  state_ = RecordingState::recording;
  return true;
}

bool Recording::stop() {
  if (state_ != RecordingState::recording && state_ != RecordingState::paused) return false;
  state_ = RecordingState::stopping;
  return true;
}

bool Recording::finish() {
  if (state_ == RecordingState::idle) return false;
  state_ = RecordingState::idle;
  return true;
}

std::optional<double> Recording::disk_seconds_left() const {
  if (expected_rate_ <= 0) return std::nullopt;
  return static_cast<double>(figures_.free_bytes) / expected_rate_;
}

}  // namespace framespool
