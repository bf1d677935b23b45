// Hosts of our own whose every pixel is known: GLX and EGL, all kinds of contexts, several windows and
// processes.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/preload/support/captured.h"
#include "tests/preload/support/pattern.h"

namespace framespool::preload_test {
namespace {

class OwnHosts : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start"; }

  [[nodiscard]] Captured run(std::vector<std::string> arguments, const CaptureOptions& options = {}) const {
    arguments.insert(arguments.begin(), PATTERN_HOST);
    return capture(display_, arguments, options);
  }
  // All that holds for every host: not disturbed, every frame there and exact.
  static void expect_whole(const Captured& captured, std::size_t takes = 1) {
    EXPECT_EQ(captured.status, 0) << captured.output;
    EXPECT_EQ(captured.host_says("errors"), 0u) << captured.output;
    EXPECT_EQ(captured.host_says("changed"), 0u) << captured.output;
    EXPECT_TRUE(captured.problems.empty()) << captured.problems.front();
    EXPECT_EQ(captured.notices, (std::set{channel::NoticeKind::loaded, channel::NoticeKind::context_made}));
    ASSERT_EQ(captured.takes.size(), takes) << captured.output;
    std::uint64_t frames = 0;
    for (std::size_t take = 0; take < takes; ++take) frames += captured.frames(take);
    EXPECT_EQ(frames, captured.presented_in_server);
  }

  testing_gui::VirtualDisplay display_{640, 480};
};

struct Kind {
  const char *name, *api, *context;
};
class OwnHostsOfEveryKind : public OwnHosts, public testing::WithParamInterface<Kind> {};

TEST_P(OwnHostsOfEveryKind, EveryFrameIsCapturedByteForByte) {
  const Captured captured =
      run({"--api", GetParam().api, "--context", GetParam().context, "--frames", "60", "--size", "93x61"});
  expect_whole(captured);
  EXPECT_EQ(captured.host_says("presented"), 60u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), 60 + kGlfwsOwnFrames);
  expect_pattern(*take);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OwnHostsOfEveryKind,
                         testing::Values(Kind{"GlxCore", "glx", "core"},
                                         Kind{"GlxCompatibility", "glx", "compatibility"},
                                         Kind{"GlxEs2", "glx", "es2"}, Kind{"EglCore", "egl", "core"},
                                         Kind{"EglCompatibility", "egl", "compatibility"},
                                         Kind{"EglEs2", "egl", "es2"}, Kind{"EglEs3", "egl", "es3"}),
                         [](const auto& test) { return test.param.name; });

// Between the driver and us the pictures on their way to the X server are meddled with, which OpenGL knows nothing of.
class PicturesOfTheDriver : public OwnHosts, public testing::WithParamInterface<const char*> {
 protected:
  [[nodiscard]] std::unique_ptr<TakeReader> record(const std::string& meddle, const std::string& from) const {
    CaptureOptions options;
    options.preload_before = MEDDLE_PRESENTS_LIBRARY;
    options.environment[meddle] = from;
    Captured captured = run({"--api", GetParam(), "--frames", "60", "--size", "93x61"}, options);
    remarks_ = captured.remarks;
    captured.notices.erase(channel::NoticeKind::remark);
    expect_whole(captured);
    for (const ChannelTakeStatus& one : captured.takes) EXPECT_EQ(one.dropped, 0u);
    folder_ = captured.folder;
    auto take = captured.open();
    EXPECT_EQ(take ? take->frame_count() : 0, 60 + kGlfwsOwnFrames);
    return take;
  }

  mutable std::vector<std::string> remarks_;

 private:
  mutable std::shared_ptr<TestFolder> folder_;
};

TEST_P(PicturesOfTheDriver, AreTakenOnceTheyHaveProvedToBeTheFrames) {
  const auto take = record("MEDDLE_PAINT_FROM", "41");
  ASSERT_TRUE(take);
  for (const std::uint64_t k : {0u, 20u, 38u, 45u, 58u}) {
    const Picture picture = picture_of(*take, k + kGlfwsOwnFrames);
    std::vector<std::uint8_t> expected = pattern::pixels(k, 93, 61);
    if (k + kGlfwsOwnFrames >= 40) expected[60 * 93 * 4 + 1] ^= 0x55;
    EXPECT_TRUE(picture.rgba == expected) << "frame " << k;
  }
  EXPECT_TRUE(remarks_.empty());
}

TEST_P(PicturesOfTheDriver, AreNotTakenWhenTheyAreNotTheFrames) {
  const auto take = record("MEDDLE_PAINT_FROM", "1");
  ASSERT_TRUE(take);
  expect_pattern(*take);
}

TEST_P(PicturesOfTheDriver, ThatDoNotComeAnyMoreCostNoFrame) {
  const auto take = record("MEDDLE_HIDE_FROM", "41");
  ASSERT_TRUE(take);
  expect_pattern(*take);
  // The one that was counted on; all after it are read before their swap again.
  EXPECT_EQ(remarks_, std::vector<std::string>{"a picture of the driver's did not come; the frame was read after its swap"});
}

TEST_P(PicturesOfTheDriver, AreInTheTakeBeforeTheyAreShown) {
  CaptureOptions options;
  options.environment["COUNT_PRESENTS_KILL_AT"] = "50";
  const Captured captured = run({"--api", GetParam(), "--frames", "60", "--size", "93x61"}, options);
  EXPECT_EQ(captured.status, 128 + SIGKILL);
  EXPECT_EQ(captured.presented_in_server, 50u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), 50u);
  expect_pattern(*take);
}

INSTANTIATE_TEST_SUITE_P(Apis, PicturesOfTheDriver, testing::Values("glx", "egl"),
                         [](const auto& test) { return std::string(test.param); });

// Contexts without what OpenGL 3.0 and OpenGL ES 3.0 brought; the driver is told by its environment.
TEST_F(OwnHosts, OldContextsAreCapturedToo) {
  const std::vector<std::pair<std::vector<std::string>, std::map<std::string, std::string>>> kinds{
      {{"--api", "egl", "--context", "es2"}, {{"MESA_GLES_VERSION_OVERRIDE", "2.0"}}},
      {{"--api", "glx"}, {{"MESA_GL_VERSION_OVERRIDE", "2.1"}}},
      {{"--api", "glx"},
       {{"MESA_GL_VERSION_OVERRIDE", "1.4"},
        {"MESA_EXTENSION_OVERRIDE", "-GL_ARB_framebuffer_object -GL_EXT_framebuffer_object"}}}};
  for (const auto& [arguments, environment] : kinds) {
    CaptureOptions options;
    options.environment = environment;
    const Captured captured = run(arguments, options);
    SCOPED_TRACE(captured.output);
    expect_whole(captured);
    if (const auto take = captured.open()) expect_pattern(*take);
  }
}

// Its own pack state, a bound pixel buffer, read buffer NONE, a multisampled window, scissor, sRGB writes,
// and a debug context that aborts on errors: 10,000 frames, every state asked for before and after each. OpenGL ES as far as it has
// that, fewer frames; FRAMESPOOL_TEST_HOSTILE_FRAMES=10000 makes them as many.
//
// With the driver's pictures most frames are not read by OpenGL at all. Pictures that are not the frames are given up: then every
// frame is.
struct Hostility {
  const char *name, *api, *context;
  int frames;
  bool has_pictures;
  std::map<std::string, std::string> environment{};
};
std::ostream& operator<<(std::ostream& out, const Hostility& hostility) { return out << hostility.name; }
class AHostileHost : public OwnHosts, public testing::WithParamInterface<Hostility> {};

TEST_P(AHostileHost, IsNotDisturbedInThousandsOfFrames) {
  const char* wanted = std::getenv("FRAMESPOOL_TEST_HOSTILE_FRAMES");
  const std::uint64_t frames = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : static_cast<std::uint64_t>(GetParam().frames);
  CaptureOptions options;
  options.patience_s = 55;
  options.environment = GetParam().environment;
  if (!GetParam().has_pictures) {
    options.preload_before = MEDDLE_PRESENTS_LIBRARY;
    options.environment["MEDDLE_PAINT_FROM"] = "1";
  }
  const Captured captured = run({"--hostile", "--api", GetParam().api, "--context", GetParam().context, "--frames",
                                 std::to_string(frames), "--size", "16x12"}, options);
  expect_whole(captured);
  EXPECT_EQ(captured.host_says("presented"), frames);
  EXPECT_EQ(captured.host_says("samples"), 4u) << captured.output;
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), frames + kGlfwsOwnFrames);
  expect_pattern(*take);
}
INSTANTIATE_TEST_SUITE_P(Profiles, AHostileHost,
                         testing::Values(Hostility{"Core", "glx", "core", 10'000, true},
                                         Hostility{"CompatibilityEachFrameRead", "glx", "compatibility", 10'000, false},
                                         Hostility{"EglCoreEachFrameRead", "egl", "core", 2'000, false},
                                         Hostility{"Es3", "egl", "es3", 600, true},
                                         Hostility{"Es3EachFrameRead", "egl", "es3", 600, false},
                                         Hostility{"GlxEs3EachFrameRead", "glx", "es3", 200, false},
                                         // Mesa gives the newest version for 2.0 too, unless it is told.
                                         Hostility{"Es2EachFrameRead", "egl", "es2", 600, false,
                                                   {{"MESA_GLES_VERSION_OVERRIDE", "2.0"}}}),
                         [](const auto& test) { return test.param.name; });

TEST_F(OwnHosts, AnErrorThatTheHostHasNotAskedForYetIsStillThere) {
  for (const char* context : {"core", "compatibility"})
    expect_whole(run({"--pending-error", "--context", context}));
  expect_whole(run({"--pending-error", "--api", "egl", "--context", "es2"}));
}

TEST_F(OwnHosts, EveryFrameHasItsOwnSizeInAThousandResizes) {
  const Captured captured = run({"--resizes", "--frames", "1000"});
  expect_whole(captured);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), 1000 + kGlfwsOwnFrames);
  expect_pattern(*take);
  std::map<std::uint32_t, int> widths;
  for (std::uint64_t k = 0; k < take->frame_count(); ++k) {
    const auto info = take->frame_info(k);
    ASSERT_TRUE(info);
    ++widths[info->width];
  }
  EXPECT_GT(widths[1], 100) << "there were no frames of 1 pixel width";
  EXPECT_GE(widths.size(), 11u);
}

TEST_F(OwnHosts, EveryWindowGetsATakeOfItsOwn) {
  for (const char* api : {"glx", "egl"}) {
    const Captured captured = run({"--windows", "2", "--api", api});
    expect_whole(captured, 2);
    for (std::size_t i = 0; i < captured.takes.size(); ++i)
      if (const auto take = captured.open(i)) {
        // Which window connects first is not ours to say.
        const Picture first = picture_of(*take, kGlfwsOwnFrames);
        expect_pattern(*take,
                       first.rgba == pattern::pixels(0, first.info.width, first.info.height) ? 0 : 1000);
        EXPECT_EQ(take->frame_count(), 20 + kGlfwsOwnFrames);
      }
  }
}

TEST_F(OwnHosts, ALauncherAndItsChildAreBothRecorded) {
  const Captured captured = run({"--frames", "5", "--child", "--frames", "7", "--api", "egl"});
  expect_whole(captured, 2);
  EXPECT_EQ(captured.frames(0) + captured.frames(1), 5 + 7 + 2 * kGlfwsOwnFrames);
}

TEST_F(OwnHosts, AProgramStartedByAShellIsRecorded) {
  const Captured captured = capture(display_, {"sh", "-c", "true; " PATTERN_HOST " --frames 6"});
  expect_whole(captured);
  EXPECT_EQ(captured.frames(), 6 + kGlfwsOwnFrames);
}

TEST_F(OwnHosts, TheLimitTakesNoMoreThanItSays) {
  CaptureOptions options;
  options.limit = Rational{10, 1};
  const Captured captured = run({"--frames", "60", "--pace", "10"}, options);
  ASSERT_EQ(captured.takes.size(), 1u);
  // 60 frames of at least 10 ms: at least 0.6 s, however slow the machine is.
  EXPECT_GE(captured.frames(), 6u);
  EXPECT_LT(captured.frames(), 60u);
  EXPECT_EQ(captured.takes[0].presented, 60 + kGlfwsOwnFrames);
  EXPECT_EQ(captured.takes[0].dropped, 0u);
}

TEST_F(OwnHosts, InRealTimeFramesAreDroppedAndCountedInsteadOfWaiting) {
  CaptureOptions options;
  options.every_frame = false;
  const Captured captured = run({"--frames", "200", "--size", "400x300"}, options);
  EXPECT_EQ(captured.status, 0) << captured.output;
  ASSERT_EQ(captured.takes.size(), 1u);
  EXPECT_EQ(captured.frames() + captured.takes[0].dropped, 200 + kGlfwsOwnFrames);
}

TEST_F(OwnHosts, NothingIsRecordedWhilePaused) {
  CaptureOptions options;
  options.paused = true;
  const Captured captured = run({"--frames", "30"}, options);
  EXPECT_EQ(captured.status, 0);
  EXPECT_TRUE(captured.takes.empty());
}

TEST_F(OwnHosts, AProgramThatIsKilledLosesNoFrameThatWasCaptured) {
  CaptureOptions options;
  options.meanwhile = [](ChannelServer& server) {
    const auto enough = [&] {
      const auto takes = server.takes();
      return !takes.empty() && takes[0].writer.frames_written >= 20;
    };
    while (!enough()) usleep(2000);
  };
  options.kill_after_meanwhile = SIGKILL;
  const Captured captured = run({"--frames", "1000000"}, options);
  EXPECT_EQ(captured.status, 128 + SIGKILL);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_GE(take->frame_count(), 20u);
  EXPECT_EQ(take->state(), TakeState::complete);
  EXPECT_GE(take->frame_count() + 1, captured.presented_in_server) << "at most the one being read was lost";
  expect_pattern(*take);
}

TEST_F(OwnHosts, WithoutARecorderTheProgramRunsAsIfAlone) {
  for (const char* address : {"", "@nobody listens here", "/no/such/socket"}) {
    CaptureOptions options;
    options.environment["FRAMESPOOL_CHANNEL"] = address;
    const Captured captured = run({"--frames", "30"}, options);
    EXPECT_EQ(captured.status, 0) << captured.output;
    EXPECT_EQ(captured.presented_in_server, 30 + kGlfwsOwnFrames);
    EXPECT_TRUE(captured.takes.empty());
  }
}

}  // namespace
}  // namespace framespool::preload_test
