// The scene running live in a framebuffer object of the recording size, and its recorder.
// Wants the window's OpenGL context current on the calling thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/model/stage.h"
#include "app/scene/render_target.h"
#include "app/scene/scene.h"
#include "capture/recorder.h"

namespace framespool {

class LiveStage final : public Stage {
 public:
  static constexpr Rational kRate{60, 1};

  explicit LiveStage(std::filesystem::path takes);

  [[nodiscard]] Result<void> load_scene(const std::string& name_or_path) override;
  [[nodiscard]] const std::string& scene() const override { return scene_name_; }
  [[nodiscard]] Result<void> begin_recording(const std::filesystem::path& take) override;
  void pause_recording() override;
  void resume_recording() override;
  void mark_recording(const std::string& text) override;
  [[nodiscard]] Result<TakeSummary> end_recording() override;
  [[nodiscard]] RecordingFigures figures() const override;

  // The size of the frames from now on; also in the middle of a recording.
  [[nodiscard]] Result<void> resize(std::uint32_t width, std::uint32_t height);
  // Free space that recordings leave on the disk; nullopt: the writer's own rule.
  void set_reserve(std::optional<std::uint64_t> bytes) { reserve_bytes_ = bytes; }
  // Where the mouse is over the picture, bottom-up, and whether it is held: iMouse.
  void move_mouse(float x, float y, bool held);
  // Draws the next frame and records it where a recording runs. Error: the recording cannot go on.
  [[nodiscard]] Result<void> draw();

  [[nodiscard]] const RenderTarget* target() const { return target_ ? &*target_ : nullptr; }
  // When the first frame of the running recording was stamped, moved on by its pauses: frames drawn a whole
  // number of steps after it are farthest from being too early or too late for the recorder. nullopt without
  // one.
  [[nodiscard]] std::optional<std::int64_t> first_stamp_ns() const { return first_stamp_ns_; }
  [[nodiscard]] double expected_bytes_per_second() const;

 private:
  [[nodiscard]] CaptureTarget capture_target() const;
  void look_at_disk(std::int64_t now_ns);

  const std::filesystem::path takes_;
  std::unique_ptr<Scene> scene_;
  std::string scene_name_;
  std::int64_t scene_began_ns_ = 0;
  std::int64_t drawn_ns_ = 0;
  std::uint64_t frame_ = 0;
  float mouse_[4] = {0, 0, 0, 0};
  std::optional<RenderTarget> target_;
  std::unique_ptr<Recorder> recorder_;
  std::optional<std::int64_t> first_stamp_ns_;
  std::int64_t paused_ns_ = 0;
  std::optional<std::uint64_t> reserve_bytes_;
  std::uint64_t free_bytes_ = 0;
  std::int64_t looked_at_disk_ns_ = -1;
};

}  // namespace framespool
