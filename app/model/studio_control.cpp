#include "app/model/studio_control.h"

namespace framespool {
namespace {

tl::unexpected<Error> nothing_recorded(const char* verb) {
  return fail(ErrorKind::usage, verb, "nothing is recorded", "start a take first");
}

}  // namespace

RecorderStatus StudioControl::status() const {
  if (const auto program = studio_.program_control()) {
    RecorderStatus status = program->status();
    status.kind = "window";
    return status;
  }
  const Recording& recording = studio_.recording();
  RecorderStatus status;
  status.kind = "window";
  status.subject = stage_.scene();
  status.state = state() == RecordingState::recording ? "recording"
                 : state() == RecordingState::paused  ? "paused"
                                                      : "stopped";
  if (recording.active()) status.take = recording.take_name();
  status.frames = recording.figures().frames;
  status.dropped = recording.figures().dropped;
  status.recorded_s = static_cast<double>(recording.figures().elapsed_ns) * 1e-9;
  return status;
}

Result<void> StudioControl::start() {
  if (const auto program = studio_.program_control()) return program->start();
  if (state() == RecordingState::paused) return resume();
  if (state() == RecordingState::recording) return {};
  if (state() == RecordingState::stopping) return fail(ErrorKind::usage, "start", "the take before is being closed");
  studio_.obey(command::ToggleRecording{}, now_ns_);
  if (state() != RecordingState::recording)
    return fail(ErrorKind::failed, "start", "recording did not begin", "the window says why");
  return {};
}

Result<void> StudioControl::stop() {
  if (const auto program = studio_.program_control()) return program->stop();
  if (state() == RecordingState::recording || state() == RecordingState::paused)
    studio_.obey(command::ToggleRecording{}, now_ns_);
  return {};
}

Result<void> StudioControl::pause() {
  if (const auto program = studio_.program_control()) return program->pause();
  if (state() == RecordingState::recording) studio_.obey(command::TogglePause{}, now_ns_);
  if (state() != RecordingState::paused) return nothing_recorded("pause");
  return {};
}

Result<void> StudioControl::resume() {
  if (const auto program = studio_.program_control()) return program->resume();
  if (state() == RecordingState::paused) studio_.obey(command::TogglePause{}, now_ns_);
  if (state() != RecordingState::recording) return nothing_recorded("resume");
  return {};
}

Result<void> StudioControl::mark(const std::string& text) {
  if (const auto program = studio_.program_control()) return program->mark(text);
  if (state() != RecordingState::recording && state() != RecordingState::paused) return nothing_recorded("mark");
  stage_.mark_recording(text);
  return {};
}

}  // namespace framespool
