#include "tests/gui/studio_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "cache/take_reader.h"
#include "cache/take_writer.h"

namespace framespool::testing_gui {

namespace fs = std::filesystem;

void StudioWindow::SetUp() {
  const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  folder_ =
      fs::path(testing::TempDir()) / ("gui " + test + " \xC3\xBC");  // a space and a letter beyond ASCII
  fs::remove_all(folder_);
  takes_ = folder_ / "takes";
  exports_ = folder_ / "exports";
  fs::create_directories(folder_);
}

void StudioWindow::TearDown() {
  if (HasFailure() && program_) {
    if (display_) screenshot("failed-" + folder_.filename().string());
    fmt::print(stderr, "the program said: {}\n", said());
  }
  program_.reset();
  log_.reset();
  display_.reset();
  fs::remove_all(folder_);
}

void StudioWindow::start_without_waiting(const std::vector<std::string>& more,
                                         const std::map<std::string, std::string>& environment) {
  if (!display_) display_ = std::make_unique<VirtualDisplay>(width_, height_);
  log_ = std::make_unique<UiLog>((folder_ / "ui.log").string());
  ASSERT_NE(display_->name(), "") << "Xvfb does not start: " << display_->said();
  std::vector<std::string> command = {FRAMESPOOL_PROGRAM, "--takes", takes_.string(), "--exports",
                                      exports_.string()};
  command.insert(command.end(), more.begin(), more.end());
  std::map<std::string, std::string> all = {{"DISPLAY", display_->name()},
                                            {"WAYLAND_DISPLAY", ""},
                                            {"FRAMESPOOL_UI_TRACE", (folder_ / "ui.log").string()},
                                            {"FRAMESPOOL_SCALE", "1"},
                                            {"LIBGL_ALWAYS_SOFTWARE", "1"}};
  for (const auto& [name, value] : environment) all[name] = value;
  program_ =
      std::make_unique<Process>(command, Process::Options{.environment = all,
                                                          .output_file = (folder_ / "output.txt").string(),
                                                          .kept_descriptor = -1});
}

void StudioWindow::start(const std::vector<std::string>& more,
                         const std::map<std::string, std::string>& environment) {
  start_without_waiting(more, environment);
  if (HasFatalFailure()) return;
  ASSERT_TRUE(shows([this] { return log_->repaints() > 0; })) << said();
  // Without a window manager keys go to the window below the pointer.
  display_->xdotool({"mousemove", "300", "12"});
}

void StudioWindow::click(const std::string& widget) {
  ASSERT_TRUE(shows_widget(widget)) << widget;
  ASSERT_TRUE(repaints(2));  // a card that has just appeared finds its place
  ASSERT_TRUE(shows_widget(widget)) << widget;
  const Rectangle at = *log_->widget(widget);
  display_->xdotool({"mousemove", std::to_string((at.x0 + at.x1) / 2), std::to_string((at.y0 + at.y1) / 2)});
  ASSERT_TRUE(repaints(2));  // so that the pointer is over it when the button goes down
  display_->xdotool({"mousedown", "1"});
  ASSERT_TRUE(repaints(2));
  display_->xdotool({"mouseup", "1"});
  ASSERT_TRUE(repaints(2));
}

void StudioWindow::type_into(const std::string& field, const std::string& text) {
  click(field);
  // ImGui looks at what is held when it repaints: a press that is over by then would not be seen.
  display_->xdotool({"keydown", "ctrl", "keydown", "a"});
  ASSERT_TRUE(repaints(2));
  display_->xdotool({"keyup", "a", "keyup", "ctrl"});
  ASSERT_TRUE(repaints(2));
  display_->xdotool({"type", "--delay", "30", text});
  ASSERT_TRUE(repaints(2));
}

void StudioWindow::screenshot(const std::string& name) const {
  fs::create_directories(FRAMESPOOL_SCREENSHOTS);
  display_->screenshot((fs::path(FRAMESPOOL_SCREENSHOTS) / (name + ".png")).string(), width_, height_);
}

std::vector<int> StudioWindow::pixel(int x, int y) const {
  const fs::path shot = folder_ / "pixel.png", raw = folder_ / "pixel.rgb";
  display_->screenshot(shot.string(), width_, height_);
  run({"convert", shot.string(), "-crop", fmt::format("1x1+{}+{}", x, y), "-depth", "8",
       "rgb:" + raw.string()});
  std::vector<int> colour;
  for (const char c : read_file(raw.string())) colour.push_back(static_cast<unsigned char>(c));
  return colour;
}

bool StudioWindow::shows_state(const std::string& name, const std::string& value, Seconds limit) {
  return shows([&] { return log_->state(name) == value; }, limit);
}

bool StudioWindow::shows_widget(const std::string& name, Seconds limit) {
  return shows([&] { return log_->widget(name) != nullptr; }, limit);
}

bool StudioWindow::repaints(int times) {
  log_->read_on();
  const int wanted = log_->repaints() + times;
  return shows([&] { return log_->repaints() >= wanted; });
}

void StudioWindow::record(int frames) {
  key("F9");
  ASSERT_TRUE(shows_state("recording", "recording"));
  ASSERT_TRUE(shows([&] { return std::atoi(log_->state("frames").c_str()) >= frames; }));
  key("F9");
  ASSERT_TRUE(shows_state("recording", "idle"));
  ASSERT_TRUE(shows_widget("export-movie"));
}

void StudioWindow::write_take(const std::string& name, int frames, double span_s) {
  constexpr std::uint32_t width = 64, height = 48;
  fs::create_directories(takes_);
  TakeWriterOptions options;
  options.path = takes_ / (name + ".fspool");
  options.first_payload_bytes = width * height * kBytesPerPixel;
  options.info.clock = span_s > 0 ? ClockKind::realtime : ClockKind::fixed_step;
  options.reserve_bytes = 0;
  auto writer = TakeWriter::create(options);
  ASSERT_TRUE(writer) << writer.error().line();
  for (int i = 0; i < frames; ++i) {
    auto slot = (*writer)->acquire(options.first_payload_bytes, TakeWriter::Wait::yes);
    ASSERT_TRUE(slot && *slot);
    std::ranges::fill((*slot)->payload(), static_cast<std::byte>(i * 40));
    FrameInfo info;
    info.presented = static_cast<std::uint64_t>(i);
    info.clock = options.info.clock;
    info.pts_ns = span_s > 0 ? static_cast<std::int64_t>(span_s * 1e9) * i / std::max(1, frames - 1)
                             : step_time_ns(static_cast<std::uint64_t>(i), info.rate);
    info.width = width;
    info.height = height;
    info.stride_bytes = width * kBytesPerPixel;
    info.payload_bytes = options.first_payload_bytes;
    ASSERT_TRUE((*writer)->commit(std::move(**slot), info));
  }
  ASSERT_TRUE((*writer)->finish());
}

TakeFacts look_at_take(const fs::path& take) {
  TakeFacts facts;
  auto reader = TakeReader::open(take);
  if (!reader) {
    ADD_FAILURE() << reader.error().line();
    return facts;
  }
  facts.frames = (*reader)->frame_count();
  facts.complete = (*reader)->state() == TakeState::complete;
  if (facts.frames == 0) return facts;
  const auto first = (*reader)->frame_info(0), last = (*reader)->frame_info(facts.frames - 1);
  if (!first || !last) return facts;
  facts.first_width = first->width;
  facts.first_height = first->height;
  facts.last_width = last->width;
  facts.last_height = last->height;
  facts.duration_s = static_cast<double>(last->pts_ns) * 1e-9 + 1 / last->rate.value();
  return facts;
}

std::string frame_as_rgb(const fs::path& take, std::uint64_t index) {
  auto reader = TakeReader::open(take);
  if (!reader) return "";
  const auto info = (*reader)->frame_info(index);
  if (!info) return "";
  std::vector<std::byte> pixels(info->payload_bytes);
  if (!(*reader)->read_frame(index, pixels)) return "";
  const std::size_t red = info->format == PixelFormat::bgra8 ? 2 : 0;
  std::string rgb;
  rgb.reserve(static_cast<std::size_t>(info->width) * info->height * 3);
  for (std::size_t row = info->height; row-- > 0;)
    for (std::size_t column = 0; column < info->width; ++column) {
      const std::byte* at = pixels.data() + row * info->stride_bytes + column * kBytesPerPixel;
      rgb += static_cast<char>(at[red]);
      rgb += static_cast<char>(at[1]);
      rgb += static_cast<char>(at[2 - red]);
    }
  return rgb;
}

std::string image_as_rgb(const fs::path& image) {
  const fs::path raw = fs::path(testing::TempDir()) / fmt::format("gui_image_{}.rgb", getpid());
  const Finished done = run({"ffmpeg", "-v", "error", "-y", "-i", image.string(), "-f", "rawvideo",
                             "-pix_fmt", "rgb24", raw.string()});
  EXPECT_EQ(done.status, 0) << done.output;
  std::string rgb = read_file(raw.string());
  fs::remove(raw);
  return rgb;
}

int count_movie_frames(const fs::path& movie) {
  const Finished done = run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames",
                             "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", movie.string()});
  EXPECT_EQ(done.status, 0) << done.output;
  return std::atoi(done.output.c_str());
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace framespool::testing_gui
