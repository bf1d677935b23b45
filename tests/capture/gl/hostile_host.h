// A host program that has left every state which a grab depends on in the most harmful position.
#pragma once

#include "tests/capture/gl/gl_fixture.h"

namespace framespool::test {

class HostileHost {
 public:
  // Also sets the read buffer of `canvas` to none.
  explicit HostileHost(const Canvas& canvas);
  ~HostileHost();
  HostileHost(const HostileHost&) = delete;
  HostileHost& operator=(const HostileHost&) = delete;

  // What it has bound for reading and for drawing, and the framebuffer of the canvas.
  [[nodiscard]] std::vector<GLuint> framebuffers() const;

 private:
  Canvas elsewhere_, elsewhere_too_;
  GLuint canvas_, pack_buffer_ = 0, renderbuffer_ = 0;
};

}  // namespace framespool::test
