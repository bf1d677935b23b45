#include "app/window/live_stage.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/platform/clock.h"
#include "cache/cache_directory.h"

namespace framespool {

LiveStage::LiveStage(std::filesystem::path takes) : takes_(std::move(takes)) {}

Result<void> LiveStage::load_scene(const std::string& name_or_path) {
  auto made = make_scene(name_or_path);
  if (!made) return tl::unexpected(made.error());
  scene_ = std::move(*made);
  scene_name_ = name_or_path;
  scene_began_ns_ = drawn_ns_ = monotonic_ns();
  frame_ = 0;
  return {};
}

Result<void> LiveStage::resize(std::uint32_t width, std::uint32_t height) {
  if (target_ && target_->width() == width && target_->height() == height) return {};
  auto made = RenderTarget::create(width, height);
  if (!made) return tl::unexpected(made.error());
  target_.reset();
  target_.emplace(std::move(*made));
  return {};
}

void LiveStage::move_mouse(float x, float y, bool held) {
  // As on Shadertoy: .xy follow while the button is held, .zw are where it went down, negative once released.
  if (!held) {
    mouse_[2] = -std::abs(mouse_[2]);
    mouse_[3] = -std::abs(mouse_[3]);
    return;
  }
  mouse_[0] = x;
  mouse_[1] = y;
  if (mouse_[2] <= 0) {
    mouse_[2] = x;
    mouse_[3] = y;
  }
}

CaptureTarget LiveStage::capture_target() const {
  return {.framebuffer = target_->framebuffer(), .width = target_->width(), .height = target_->height()};
}

Result<void> LiveStage::draw() {
  if (!scene_ || !target_) return {};
  const std::int64_t now = monotonic_ns();
  SceneFrame frame;
  frame.time_s = static_cast<double>(now - scene_began_ns_) * 1e-9;
  frame.time_delta_s = static_cast<double>(now - drawn_ns_) * 1e-9;
  frame.frame = frame_++;
  frame.width = target_->width();
  frame.height = target_->height();
  std::copy(std::begin(mouse_), std::end(mouse_), std::begin(frame.mouse));
  drawn_ns_ = now;
  target_->bind();
  scene_->draw(frame);
  if (!recorder_) {
    look_at_disk(now);
    return {};
  }
  const std::int64_t stamp = monotonic_ns();
  if (!first_stamp_ns_) first_stamp_ns_ = stamp;
  auto outcome = recorder_->capture_frame(capture_target(), stamp);
  if (!outcome) return tl::unexpected(outcome.error());
  return {};
}

Result<void> LiveStage::begin_recording(const std::filesystem::path& take) {
  if (!target_) return fail(ErrorKind::failed, "recording", "there is no picture to record");
  RecorderOptions options;
  options.take.path = take;
  options.take.info.rate = kRate;
  options.take.info.clock = ClockKind::realtime;
  options.take.info.program = "framespool";
  options.take.info.scene = scene_ ? scene_->name() : scene_name_;
  options.take.reserve_bytes = reserve_bytes_;
  options.width = target_->width();
  options.height = target_->height();
  auto begun = Recorder::begin(options, capture_target());
  if (!begun) return tl::unexpected(begun.error());
  recorder_ = std::move(*begun);
  first_stamp_ns_.reset();
  return {};
}

void LiveStage::pause_recording() {
  if (!recorder_) return;
  paused_ns_ = monotonic_ns();
  recorder_->pause(paused_ns_);
}
void LiveStage::resume_recording() {
  if (!recorder_) return;
  const std::int64_t now = monotonic_ns();
  recorder_->resume(now);
  if (first_stamp_ns_) *first_stamp_ns_ += now - paused_ns_;
}

void LiveStage::mark_recording(const std::string& text) {
  if (recorder_) recorder_->mark(text);
}

Result<TakeSummary> LiveStage::end_recording() {
  if (!recorder_) return fail(ErrorKind::failed, "recording", "none is running");
  auto summary = recorder_->end();
  recorder_.reset();
  first_stamp_ns_.reset();
  looked_at_disk_ns_ = -1;
  return summary;
}

double LiveStage::expected_bytes_per_second() const {
  if (!target_) return 0;
  constexpr double kPage = 4096;  // every record has a header page
  return (static_cast<double>(target_->width()) * target_->height() * kBytesPerPixel + kPage) * kRate.value();
}

void LiveStage::look_at_disk(std::int64_t now_ns) {
  constexpr std::int64_t kPace_ns = 1'000'000'000;
  if (looked_at_disk_ns_ >= 0 && now_ns - looked_at_disk_ns_ < kPace_ns) return;
  looked_at_disk_ns_ = now_ns;
  const auto disk = file_system_info(takes_);
  if (!disk) return;
  const auto rate = static_cast<std::uint64_t>(expected_bytes_per_second());
  const std::uint64_t reserve = reserve_bytes_.value_or(default_reserve(*disk, rate));
  free_bytes_ = disk->free_bytes > reserve ? disk->free_bytes - reserve : 0;
}

RecordingFigures LiveStage::figures() const {
  RecordingFigures figures;
  figures.free_bytes = free_bytes_;
  if (!recorder_) return figures;
  const RecorderStats stats = recorder_->stats();
  figures.elapsed_ns = stats.recorded_ns;
  figures.frames = stats.stored;
  figures.dropped = stats.dropped;
  figures.bytes_per_second = stats.writer.bytes_per_second;
  figures.free_bytes = stats.writer.free_bytes;
  return figures;
}

}  // namespace framespool
