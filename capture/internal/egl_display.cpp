#include "capture/internal/egl_display.h"

#include <dlfcn.h>

#include <array>
#include <mutex>

namespace framespool {
namespace {

bool starts(EGLDisplay display) {
  return display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr) == EGL_TRUE;
}

// libepoxy ends the program when it cannot load libEGL, so look before it does.
bool has_egl_library() {
  void* library = dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return false;
  dlclose(library);
  return true;
}

// The platforms that need no display, best first. EGL_NO_DISPLAY when none starts.
EGLDisplay start_display() {
  if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless")) {
    EGLDisplay display =
        eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (starts(display)) return display;
  }
  // Drivers other than Mesa's.
  if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_device") &&
      (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_enumeration") ||
       epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_base"))) {
    std::array<EGLDeviceEXT, 16> devices{};
    EGLint count = 0;
    if (eglQueryDevicesEXT(static_cast<EGLint>(devices.size()), devices.data(), &count) == EGL_TRUE) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        EGLDisplay display = eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, devices[i], nullptr);
        if (starts(display)) return display;
      }
    }
  }
  return EGL_NO_DISPLAY;
}

}  // namespace

tl::unexpected<Error> no_headless_opengl(std::string why) {
  return fail(ErrorKind::failed, "no OpenGL without a display", std::move(why),
              "install Mesa's EGL driver (libegl1, libgl1-mesa-dri)");
}

Result<EGLDisplay> headless_display() {
  static std::mutex mutex;
  static EGLDisplay display = EGL_NO_DISPLAY;  // guarded by `mutex`
  const std::lock_guard lock(mutex);
  if (display != EGL_NO_DISPLAY) return display;
  if (!has_egl_library()) return no_headless_opengl("there is no libEGL.so.1");
  display = start_display();
  if (display == EGL_NO_DISPLAY)
    return no_headless_opengl("EGL starts neither its surfaceless platform nor a device");
  return display;
}

}  // namespace framespool
