// EGL's display where there is no display. EGL knows one display object for each platform in a process and ends
// all its contexts when it is terminated, so the contexts share it and the last one to go terminates it.
#pragma once

#include <epoxy/egl.h>

#include <memory>

#include "cache/error.h"

namespace framespool {

class EglDisplay {
 public:
  // Starts the display when nobody else has. Thread: any. Error: failed, with what is missing.
  [[nodiscard]] static Result<std::unique_ptr<EglDisplay>> open();
  ~EglDisplay();
  EglDisplay(const EglDisplay&) = delete;
  EglDisplay& operator=(const EglDisplay&) = delete;

  [[nodiscard]] EGLDisplay get() const { return display_; }

 private:
  explicit EglDisplay(EGLDisplay display) : display_(display) {}
  EGLDisplay display_;
};

// The error of everything that keeps us from OpenGL without a display.
[[nodiscard]] tl::unexpected<Error> no_headless_opengl(std::string why);

}  // namespace framespool
