// What GLFW, Mesa and Xlib keep for a window that came and went: the baseline of the window.
#include <epoxy/gl.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <memory>

#include "tests/soak/soak.h"

namespace framespool::soak {

namespace {

struct Library {
  Library() : started(glfwInit() == GLFW_TRUE) {}
  ~Library() {
    if (started) glfwTerminate();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  const bool started;
};

struct Destroy {
  void operator()(GLFWwindow* window) const { glfwDestroyWindow(window); }
};

}  // namespace

Result<void> use_window_alone() {
  const Library library;
  if (!library.started) return fail(ErrorKind::failed, "GLFW", "does not start");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  const std::unique_ptr<GLFWwindow, Destroy> window(glfwCreateWindow(1280, 800, "alone", nullptr, nullptr));
  if (!window) return fail(ErrorKind::failed, "GLFW", "opens no window");
  glfwMakeContextCurrent(window.get());
  for (int i = 0; i < 3; ++i) {
    glClear(GL_COLOR_BUFFER_BIT);
    glfwSwapBuffers(window.get());
    glfwPollEvents();
  }
  return {};
}

}  // namespace framespool::soak
