// Others who put themselves in front of the same functions: a tracer, sanitizers. Neither order may crash the
// program.
//
// That RTLD_NEXT still works through our dlsym is shown by count_presents.cpp in every test here: it asks for
// the next XPutImage through it, and were the question taken for ours the answer would be itself.
#include <gtest/gtest.h>

#include "tests/preload/support/captured.h"

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
