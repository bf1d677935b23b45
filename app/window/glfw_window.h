// A GLFW window with an OpenGL 3.3 core context, and what happened to it: keys and drops as commands.
#pragma once

#include <memory>
#include <string>

#include "app/model/commands.h"
#include "cache/error.h"

struct GLFWwindow;

namespace framespool {

class GlfwWindow {
 public:
  // Opens it, context current. `scale_override` 0: the display's own scale.
  // Error failed: no display, no OpenGL 3.3.
  [[nodiscard]] static Result<std::unique_ptr<GlfwWindow>> open(float scale_override);
  ~GlfwWindow();
  GlfwWindow(const GlfwWindow&) = delete;
  GlfwWindow& operator=(const GlfwWindow&) = delete;

  [[nodiscard]] GLFWwindow* handle() const { return window_.get(); }
  // Appends what keys, the close button and dropped files asked for since the last call.
  void take_commands(Commands& into);
  // Enter is a command only where a sheet or question is open; take_commands() gives its presses apart.
  [[nodiscard]] bool take_enter();

  struct Size {
    int width = 0, height = 0;                // of the window, in its own coordinates
    int pixel_width = 0, pixel_height = 0;    // of its framebuffer
    [[nodiscard]] float pixel_ratio() const;  // 1 on X11
  };
  [[nodiscard]] Size size() const;
  // The window's coordinates for one unit of the theme.
  [[nodiscard]] float scale() const;

 private:
  GlfwWindow() = default;
  struct Library {
    ~Library();
    bool started = false;
  };
  struct Destroy {
    void operator()(GLFWwindow* window) const;
  };
  static void on_key(GLFWwindow* window, int key, int scancode, int action, int modifiers);
  static void on_drop(GLFWwindow* window, int count, const char** paths);
  static void on_close(GLFWwindow* window);

  Library library_;  // first: ends last
  std::unique_ptr<GLFWwindow, Destroy> window_;
  float scale_override_ = 0;
  Commands commands_;
  bool enter_ = false;
};

}  // namespace framespool
