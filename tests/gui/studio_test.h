// The real program in a real window: starts it, presses its keys and buttons, looks at what it drew and
// wrote.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/gui/process.h"
#include "tests/gui/ui_log.h"
#include "tests/gui/virtual_display.h"

namespace framespool::testing_gui {

class StudioWindow : public testing::Test {
 protected:
  static constexpr Seconds kSoon{15};  // a slow machine's patience, not a goal
  static constexpr Seconds kLong{60};

  void SetUp() override;
  void TearDown() override;

  // Starts the program on takes/ and exports/ of this test's folder and waits for the first picture.
  void start(const std::vector<std::string>& more = {},
             const std::map<std::string, std::string>& environment = {});
  void start_without_waiting(const std::vector<std::string>& more = {},
                             const std::map<std::string, std::string>& environment = {});
  std::optional<int> wait_for_end(Seconds limit = kSoon) { return program_->wait(limit); }
  [[nodiscard]] std::string said() const { return read_file((folder_ / "output.txt").string()); }

  void key(const std::string& name) { display_->xdotool({"key", name}); }
  void click(const std::string& widget);
  void type_into(const std::string& field, const std::string& text);
  // Keeps a picture of the window as an artefact of the build.
  void screenshot(const std::string& name) const;
  // Colour of a pixel of the screen: {red, green, blue}.
  [[nodiscard]] std::vector<int> pixel(int x, int y) const;

  bool shows(const std::function<bool()>& condition, Seconds limit = kSoon) {
    return log_->wait_until(condition, limit);
  }
  bool shows_state(const std::string& name, const std::string& value, Seconds limit = kSoon);
  bool shows_widget(const std::string& name, Seconds limit = kSoon);
  bool repaints(int times);
  // Records until at least `frames` frames are shown, by key.
  void record(int frames);

  // A take that the window did not record. Movies of `span_s` seconds in two frames take as long as one
  // likes.
  void write_take(const std::string& name, int frames, double span_s = 0);

  std::filesystem::path folder_, takes_, exports_;
  int width_ = 1280, height_ = 800;
  std::unique_ptr<VirtualDisplay> display_;
  std::unique_ptr<UiLog> log_;
  std::unique_ptr<Process> program_;
};

// ---- independent judges

struct TakeFacts {
  std::uint64_t frames = 0;
  bool complete = false;
  std::uint32_t first_width = 0, first_height = 0, last_width = 0, last_height = 0;
  double duration_s = 0;  // time of the last frame plus a step
};
TakeFacts look_at_take(const std::filesystem::path& take);
// A frame's pixels as RGB, first row on top.
std::string frame_as_rgb(const std::filesystem::path& take, std::uint64_t index);
// The same of an image, as ffmpeg decodes it.
std::string image_as_rgb(const std::filesystem::path& image);
int count_movie_frames(const std::filesystem::path& movie);  // ffprobe
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

}  // namespace framespool::testing_gui
