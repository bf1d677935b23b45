// What the driver itself keeps for a context that came and went, without a line of ours: the baseline.
#include <epoxy/egl.h>
#include <epoxy/gl.h>

#include <array>
#include <cstdint>

#include "tests/soak/soak.h"

namespace framespool::soak {

namespace {

class RawContext {
 public:
  RawContext() {
    static const EGLDisplay display = [] {
      EGLDisplay opened =
          eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
      return eglInitialize(opened, nullptr, nullptr) == EGL_TRUE ? opened : EGL_NO_DISPLAY;
    }();
    constexpr std::array<EGLint, 7> core33{EGL_CONTEXT_MAJOR_VERSION,
                                           3,
                                           EGL_CONTEXT_MINOR_VERSION,
                                           3,
                                           EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                           EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                           EGL_NONE};
    display_ = display;
    if (display_ == EGL_NO_DISPLAY || eglBindAPI(EGL_OPENGL_API) != EGL_TRUE) return;
    context_ = eglCreateContext(display_, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, core33.data());
    current_ = context_ != EGL_NO_CONTEXT &&
               eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_) == EGL_TRUE;
  }
  ~RawContext() {
    if (current_) eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context_ != EGL_NO_CONTEXT) eglDestroyContext(display_, context_);
  }
  RawContext(const RawContext&) = delete;
  RawContext& operator=(const RawContext&) = delete;
  [[nodiscard]] bool current() const { return current_; }

 private:
  EGLDisplay display_ = EGL_NO_DISPLAY;
  EGLContext context_ = EGL_NO_CONTEXT;
  bool current_ = false;
};

}  // namespace

Result<void> use_driver_alone() {
  const RawContext context;
  if (!context.current()) return fail(ErrorKind::failed, "EGL", "gives no surfaceless context");
  GLuint texture = 0, framebuffer = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, kWidth, kHeight, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glGenFramebuffers(1, &framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
  static std::array<std::uint8_t, kWidth * kHeight * 4> pixels;
  glReadPixels(0, 0, kWidth, kHeight, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
  glDeleteFramebuffers(1, &framebuffer);
  glDeleteTextures(1, &texture);
  return {};
}

}  // namespace framespool::soak
