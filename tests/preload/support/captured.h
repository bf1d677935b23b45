// Runs a program with the preload library on a virtual display and keeps what it was recorded to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cache/channel_server.h"
#include "cache/take_reader.h"
#include "tests/gui/virtual_display.h"
#include "tests/preload/support/glfw_frames.h"

namespace framespool::preload_test {

using Command = std::vector<std::string>;

struct CaptureOptions {
  bool every_frame = true;
  bool paused = false;
  bool fixed_step = false;
  std::optional<Rational> limit{};
  std::size_t slot_budget_bytes = 0;
  std::map<std::string, std::string> environment{};
  bool with_library = true;
  std::string preload_before{}, preload_after{};    // other libraries of the preload list
  double patience_s = 30;                           // then the program is killed
  double end_after_s = 0;                           // 0: it ends by itself; else it is ended by SIGTERM
  std::function<void(ChannelServer&)> meanwhile{};  // called once the program runs
  int kill_after_meanwhile = 0;                     // a signal
};

// Emptied and removed with the last copy of what was captured, unless FRAMESPOOL_TEST_KEEP is set.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path path;
};

struct Captured {
  std::shared_ptr<TestFolder> folder = std::make_shared<TestFolder>();
  int status = -1;                       // of the program; 128 + signal
  std::string output;                    // of the program
  std::vector<ChannelTakeStatus> takes;  // that have a file
  std::set<channel::NoticeKind> notices;
  std::vector<std::string> remarks;
  std::vector<std::string> problems;      // what it could not capture, and the recorder's errors
  std::uint64_t presented_in_server = 0;  // images that the drivers put on the display, by count_presents

  // The number behind "presented" in the output of a host of ours.
  [[nodiscard]] std::uint64_t host_says(const std::string& what) const;
  [[nodiscard]] std::unique_ptr<TakeReader> open(std::size_t take = 0) const;
  [[nodiscard]] std::uint64_t frames(std::size_t take = 0) const;
};

[[nodiscard]] Captured capture(const testing_gui::VirtualDisplay& display, const Command& command,
                               const CaptureOptions& options = {});

// What NOTE_ERRORS_LIBRARY wrote into ERRORS_FILE, one line a swap.
[[nodiscard]] std::vector<std::string> errors_in(const std::filesystem::path& file);

// Pixels of frame `index` as RGBA, bottom row first, and what its header says.
struct Picture {
  FrameInfo info;
  std::vector<std::uint8_t> rgba;
};
[[nodiscard]] Picture picture_of(TakeReader& take, std::uint64_t index);

// Expects frame k of a host of ours, as it counts, to be the pattern of number first + k in the size that its
// header says.
void expect_pattern(TakeReader& take, std::uint64_t first = 0);

}  // namespace framespool::preload_test
