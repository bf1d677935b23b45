#include "capture/headless_context.h"

#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <thread>

#include "capture/core/gl_capabilities.h"
#include "capture/gl_functions_epoxy.h"

namespace framespool::test {
namespace {

std::unique_ptr<HeadlessContext> make(const HeadlessOptions& options = {}) {
  auto context = HeadlessContext::create(options);
  EXPECT_TRUE(context.has_value()) << context.error().line();
  return context ? std::move(*context) : nullptr;
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

TEST(HeadlessContext, IsAnOpenGl33CoreContext) {
  const auto context = make();
  const GlCapabilities can = query_gl_capabilities(epoxy_gl_functions());
  EXPECT_TRUE(can.at_least(3, 3));
  EXPECT_FALSE(can.es);
  EXPECT_FALSE(can.compatibility);
  EXPECT_FALSE(context->renderer().empty());
}

TEST(HeadlessContext, MayBeACompatibilityOrAnEsContext) {
  {
    const auto context = make({HeadlessOptions::Profile::compatibility});
    EXPECT_TRUE(query_gl_capabilities(epoxy_gl_functions()).compatibility);
  }
  const auto context = make({HeadlessOptions::Profile::es});
  EXPECT_TRUE(query_gl_capabilities(epoxy_gl_functions()).es);
}

TEST(HeadlessContext, IsNotCurrentAfterItsEnd) {
  make().reset();
  EXPECT_EQ(query_gl_capabilities(epoxy_gl_functions()).major, 0);
}

TEST(HeadlessContext, OneOfTwoMayEndBeforeTheOther) {
  const auto kept = make();
  make().reset();
  ASSERT_TRUE(kept->make_current().has_value());
  EXPECT_TRUE(query_gl_capabilities(epoxy_gl_functions()).at_least(3, 3));
  GLuint buffer = 0;
  glGenBuffers(1, &buffer);
  EXPECT_NE(buffer, 0u);
  EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
}

TEST(HeadlessContext, EndingOneLeavesTheOtherCurrent) {
  auto first = make();
  const auto second = make();
  first.reset();
  EXPECT_TRUE(query_gl_capabilities(epoxy_gl_functions()).at_least(3, 3));
}

TEST(HeadlessContext, WorksOnAnyThread) {
  std::string renderer;
  std::jthread([&] { renderer = make()->renderer(); }).join();
  EXPECT_FALSE(renderer.empty());
}

TEST(HeadlessContext, MadeAndEndedAgainAndAgainKeepsNoDescriptor) {
  make().reset();  // what EGL keeps for the life of the process
  const auto before = open_descriptors();
  for (int i = 0; i < 30; ++i) make().reset();
  EXPECT_EQ(open_descriptors(), before);
}

// EGL's loader reads these variables when it first starts, so a fresh process has to.
[[noreturn]] void create_with(const char* variable, const char* value) {
  setenv(variable, value, 1);
  const auto context = HeadlessContext::create();
  std::fputs(context ? "it was created" : context.error().line().c_str(), stderr);
  std::_Exit(0);
}

TEST(HeadlessContextDeathTest, WithoutAnEglDriverSaysSo) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      create_with("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json"), testing::ExitedWithCode(0),
      "no OpenGL without a display: EGL starts neither its surfaceless platform nor a device; install");
}

TEST(HeadlessContextDeathTest, WithADriverTooOldSaysSo) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(create_with("MESA_GL_VERSION_OVERRIDE", "2.1"), testing::ExitedWithCode(0),
              "no OpenGL without a display: the driver has no OpenGL 3.3; install");
}

}  // namespace
}  // namespace framespool::test
