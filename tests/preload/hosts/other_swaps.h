// Ways to present a frame that GLFW does not have, and a second context for its window.
#pragma once

struct GLFWwindow;

// msc         glXSwapBuffersMscOML
// damage-ext  eglSwapBuffersWithDamageEXT, all of the window
// damage-khr  eglSwapBuffersWithDamageKHR, all of the window
// dlvsym      glXSwapBuffers, asked for with dlvsym() in VERSIONED_GL_LIBRARY: Debian's own libraries have no versions
// False: there is no such function, or it failed.
bool swap_otherwise(const char* way, GLFWwindow* window);

// Shows its frames in the same window as GLFW's own context, which is current when make() is called.
class SecondContext {
 public:
  [[nodiscard]] bool make(bool is_egl, GLFWwindow* window);
  // Instead: `owner`'s own, in another window of the same kind.
  void borrow(bool is_egl, GLFWwindow* owner, GLFWwindow* window);
  void make_current() const;
  // GLFW swaps its own only.
  void swap() const;
  // GLFW does not know that its own is not current any more: to be called before that is made current again.
  void leave() const;

 private:
  bool is_egl_ = false;
  GLFWwindow* window_ = nullptr;
  void* context_ = nullptr;
};
