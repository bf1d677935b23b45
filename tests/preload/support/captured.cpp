#include "tests/preload/support/captured.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <span>

#include "tests/preload/support/pattern.h"

namespace framespool::preload_test {

using testing_gui::Process;
using testing_gui::Seconds;

namespace {

std::filesystem::path fresh_path() {
  static std::atomic<int> number = 0;
  return std::filesystem::path(testing::TempDir()) /
         ("preload_" + std::to_string(getpid()) + "_" + std::to_string(number++));
}

std::uint64_t number_after(const std::string& text, const std::string& word) {
  const auto at = text.find(word + " ");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + word.size() + 1, nullptr, 10);
}

}  // namespace

TestFolder::TestFolder() : path(fresh_path()) {
  std::filesystem::create_directories(path);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  if (std::getenv("FRAMESPOOL_TEST_KEEP") == nullptr) std::filesystem::remove_all(path, ignored);
}

Captured capture(const testing_gui::VirtualDisplay& display, const Command& command,
                 const CaptureOptions& options) {
  Captured captured;
  const std::filesystem::path& folder = captured.folder->path;
  std::mutex mutex;
  ChannelServerOptions server_options;
  server_options.take.path = folder / "take.fspool";
  server_options.take.info.rate = {60, 1};
  server_options.take.info.clock = ClockKind::realtime;
  server_options.take.reserve_bytes = 0;
  server_options.take.slot_budget_bytes = options.slot_budget_bytes;
  server_options.every_frame = options.every_frame;
  server_options.paused = options.paused;
  server_options.fixed_step = options.fixed_step;
  server_options.limit = options.limit;
  server_options.on_event = [&](const ChannelEvent& event) {
    const std::lock_guard lock(mutex);
    if (event.kind == ChannelEvent::Kind::notice) captured.notices.insert(event.notice);
    if (event.notice == channel::NoticeKind::cannot_capture) captured.problems.push_back(event.text);
    if (event.notice == channel::NoticeKind::remark) captured.remarks.push_back(event.text);
    if (event.error) captured.problems.push_back(event.error->line());
  };
  auto server = ChannelServer::start(server_options);
  EXPECT_TRUE(server.has_value()) << server.error().line();
  if (!server) return captured;

  std::string libraries = options.preload_before.empty() ? "" : options.preload_before + ":";
  if (options.with_library) libraries += FRAMESPOOL_PRELOAD_LIBRARY;
  if (!options.preload_after.empty()) libraries += ":" + options.preload_after;
  // Behind everything: it sees what reaches the display.
  libraries += ":" COUNT_PRESENTS_LIBRARY;
  const std::string counts = folder / "presents";
  std::map<std::string, std::string> environment{{"DISPLAY", display.name()},
                                                 {"FRAMESPOOL_CHANNEL", (*server)->address()},
                                                 {"COUNT_PRESENTS_FILE", counts},
                                                 {"LIBGL_ALWAYS_SOFTWARE", "1"},
                                                 {"ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0"},
                                                 {"WAYLAND_DISPLAY", ""}};
  if (options.fixed_step) environment["FRAMESPOOL_FIXED_STEP"] = "60";
  if (options.fixed_step) environment["FRAMESPOOL_RECORDER"] = std::to_string(getpid());
  for (const auto& [name, value] : options.environment) environment[name] = value;
  // Not in our own environment: only the program and what it starts are to be preloaded.
  environment["LD_PRELOAD"] = libraries;
  const std::string output = folder / "output.txt";
  {
    Process process(command, {.environment = environment, .output_file = output, .kept_descriptor = -1});
    if (options.meanwhile) options.meanwhile(**server);
    if (options.kill_after_meanwhile != 0) process.send(options.kill_after_meanwhile);
    std::optional<int> status;
    if (options.end_after_s > 0) {
      status = process.wait(Seconds(options.end_after_s));
      if (!status) process.send(SIGTERM);
    }
    if (!status) status = process.wait(Seconds(options.patience_s));
    EXPECT_TRUE(status) << command[0] << " does not end";
    captured.status = status.value_or(-1);
  }
  captured.output = testing_gui::read_file(output);
  // The first word of a mapped file.
  if (const std::string count = testing_gui::read_file(counts); count.size() >= 8)
    std::memcpy(&captured.presented_in_server, count.data(), 8);
  for (const ChannelTakeStatus& take : (*server)->finish())
    if (!take.path.empty()) captured.takes.push_back(take);
  return captured;
}

std::uint64_t Captured::host_says(const std::string& what) const {
  return number_after(output, what);
}

std::unique_ptr<TakeReader> Captured::open(std::size_t take) const {
  if (take >= takes.size()) {
    ADD_FAILURE() << "there are " << takes.size() << " takes; the program said: " << output;
    return nullptr;
  }
  auto reader = TakeReader::open(takes[take].path);
  EXPECT_TRUE(reader.has_value()) << reader.error().line();
  return reader ? std::move(*reader) : nullptr;
}

std::uint64_t Captured::frames(std::size_t take) const {
  const auto reader = open(take);
  return reader ? reader->frame_count() : 0;
}

std::vector<std::string> errors_in(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream text(file);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

Picture picture_of(TakeReader& take, std::uint64_t index) {
  Picture picture;
  auto info = take.frame_info(index);
  EXPECT_TRUE(info.has_value()) << info.error().line();
  if (!info) return picture;
  picture.rgba.resize(info->payload_bytes);
  auto read = take.read_frame(index, std::as_writable_bytes(std::span(picture.rgba)));
  EXPECT_TRUE(read.has_value()) << read.error().line();
  picture.info = *info;
  if (info->format == PixelFormat::bgra8)
    for (std::size_t at = 0; at < picture.rgba.size(); at += 4)
      std::swap(picture.rgba[at], picture.rgba[at + 2]);
  return picture;
}

void expect_pattern(TakeReader& take, std::uint64_t first) {
  for (std::uint64_t k = 0; k + kGlfwsOwnFrames < take.frame_count(); ++k) {
    const Picture picture = picture_of(take, k + kGlfwsOwnFrames);
    ASSERT_TRUE(picture.rgba == pattern::pixels(first + k, picture.info.width, picture.info.height))
        << "frame " << k << ", " << picture.info.width << "x" << picture.info.height;
  }
}

}  // namespace framespool::preload_test
