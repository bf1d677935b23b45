// The window's recorder for the control socket: the same commands that its buttons give. Where the window records a program,
// that recorder.
#pragma once

#include "app/model/recorder_control.h"
#include "app/model/studio.h"

namespace framespool {

class StudioControl final : public RecorderControl {
 public:
  // `now_ns` as everywhere in the studio. Neither argument is kept longer than this object.
  StudioControl(Studio& studio, Stage& stage, std::int64_t now_ns) : studio_(studio), stage_(stage), now_ns_(now_ns) {}
  [[nodiscard]] RecorderStatus status() const override;
  [[nodiscard]] Result<void> start() override;
  [[nodiscard]] Result<void> stop() override;
  [[nodiscard]] Result<void> pause() override;
  [[nodiscard]] Result<void> resume() override;
  [[nodiscard]] Result<void> mark(const std::string& text) override;

 private:
  [[nodiscard]] RecordingState state() const { return studio_.recording().state(); }
  Studio& studio_;
  Stage& stage_;
  std::int64_t now_ns_;
};

}  // namespace framespool
