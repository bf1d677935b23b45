// What is done on a GPU, on a software driver that calls itself one: in real time frames are read through the ring of pixel pack
// buffers, some frames later.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/preload/support/captured.h"
#include "tests/preload/support/pattern.h"

namespace framespool::preload_test {
namespace {

struct Way {
  const char* name;
  Command arguments;
};
std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }

class AsOnAGpu : public testing::TestWithParam<Way> {
 protected:
  static constexpr std::uint64_t kFrames = 100;
  void SetUp() override {
    ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start";
    std::ofstream(home_.path / ".drirc") << "<driconf><device><application name=\"all\">"
                                            "<option name=\"force_gl_renderer\" value=\"A GPU\"/></application></device></driconf>";
  }
  [[nodiscard]] Captured run(bool every_frame, const Command& more = {}) const {
    CaptureOptions options;
    options.every_frame = every_frame;
    options.environment["HOME"] = home_.path;
    Command command{PATTERN_HOST, "--frames", std::to_string(kFrames), "--size", "93x61"};
    for (const Command& each : {GetParam().arguments, more}) command.insert(command.end(), each.begin(), each.end());
    return capture(display_, command, options);
  }

  const testing_gui::VirtualDisplay display_{640, 480};
  const TestFolder home_;
};

TEST_P(AsOnAGpu, EachFrameIsInTheTakeInItsOrderOrCountedAsDropped) {
  const Captured captured = run(false, {"--pace", "2"});
  EXPECT_EQ(captured.status, 0) << captured.output;
  EXPECT_NE(captured.output.find("renderer A GPU"), std::string::npos) << captured.output;
  EXPECT_TRUE(captured.problems.empty()) << captured.problems.front();
  ASSERT_EQ(captured.takes.size(), 1u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count() + captured.takes[0].dropped, kFrames + kGlfwsOwnFrames);
  EXPECT_GE(take->frame_count(), 10u);  // of which the last are still under way when the window goes
  std::uint64_t number = 0;
  for (std::uint64_t k = kGlfwsOwnFrames; k < take->frame_count(); ++k, ++number) {
    const Picture picture = picture_of(*take, k);
    while (number < kFrames && picture.rgba != pattern::pixels(number, picture.info.width, picture.info.height)) ++number;
    ASSERT_LT(number, kFrames) << "frame " << k << " is none of the program's, or comes too late";
  }
}

TEST_P(AsOnAGpu, EveryFrameIsThereWhereTheProgramWaits) {
  const Captured captured = run(true);
  EXPECT_EQ(captured.status, 0) << captured.output;
  ASSERT_EQ(captured.takes.size(), 1u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), kFrames + kGlfwsOwnFrames);
  expect_pattern(*take);
}

INSTANTIATE_TEST_SUITE_P(Ways, AsOnAGpu,
                         testing::Values(Way{"GlxCore", {"--context", "core"}}, Way{"EglEs3", {"--api", "egl", "--context", "es3"}},
                                         Way{"GlxHostile", {"--context", "core", "--hostile"}},
                                         Way{"EglEs3Hostile", {"--api", "egl", "--context", "es3", "--hostile"}},
                                         Way{"TwoContextsInTurns", {"--turns", "--samples", "4"}},
                                         Way{"TwoContextsWithoutARelease", {"--turns", "--abrupt", "--samples", "4"}}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace framespool::preload_test
