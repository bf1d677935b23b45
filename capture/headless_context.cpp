#include "capture/headless_context.h"

#include <epoxy/gl.h>

#include <array>

#include "capture/internal/egl_display.h"

namespace framespool {

struct HeadlessContext::Impl {
  explicit Impl(EGLDisplay started) : display(started) {}
  ~Impl() {
    if (context == EGL_NO_CONTEXT) return;
    if (eglGetCurrentContext() == context)
      eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(display, context);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  EGLDisplay display;
  EGLContext context = EGL_NO_CONTEXT;
};

namespace {

constexpr EGLint kMost = 9;

// Name and value pairs, then EGL_NONE.
std::array<EGLint, kMost> attributes_of(const HeadlessOptions& options) {
  using Profile = HeadlessOptions::Profile;
  const EGLint debug = options.debug ? EGL_TRUE : EGL_FALSE;
  if (options.profile == Profile::es)
    return {EGL_CONTEXT_MAJOR_VERSION,
            3,
            EGL_CONTEXT_MINOR_VERSION,
            0,
            EGL_CONTEXT_OPENGL_DEBUG,
            debug,
            EGL_NONE};
  return {EGL_CONTEXT_MAJOR_VERSION,
          3,
          EGL_CONTEXT_MINOR_VERSION,
          3,
          EGL_CONTEXT_OPENGL_PROFILE_MASK,
          options.profile == Profile::core ? EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT
                                           : EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT,
          EGL_CONTEXT_OPENGL_DEBUG,
          debug,
          EGL_NONE};
}

}  // namespace

HeadlessContext::HeadlessContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HeadlessContext::~HeadlessContext() = default;

Result<std::unique_ptr<HeadlessContext>> HeadlessContext::create(const HeadlessOptions& options) {
  auto display = headless_display();
  if (!display) return tl::unexpected(display.error());
  auto impl = std::make_unique<Impl>(*display);

  const bool es = options.profile == HeadlessOptions::Profile::es;
  if (eglBindAPI(es ? EGL_OPENGL_ES_API : EGL_OPENGL_API) != EGL_TRUE)
    return no_headless_opengl(es ? "EGL has no OpenGL ES" : "EGL has no desktop OpenGL");
  // Without a surface there is nothing that a configuration would configure.
  impl->context =
      eglCreateContext(impl->display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes_of(options).data());
  if (impl->context == EGL_NO_CONTEXT)
    return no_headless_opengl(es ? "the driver has no OpenGL ES 3.0" : "the driver has no OpenGL 3.3");
  std::unique_ptr<HeadlessContext> context(new HeadlessContext(std::move(impl)));
  if (auto current = context->make_current(); !current) return tl::unexpected(current.error());
  return context;
}

Result<void> HeadlessContext::make_current() {
  if (eglMakeCurrent(impl_->display, EGL_NO_SURFACE, EGL_NO_SURFACE, impl_->context) != EGL_TRUE)
    return no_headless_opengl("the context cannot be made current without a surface");
  return {};
}

std::string HeadlessContext::renderer() const {
  const auto* text = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  return text != nullptr ? text : "";
}

}  // namespace framespool
