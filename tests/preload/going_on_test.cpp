// Programs that go on while something happens around them: the recorder is killed, somebody else resizes the window, two
// threads draw, the display is Wayland's.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "tests/preload/support/captured.h"
#include "tests/preload/support/pattern.h"

namespace framespool::preload_test {
namespace {

using testing_gui::Process;
using testing_gui::Seconds;

bool becomes_true(const std::function<bool()>& what) {
  for (int i = 0; i < 10000 && !what(); ++i) usleep(2000);
  return what();
}

class GoingOn : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start"; }
  const testing_gui::VirtualDisplay display_{800, 600};
};

TEST_F(GoingOn, GlxgearsDrawsOnWhenItsRecorderIsKilled) {
  const TestFolder folder;
  const std::string take = folder.path / "gears.fspool", counts = folder.path / "presents";
  const auto presented = [&] {
    std::uint64_t count = 0;
    if (const std::string file = testing_gui::read_file(counts); file.size() >= 8) std::memcpy(&count, file.data(), 8);
    return count;
  };
  Process recorder({FRAMESPOOL_PROGRAM, "run", "--every-frame", "--reserve", "0", "-o", take, "--", "glxgears"},
                   {.environment = {{"DISPLAY", display_.name()},
                                    {"LIBGL_ALWAYS_SOFTWARE", "1"},
                                    {"LD_PRELOAD", COUNT_PRESENTS_LIBRARY},
                                    {"COUNT_PRESENTS_FILE", counts}},
                    .output_file = folder.path / "output.txt",
                    .kept_descriptor = -1});
  ASSERT_TRUE(becomes_true([&] { return presented() > 50; })) << testing_gui::read_file(folder.path / "output.txt");
  recorder.send(SIGKILL);
  EXPECT_EQ(recorder.wait(Seconds(10)), 128 + SIGKILL);
  const std::uint64_t before = presented();
  EXPECT_TRUE(becomes_true([&] { return presented() > before + 200; })) << "it stands still";
  const auto reader = TakeReader::open(take);
  ASSERT_TRUE(reader) << reader.error().line();
  EXPECT_EQ((*reader)->state(), TakeState::interrupted);
  EXPECT_GE((*reader)->frame_count(), 1u);  // what was still in the slots went with the recorder
}  // glxgears ends with its display

TEST_F(GoingOn, TwoThreadsThatDrawTwoWindowsHaveTwoTakes) {
  for (const char* api : {"glx", "egl"}) {
    const Captured captured =
        capture(display_, {PATTERN_HOST, "--threads", "--windows", "2", "--frames", "200", "--api", api});
    EXPECT_EQ(captured.status, 0) << captured.output;
    ASSERT_EQ(captured.takes.size(), 2u);
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto take = captured.open(i);
      ASSERT_TRUE(take);
      EXPECT_EQ(take->frame_count(), 200 + kGlfwsOwnFrames);
      const Picture first = picture_of(*take, kGlfwsOwnFrames);
      const std::uint64_t number = first.rgba == pattern::pixels(0, first.info.width, first.info.height) ? 0 : 1000;
      seen.insert(number);
      expect_pattern(*take, number);
    }
    EXPECT_EQ(seen.size(), 2u) << "both takes show the same window";
  }
}

TEST_F(GoingOn, AWindowThatSomebodyElseResizesIsRecordedInEachSize) {
  std::set<std::uint32_t> wanted;
  CaptureOptions options;
  options.kill_after_meanwhile = SIGKILL;
  options.meanwhile = [&](ChannelServer& server) {
    const auto frames = [&] {
      const auto takes = server.takes();
      return takes.empty() ? 0 : takes[0].writer.frames_written;
    };
    ASSERT_TRUE(becomes_true([&] { return frames() > 5; }));
    for (std::uint32_t width = 20; width < 260; width += 23) {
      display_.xdotool({"search", "--name", "^pattern$", "windowsize", std::to_string(width), std::to_string(300 - width)});
      ASSERT_TRUE(becomes_true([&] { return server.takes()[0].width == width; })) << width;
      wanted.insert(width);
    }
    const auto before = frames();
    ASSERT_TRUE(becomes_true([&] { return frames() > before + 5; }));
  };
  const Captured captured = capture(display_, {PATTERN_HOST, "--frames", "1000000", "--pace", "1"}, options);
  EXPECT_GE(wanted.size(), 10u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(captured.takes[0].dropped, 0u);
  std::set<std::uint32_t> seen;
  for (std::uint64_t k = 0; k < take->frame_count(); ++k) {
    const auto info = take->frame_info(k);
    ASSERT_TRUE(info);
    seen.insert(info->width);
  }
  for (const std::uint32_t width : wanted) EXPECT_TRUE(seen.contains(width)) << width;
  // While the size changes, the host draws for the old one; it has long heard of the last.
  const std::uint64_t last = take->frame_count() - 1;
  const Picture picture = picture_of(*take, last);
  EXPECT_TRUE(picture.rgba == pattern::pixels(last - kGlfwsOwnFrames, picture.info.width, picture.info.height));
}

TEST_F(GoingOn, AWaylandProgramIsRecorded) {
  const TestFolder folder;
  const std::string runtime = folder.path / "run";
  std::filesystem::create_directory(runtime);
  std::filesystem::permissions(runtime, std::filesystem::perms::owner_all);
  const Process weston({"weston", "--backend=headless-backend.so", "--use-pixman", "--socket=wl"},
                       {.environment = {{"XDG_RUNTIME_DIR", runtime}}, .output_file = folder.path / "weston.txt", .kept_descriptor = -1});
  ASSERT_TRUE(becomes_true([&] { return std::filesystem::exists(runtime + "/wl"); }))
      << testing_gui::read_file(folder.path / "weston.txt");
  CaptureOptions options;
  options.environment = {{"WAYLAND_DISPLAY", "wl"}, {"XDG_RUNTIME_DIR", runtime}, {"DISPLAY", ""}};
  options.kill_after_meanwhile = SIGTERM;
  options.meanwhile = [](ChannelServer& server) {
    EXPECT_TRUE(becomes_true([&] {
      const auto takes = server.takes();
      return !takes.empty() && takes[0].writer.frames_written > 10;
    }));
  };
  const Captured captured = capture(display_, {"weston-simple-egl"}, options);
  ASSERT_EQ(captured.takes.size(), 1u) << captured.output;
  EXPECT_EQ(captured.takes[0].dropped, 0u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->state(), TakeState::complete);
  const Picture picture = picture_of(*take, take->frame_count() - 1);
  EXPECT_EQ(picture.info.width, 250u);
  // Its triangle turns before a background that is half transparent black.
  EXPECT_GT(std::set<std::uint8_t>(picture.rgba.begin(), picture.rgba.end()).size(), 20u) << "there is nothing in it";
}

}  // namespace
}  // namespace framespool::preload_test
