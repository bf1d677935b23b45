// OpenGL's error flag belongs to the host: what it had raised before us is still there afterwards, and what
// we raised is not.
#pragma once

#include "capture/core/gl_capabilities.h"

namespace framespool {

class HostErrors {
 public:
  // Takes the host's pending errors aside.
  HostErrors(const GlFunctions& gl, const GlCapabilities& can);
  // Raises them again: OpenGL cannot set its flag in another way than by making the mistake. The code is the
  // same but for those that nobody can raise at will, out-of-memory and the matrix stacks', which become
  // GL_INVALID_OPERATION. Before OpenGL 1.5 that one cannot be raised either and is lost.
  ~HostErrors();
  HostErrors(const HostErrors&) = delete;
  HostErrors& operator=(const HostErrors&) = delete;

  // Clears what was raised since and returns the first of it, GL_NO_ERROR (0) if nothing was.
  [[nodiscard]] GlEnum take_own();

 private:
  void raise(GlEnum error);
  void raise_invalid_operation();
  void raise_invalid_framebuffer_operation();

  static constexpr int kMost = 4;  // an implementation may keep one flag for each kind; Mesa keeps one
  const GlFunctions& gl_;
  const GlCapabilities& can_;
  GlEnum pending_[kMost] = {};
  int count_ = 0;
};

}  // namespace framespool
