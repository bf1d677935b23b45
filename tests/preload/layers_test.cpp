// Others who put themselves in front of the same functions: a tracer, sanitizers. Neither order may crash the
// program.
//
// That RTLD_NEXT still works through our dlsym is shown by count_presents.cpp in every test here: it asks for
// the next XPutImage through it, and were the question taken for ours the answer would be itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/preload/support/captured.h"
#include "tests/preload/support/pattern.h"

namespace framespool::preload_test {
namespace {

class Layers : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start"; }
  testing_gui::VirtualDisplay display_{640, 480};
};

Command host(const char* program, const char* api, const char* context) {
  return {program, "--api", api, "--context", context, "--frames", "30"};
}

void expect_whole(const Captured& captured) {
  EXPECT_EQ(captured.status, 0) << captured.output;
  ASSERT_EQ(captured.takes.size(), 1u) << captured.output;
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), 30 + kGlfwsOwnFrames);
  EXPECT_EQ(take->frame_count(), captured.presented_in_server);
  expect_pattern(*take);
}

struct Tracer {
  const char *name, *api, *context, *library;
};
class Apitrace : public Layers, public testing::WithParamInterface<Tracer> {};

TEST_P(Apitrace, TracesBehindUsWhileEveryFrameIsCaptured) {
  CaptureOptions options;
  options.preload_after = GetParam().library;
  options.environment["TRACE_FILE"] = "/dev/null";
  expect_whole(capture(display_, host(PATTERN_HOST, GetParam().api, GetParam().context), options));
}

TEST_P(Apitrace, InFrontOfUsCrashesNothing) {
  CaptureOptions options;
  options.preload_before = GetParam().library;
  options.environment["TRACE_FILE"] = "/dev/null";
  const Captured captured =
      capture(display_, host(PATTERN_HOST, GetParam().api, GetParam().context), options);
  EXPECT_EQ(captured.status, 0) << captured.output;
  EXPECT_EQ(captured.presented_in_server, 30 + kGlfwsOwnFrames);
  // Whether it calls us is the tracer's choice. What it lets us see is whole.
  for (std::size_t i = 0; i < captured.takes.size(); ++i)
    if (const auto take = captured.open(i)) expect_pattern(*take);
}

INSTANTIATE_TEST_SUITE_P(Apis, Apitrace,
                         testing::Values(Tracer{"Glx", "glx", "compatibility", APITRACE_GLX},
                                         Tracer{"Egl", "egl", "es3", APITRACE_EGL}),
                         [](const auto& test) { return test.param.name; });

// Ending a thread throws through what it waits in, which may be a hook of ours. On the virtual clock it would wait on: see NotCancelled.
TEST_F(Layers, ThreadsThatAreCancelledInOurHooksLetGoOfWhatTheyOwn) {
  const Captured captured = capture(display_, {CANCEL_HOST});
  EXPECT_EQ(captured.status, 0);
  EXPECT_GT(captured.host_says("waited"), 0u);
  EXPECT_EQ(captured.host_says("let-go"), captured.host_says("waited"));
}

// The witness of programs_test.cpp: what the program has pending comes to it through us, nothing of ours does, and it sees both.
TEST_F(Layers, BehindUsSeeTheErrorsOfTheProgramAndNoOthers) {
  for (const char* api : {"glx", "egl"}) {
    const TestFolder folder;
    CaptureOptions options;
    options.preload_after = NOTE_ERRORS_LIBRARY;
    options.environment["ERRORS_FILE"] = folder.path / "errors";
    Command command = host(PATTERN_HOST, api, "core");
    command.emplace_back("--pending-error");
    const Captured captured = capture(display_, command, options);
    std::vector<std::string> expected(30 + kGlfwsOwnFrames, "500 | ");
    std::fill_n(expected.begin(), kGlfwsOwnFrames, "| ");
    EXPECT_EQ(errors_in(folder.path / "errors"), expected);
    EXPECT_EQ(captured.frames(), expected.size());
  }
}

// A layer whose swap does not return, each seventh time: by longjmp() or an exception, before or after the frame was shown.
struct Leaving {
  const char *name, *api;
  std::string how;
};
std::ostream& operator<<(std::ostream& out, const Leaving& leaving) { return out << leaving.name; }
class LeftSwaps : public Layers, public testing::WithParamInterface<Leaving> {
 protected:
  static constexpr std::uint64_t kFrames = 100, kLeft = kFrames / 7;
  [[nodiscard]] Captured run(const std::string& when) const {
    CaptureOptions options;
    options.preload_after = LEAVE_SWAPS_LIBRARY;
    return capture(display_, {PATTERN_HOST, "--api", GetParam().api, "--swap", GetParam().how + when, "--frames", std::to_string(kFrames)},
                   options);
  }
};

TEST_P(LeftSwaps, AfterTheFrameWasShownCostNoFrame) {
  const Captured captured = run("-after");
  EXPECT_EQ(captured.status, 0) << captured.output;
  EXPECT_EQ(captured.presented_in_server, kFrames + kGlfwsOwnFrames);
  ASSERT_EQ(captured.takes.size(), 1u) << captured.output;
  EXPECT_EQ(captured.takes[0].dropped, 0u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count(), captured.presented_in_server);
  expect_pattern(*take);
}

// Those read before their swap are in the take, those of which the driver would have sent the picture are not, but are counted.
TEST_P(LeftSwaps, BeforeTheFrameWasShownCostNoOther) {
  const Captured captured = run("-before");
  EXPECT_EQ(captured.status, 0) << captured.output;
  EXPECT_EQ(captured.presented_in_server, kFrames - kLeft + kGlfwsOwnFrames);
  ASSERT_EQ(captured.takes.size(), 1u) << captured.output;
  EXPECT_GT(captured.takes[0].dropped, 0u);
  const auto take = captured.open();
  ASSERT_TRUE(take);
  EXPECT_EQ(take->frame_count() + captured.takes[0].dropped, kFrames + kGlfwsOwnFrames);
  std::uint64_t number = 0;
  for (std::uint64_t k = kGlfwsOwnFrames; k < take->frame_count(); ++k, ++number) {
    const Picture picture = picture_of(*take, k);
    while (number < kFrames && picture.rgba != pattern::pixels(number, picture.info.width, picture.info.height)) ++number;
    ASSERT_LT(number, kFrames) << "frame " << k << " is none of the program's, or comes too late";
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, LeftSwaps,
                         testing::Values(Leaving{"GlxLongjmp", "glx", "longjmp"}, Leaving{"EglException", "egl", "throw"}),
                         [](const auto& test) { return test.param.name; });

#ifdef PATTERN_HOST_ASAN
TEST_F(Layers, AProgramWithAddressSanitizerIsRecordedInEitherOrder) {
  expect_whole(capture(display_, host(PATTERN_HOST_ASAN, "glx", "core")));
  CaptureOptions options;
  options.preload_before = LIBASAN;
  expect_whole(capture(display_, host(PATTERN_HOST_ASAN, "egl", "es2"), options));
}

TEST_F(Layers, AProgramWithThreadSanitizerIsRecordedInEitherOrder) {
  CaptureOptions options;
  options.environment["TSAN_OPTIONS"] = "report_bugs=0";  // llvmpipe's own threads are none of ours
  expect_whole(capture(display_, host(PATTERN_HOST_TSAN, "glx", "core"), options));
  options.preload_before = LIBTSAN;
  expect_whole(capture(display_, host(PATTERN_HOST_TSAN, "egl", "es2"), options));
}
#endif

}  // namespace
}  // namespace framespool::preload_test
