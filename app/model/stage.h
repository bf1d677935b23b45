// The live scene and its recorder as the model sees them. The window's stage draws with OpenGL; tests bring
// one that only remembers what it was asked.
#pragma once

#include <filesystem>
#include <string>

#include "app/model/recording.h"
#include "cache/take_info.h"

namespace framespool {

class Stage {
 public:
  virtual ~Stage() = default;
  // After an error the scene from before goes on.
  [[nodiscard]] virtual Result<void> load_scene(const std::string& name_or_path) = 0;
  [[nodiscard]] virtual const std::string& scene() const = 0;  // name or path of what is playing

  [[nodiscard]] virtual Result<void> begin_recording(const std::filesystem::path& take) = 0;
  virtual void pause_recording() = 0;
  virtual void resume_recording() = 0;
  virtual void mark_recording(const std::string& text) = 0;  // on the next frame
  // Drains and closes the take; may wait for the disk. Also after the recording broke.
  [[nodiscard]] virtual Result<TakeSummary> end_recording() = 0;
  [[nodiscard]] virtual RecordingFigures figures() const = 0;
};

}  // namespace framespool
