// Frames presented by other functions than the usual two, found by other means, and by contexts that take turns.
#include <gtest/gtest.h>

#include "tests/preload/support/captured.h"

namespace framespool::preload_test {
namespace {

struct Way {
  const char *name, *api;
  Command arguments;
};
std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }

class OtherSwaps : public testing::TestWithParam<Way> {};

TEST_P(OtherSwaps, AreCapturedByteForByte) {
  const testing_gui::VirtualDisplay display(640, 480);
  ASSERT_FALSE(display.name().empty()) << "Xvfb does not start";
  Command command{PATTERN_HOST, "--api", GetParam().api, "--frames", "60", "--size", "93x61"};
  command.insert(command.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const Captured captured = capture(display, command);
  EXPECT_EQ(captured.status, 0) << captured.output;
  EXPECT_EQ(captured.host_says("errors"), 0u) << captured.output;
  EXPECT_TRUE(captured.problems.empty()) << captured.problems.front();
  ASSERT_EQ(captured.takes.size(), 1u) << captured.output;
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), 60 + kGlfwsOwnFrames);
  EXPECT_EQ(take->frame_count(), captured.presented_in_server);
  expect_pattern(*take);
}

INSTANTIATE_TEST_SUITE_P(Ways, OtherSwaps,
                         testing::Values(Way{"Msc", "glx", {"--swap", "msc"}}, Way{"DamageExt", "egl", {"--swap", "damage-ext"}},
                                         Way{"DamageKhr", "egl", {"--swap", "damage-khr"}},
                                         Way{"FoundByDlvsym", "glx", {"--swap", "dlvsym"}},
                                         Way{"TwoContextsInTurnsGlx", "glx", {"--turns", "--samples", "4"}},
                                         Way{"TwoContextsInTurnsEgl", "egl", {"--turns", "--samples", "4"}}),
                         [](const auto& test) { return test.param.name; });

// What each needs to resolve its samples it keeps: one framebuffer and one renderbuffer, however often the turn changes. Once with
// the driver's pictures, and once with every frame read by OpenGL.
TEST(TwoContextsInTurns, LeaveNothingBehindInAMultisampledWindow) {
  const testing_gui::VirtualDisplay display(640, 480);
  ASSERT_FALSE(display.name().empty()) << "Xvfb does not start";
  for (const char* api : {"glx", "egl"}) {
    for (const char* meddle : {"MEDDLE_NOTHING", "MEDDLE_PAINT_FROM"}) {
      CaptureOptions options;
      options.preload_before = MEDDLE_PRESENTS_LIBRARY;
      options.environment[meddle] = "1";
      const Captured captured = capture(display, {PATTERN_HOST, "--api", api, "--turns", "--samples", "4", "--frames", "400"}, options);
      SCOPED_TRACE(captured.output);
      EXPECT_EQ(captured.status, 0);
      EXPECT_EQ(captured.host_says("samples"), 4u);
      EXPECT_EQ(captured.host_says("objects"), 2u);
      EXPECT_EQ(captured.host_says("errors"), 0u);
      const auto take = captured.open();
      ASSERT_TRUE(take);
      EXPECT_EQ(take->frame_count(), 400 + kGlfwsOwnFrames);
      expect_pattern(*take);
    }
  }
}

// One context in many multisampled windows: what was made for a window goes with it, though the context is current elsewhere by then.
TEST(OneContextInWindowsThatComeAndGo, LeavesNothingBehind) {
  const testing_gui::VirtualDisplay display(640, 480);
  ASSERT_FALSE(display.name().empty()) << "Xvfb does not start";
  for (const char* api : {"glx", "egl"}) {
    const Captured captured = capture(display, {PATTERN_HOST, "--api", api, "--guests", "5", "--samples", "4", "--frames", "3"});
    SCOPED_TRACE(captured.output);
    EXPECT_EQ(captured.status, 0);
    EXPECT_EQ(captured.host_says("samples"), 4u);
    EXPECT_EQ(captured.host_says("objects"), 2u) << "those for its own window";
    EXPECT_TRUE(captured.problems.empty());
    ASSERT_EQ(captured.takes.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i)
      if (const auto take = captured.open(i)) expect_pattern(*take);
  }
}

}  // namespace
}  // namespace framespool::preload_test
