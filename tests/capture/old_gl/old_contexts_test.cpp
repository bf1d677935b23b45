// Contexts from before OpenGL 3.0 and OpenGL ES 3.0. The driver is told which version and extensions to have
// by its environment, once for each process: CMakeLists.txt runs this program for each kind. The functions
// come from libepoxy, which ends the program when one is called that the context has not.
#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "capture/core/frame_grabber.h"
#include "capture/gl_functions_epoxy.h"

namespace framespool::test {
namespace {

constexpr std::uint32_t kWidth = 21, kHeight = 13;
using Bytes = std::vector<std::uint8_t>;

// A window's stand-in: a pbuffer is a default framebuffer of a size of its own.
class OldContext : public testing::Test {
 protected:
  void SetUp() override {
    const char* kind = std::getenv("FRAMESPOOL_TEST_API");
    if (kind == nullptr) GTEST_SKIP() << "FRAMESPOOL_TEST_API is not set: run by ctest";
    es_ = std::string(kind) == "es";
    display_ = eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    ASSERT_EQ(eglInitialize(display_, nullptr, nullptr), static_cast<EGLBoolean>(EGL_TRUE));
    const EGLint wanted[] = {EGL_SURFACE_TYPE,
                             EGL_PBUFFER_BIT,
                             EGL_RED_SIZE,
                             8,
                             EGL_ALPHA_SIZE,
                             8,
                             EGL_RENDERABLE_TYPE,
                             es_ ? EGL_OPENGL_ES2_BIT : EGL_OPENGL_BIT,
                             EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    ASSERT_TRUE(eglChooseConfig(display_, wanted, &config, 1, &count) == EGL_TRUE && count == 1);
    eglBindAPI(es_ ? EGL_OPENGL_ES_API : EGL_OPENGL_API);
    const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION, es_ ? 2 : 1, EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version);
    const EGLint size[] = {EGL_WIDTH, kWidth, EGL_HEIGHT, kHeight, EGL_NONE};
    surface_ = eglCreatePbufferSurface(display_, config, size);
    ASSERT_EQ(eglMakeCurrent(display_, surface_, surface_, context_), static_cast<EGLBoolean>(EGL_TRUE));
  }
  void TearDown() override {
    if (context_ == EGL_NO_CONTEXT) return;
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR)) << "an error was left";
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroySurface(display_, surface_);
    eglDestroyContext(display_, context_);
  }

  // Fields of 4x4 pixels, one scissored glClear each; the bytes that must come back, bottom row first.
  static Bytes paint() {
    Bytes bytes(std::size_t{kWidth} * kHeight * 4);
    glEnable(GL_SCISSOR_TEST);
    for (std::uint32_t y = 0; y < kHeight; y += 4) {
      for (std::uint32_t x = 0; x < kWidth; x += 4) {
        const std::uint8_t colour[4] = {static_cast<std::uint8_t>(x * 11), static_cast<std::uint8_t>(y * 17),
                                        static_cast<std::uint8_t>(x + y), 255};
        glScissor(static_cast<GLint>(x), static_cast<GLint>(y), 4, 4);
        glClearColor(static_cast<float>(colour[0]) / 255.f, static_cast<float>(colour[1]) / 255.f,
                     static_cast<float>(colour[2]) / 255.f, 1.f);
        glClear(GL_COLOR_BUFFER_BIT);
        for (std::uint32_t row = y; row < std::min(y + 4, kHeight); ++row)
          for (std::uint32_t column = x; column < std::min(x + 4, kWidth); ++column)
            std::copy(colour, colour + 4,
                      bytes.begin() + static_cast<std::ptrdiff_t>((std::size_t{row} * kWidth + column) * 4));
      }
    }
    glScissor(0, 0, kWidth, kHeight);
    glDisable(GL_SCISSOR_TEST);
    return bytes;
  }

  static Bytes grab(FrameGrabber& grabber, GrabFormat format = GrabFormat::rgba) {
    Bytes bytes(std::size_t{kWidth} * kHeight * 4);
    EXPECT_STREQ(to_string(grabber.read({0, kWidth, kHeight}, format, bytes.data(), bytes.size())),
                 to_string(GrabStatus::ok));
    return bytes;
  }

  // What this kind of context has of the states that a grab may touch.
  static std::map<std::string, int> state(const GlCapabilities& can) {
    std::map<std::string, GLenum> names{{"pack alignment", GL_PACK_ALIGNMENT},
                                        {"array buffer", GL_ARRAY_BUFFER_BINDING}};
    if (can.pack_rows) names["pack row length"] = GL_PACK_ROW_LENGTH;
    if (can.pack_rows) names["pack skip rows"] = GL_PACK_SKIP_ROWS;
    if (can.pack_inversion != 0) names["pack inversion"] = can.pack_inversion;
    if (can.read_buffer) names["read buffer"] = GL_READ_BUFFER;
    if (can.framebuffer_binding) names["framebuffer"] = GL_FRAMEBUFFER_BINDING;
    if (can.framebuffer_binding) names["renderbuffer"] = GL_RENDERBUFFER_BINDING;
    if (can.pack_buffers) names["pixel pack buffer"] = GL_PIXEL_PACK_BUFFER_BINDING;
    std::map<std::string, int> values;
    for (const auto& [text, name] : names) {
      GLint value = -1;
      glGetIntegerv(name, &value);
      values[text] = value;
    }
    return values;
  }

  bool es_ = false;
  EGLDisplay display_ = EGL_NO_DISPLAY;
  EGLContext context_ = EGL_NO_CONTEXT;
  EGLSurface surface_ = EGL_NO_SURFACE;
};

TEST_F(OldContext, IsReallyOldAndHasWhatTheCaseIsAbout) {
  FrameGrabber grabber(epoxy_gl_functions());
  const GlCapabilities& can = grabber.capabilities();
  EXPECT_EQ(can.es, es_);
  EXPECT_LT(can.major, 3) << glGetString(GL_VERSION);
  EXPECT_TRUE(can.software);
  const std::string framebuffers = std::getenv("FRAMESPOOL_TEST_FRAMEBUFFERS");
  EXPECT_EQ(can.framebuffers, framebuffers == "all");
  EXPECT_EQ(can.framebuffer_binding, framebuffers != "none");
}

TEST_F(OldContext, ComesBackByteForByte) {
  const Bytes picture = paint();
  FrameGrabber grabber(epoxy_gl_functions());
  EXPECT_EQ(grab(grabber), picture);
  if (!grabber.capabilities().bgra) return;
  Bytes bgra = grab(grabber, GrabFormat::bgra);
  for (std::size_t at = 0; at < bgra.size(); at += 4) std::swap(bgra[at], bgra[at + 2]);
  EXPECT_EQ(bgra, picture);
}

TEST_F(OldContext, AHostileHostIsNotDisturbed) {
  const Bytes picture = paint();
  FrameGrabber grabber(epoxy_gl_functions());
  const GlCapabilities& can = grabber.capabilities();
  GLuint framebuffer = 0, buffer = 0;
  glPixelStorei(GL_PACK_ALIGNMENT, 8);
  if (can.pack_rows) glPixelStorei(GL_PACK_ROW_LENGTH, 4000);
  if (can.pack_rows) glPixelStorei(GL_PACK_SKIP_ROWS, 7);
  if (can.pack_inversion != 0) glPixelStorei(can.pack_inversion, GL_TRUE);
  if (can.read_buffer) (can.read_buffer_nv ? glReadBufferNV : glReadBuffer)(GL_NONE);
  if (can.pack_buffers) {
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
  }
  if (can.framebuffer_binding) {
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  }
  const auto before = state(can);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(grab(grabber), picture);
    EXPECT_EQ(state(can), before);
  }
  if (framebuffer != 0) glDeleteFramebuffers(1, &framebuffer);
  if (buffer != 0) glDeleteBuffers(1, &buffer);
}

TEST_F(OldContext, AnErrorOfTheHostIsStillThere) {
  paint();
  FrameGrabber grabber(epoxy_gl_functions());
  const auto before = state(grabber.capabilities());
  const auto expect_kept = [&](GLenum error) {
    grab(grabber);
    EXPECT_EQ(glGetError(), error);
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR)) << "once";
    EXPECT_EQ(state(grabber.capabilities()), before);
  };
  glEnable(GL_NONE);
  expect_kept(GL_INVALID_ENUM);
  glViewport(0, 0, -1, -1);
  expect_kept(GL_INVALID_VALUE);
  if (!es_ && !grabber.capabilities().at_least(1, 5)) return;  // see HostErrors
  glBufferData(GL_ARRAY_BUFFER, 4, nullptr, GL_STATIC_DRAW);
  expect_kept(GL_INVALID_OPERATION);
}

TEST_F(OldContext, TheSizeOfTheWindowIsFoundWhateverIsSaidOfIt) {
  paint();
  FrameGrabber grabber(epoxy_gl_functions());
  const auto before = state(grabber.capabilities());
  for (const std::uint32_t width : {kWidth, 1u, 20u, 22u, 4000u, 0u}) {
    for (const std::uint32_t height : {kHeight, 1u, 14u, 32768u}) {
      GrabSource source{0, width, height};
      EXPECT_STREQ(to_string(grabber.measure_window(source)), to_string(GrabStatus::ok));
      EXPECT_EQ(source.width, kWidth) << "from " << width << "x" << height;
      EXPECT_EQ(source.height, kHeight) << "from " << width << "x" << height;
    }
  }
  EXPECT_EQ(state(grabber.capabilities()), before);
}

}  // namespace
}  // namespace framespool::test
