#include "tests/preload/hosts/other_swaps.h"

#include <dlfcn.h>
#include <epoxy/gl.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <GL/glx.h>
#include <EGL/egl.h>

#include <cstdint>
#include <string_view>

#include "tests/preload/hosts/left_swaps.h"

// GLFW/glfw3native.h wants Xrandr's headers for these.
extern "C" {
Display* glfwGetX11Display();
GLXContext glfwGetGLXContext(GLFWwindow* window);
GLXWindow glfwGetGLXWindow(GLFWwindow* window);
EGLDisplay glfwGetEGLDisplay();
EGLContext glfwGetEGLContext(GLFWwindow* window);
EGLSurface glfwGetEGLSurface(GLFWwindow* window);
}

namespace {

template <class Function>
Function procedure(const char* name) {
  return reinterpret_cast<Function>(glfwGetProcAddress(name));
}
// As a program that links the library has it.
template <class Function>
Function function(const char* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(dlopen(library, RTLD_LAZY), name));
}
#define GLX(name) function<decltype(&name)>("libGL.so.1", #name)
#define EGL(name) function<decltype(&name)>("libEGL.so.1", #name)

bool swap_with_damage(const char* name, GLFWwindow* window) {
  using Swap = EGLBoolean (*)(EGLDisplay, EGLSurface, const EGLint*, EGLint);
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  const EGLint all[] = {0, 0, width, height};
  const auto swap = procedure<Swap>(name);
  return swap != nullptr && swap(glfwGetEGLDisplay(), glfwGetEGLSurface(window), all, 1) != 0;
}

bool swap_by_version(GLFWwindow* window) {
  const auto swap = reinterpret_cast<decltype(&glXSwapBuffers)>(
      dlvsym(dlopen(VERSIONED_GL_LIBRARY, RTLD_LAZY), "glXSwapBuffers", "PATTERN_1"));
  if (swap != nullptr) swap(glfwGetX11Display(), glfwGetGLXWindow(window));
  return swap != nullptr;
}

void* second_of_glx(GLFWwindow* window) {
  Display* display = glfwGetX11Display();
  int id = 0, count = 0;
  GLX(glXQueryContext)(display, glfwGetGLXContext(window), GLX_FBCONFIG_ID, &id);
  GLXFBConfig* all = GLX(glXGetFBConfigs)(display, 0, &count);
  void* context = nullptr;
  for (int i = 0; i < count && context == nullptr; ++i) {
    int own = 0;
    GLX(glXGetFBConfigAttrib)(display, all[i], GLX_FBCONFIG_ID, &own);
    if (own == id) context = GLX(glXCreateNewContext)(display, all[i], GLX_RGBA_TYPE, nullptr, 1);
  }
  return context;
}

void* second_of_egl(GLFWwindow* window) {
  EGLint id = 0, count = 0;
  EGLConfig config = nullptr;
  EGL(eglQueryContext)(glfwGetEGLDisplay(), glfwGetEGLContext(window), EGL_CONFIG_ID, &id);
  const EGLint wanted[] = {EGL_CONFIG_ID, id, EGL_NONE};
  if (EGL(eglChooseConfig)(glfwGetEGLDisplay(), wanted, &config, 1, &count) == 0 || count != 1) return nullptr;
  return EGL(eglCreateContext)(glfwGetEGLDisplay(), config, nullptr, nullptr);
}

}  // namespace

bool swap_otherwise(const char* way, GLFWwindow* window) {
  const std::string_view name = way;
  if (name == "dlvsym") return swap_by_version(window);
  if (name == "damage-ext") return swap_with_damage("eglSwapBuffersWithDamageEXT", window);
  if (name == "damage-khr") return swap_with_damage("eglSwapBuffersWithDamageKHR", window);
  if (name != "msc") return swap_and_leave(way, window);
  using Swap = std::int64_t (*)(Display*, GLXDrawable, std::int64_t, std::int64_t, std::int64_t);
  const auto swap = procedure<Swap>("glXSwapBuffersMscOML");
  return swap != nullptr && swap(glfwGetX11Display(), glfwGetGLXWindow(window), 0, 0, 0) != -1;
}

bool SecondContext::make(bool is_egl, GLFWwindow* window) {
  is_egl_ = is_egl;
  window_ = window;
  context_ = is_egl ? second_of_egl(window) : second_of_glx(window);
  return context_ != nullptr;
}

void SecondContext::borrow(bool is_egl, GLFWwindow* owner, GLFWwindow* window) {
  is_egl_ = is_egl;
  window_ = window;
  context_ = is_egl ? glfwGetEGLContext(owner) : static_cast<void*>(glfwGetGLXContext(owner));
}

void SecondContext::swap() const {
  if (is_egl_)
    EGL(eglSwapBuffers)(glfwGetEGLDisplay(), glfwGetEGLSurface(window_));
  else
    GLX(glXSwapBuffers)(glfwGetX11Display(), glfwGetGLXWindow(window_));
}

void SecondContext::make_current() const {
  if (is_egl_) {
    EGLSurface surface = glfwGetEGLSurface(window_);
    EGL(eglMakeCurrent)(glfwGetEGLDisplay(), surface, surface, context_);
    return;
  }
  const GLXWindow window = glfwGetGLXWindow(window_);
  GLX(glXMakeContextCurrent)(glfwGetX11Display(), window, window, static_cast<GLXContext>(context_));
}

void SecondContext::leave() const {
  if (context_ != nullptr) glfwMakeContextCurrent(nullptr);
}
