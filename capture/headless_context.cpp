#include "capture/headless_context.h"

#include <epoxy/egl.h>
#include <epoxy/gl.h>

namespace framespool {

struct HeadlessContext::Impl {
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  ~Impl() {
    if (display == EGL_NO_DISPLAY) return;
    eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context != EGL_NO_CONTEXT) eglDestroyContext(display, context);
    eglTerminate(display);
  }
};

HeadlessContext::HeadlessContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HeadlessContext::~HeadlessContext() = default;

namespace {
auto no_context(std::string why) {
  return fail(ErrorKind::failed, "no OpenGL without a display", std::move(why),
              "install Mesa's EGL driver (libegl1, libgl1-mesa-dri)");
}
}  // namespace

Result<std::unique_ptr<HeadlessContext>> HeadlessContext::create() {
  auto impl = std::make_unique<Impl>();
  if (!epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
    return no_context("EGL has no surfaceless platform");
  impl->display = eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  if (impl->display == EGL_NO_DISPLAY || !eglInitialize(impl->display, nullptr, nullptr)) {
    impl->display = EGL_NO_DISPLAY;
    return no_context("EGL's surfaceless platform does not start");
  }
  if (!eglBindAPI(EGL_OPENGL_API)) return no_context("EGL has no desktop OpenGL");
  const EGLint attributes[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3,
                               EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  impl->context = eglCreateContext(impl->display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
  if (impl->context == EGL_NO_CONTEXT) return no_context("the driver has no OpenGL 3.3 core profile");
  std::unique_ptr<HeadlessContext> context(new HeadlessContext(std::move(impl)));
  if (auto current = context->make_current(); !current) return tl::unexpected(current.error());
  return context;
}

Result<void> HeadlessContext::make_current() {
  if (!eglMakeCurrent(impl_->display, EGL_NO_SURFACE, EGL_NO_SURFACE, impl_->context))
    return no_context("the context cannot be made current without a surface");
  return {};
}

std::string HeadlessContext::renderer() const {
  const auto* text = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  return text ? text : "";
}

}  // namespace framespool
