// Multisampled color and depth that a scene draws into before it resolves them into the caller's framebuffer.
#pragma once

#include <cstdint>

#include "app/scene/gl_handles.h"

namespace framespool {

class MultisampleTarget {
 public:
  // Binds itself for drawing, reallocated when the size is another one. Takes as many samples as the driver
  // gives, at most `samples`. False, with nothing bound, when there is no memory for it.
  [[nodiscard]] bool bind(std::uint32_t width, std::uint32_t height, int samples);
  // Averages the samples into `framebuffer`, which is bound for drawing afterwards.
  void resolve_into(GLuint framebuffer) const;

 private:
  [[nodiscard]] bool allocate(std::uint32_t width, std::uint32_t height, int samples);

  GlRenderbuffer color_, depth_;
  GlFramebuffer framebuffer_;
  GLsizei width_ = 0, height_ = 0;
};

}  // namespace framespool
