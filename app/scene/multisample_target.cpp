#include "app/scene/multisample_target.h"

#include <algorithm>

#include "app/scene/gl_state.h"

namespace framespool {

bool MultisampleTarget::allocate(std::uint32_t width, std::uint32_t height, int samples) {
  color_ = GlRenderbuffer::generate();
  depth_ = GlRenderbuffer::generate();
  framebuffer_ = GlFramebuffer::generate();
  width_ = static_cast<GLsizei>(width);
  height_ = static_cast<GLsizei>(height);
  GLint most = 0;
  glGetIntegerv(GL_MAX_SAMPLES, &most);
  clear_gl_errors();
  glBindRenderbuffer(GL_RENDERBUFFER, color_.get());
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, std::min(samples, most), GL_RGBA8, width_, height_);
  glBindRenderbuffer(GL_RENDERBUFFER, depth_.get());
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, std::min(samples, most), GL_DEPTH_COMPONENT24, width_,
                                   height_);
  glBindRenderbuffer(GL_RENDERBUFFER, 0);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.get());
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, color_.get());
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, depth_.get());
  const bool good =
      glGetError() == GL_NO_ERROR && glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  if (!good) *this = MultisampleTarget();
  clear_gl_errors();
  return good;
}

bool MultisampleTarget::bind(std::uint32_t width, std::uint32_t height, int samples) {
  if (framebuffer_.get() == 0 || width_ != static_cast<GLsizei>(width) ||
      height_ != static_cast<GLsizei>(height)) {
    // The old one goes first: both at once may not fit.
    *this = MultisampleTarget();
    const KeepFramebufferBindings bindings;
    if (!allocate(width, height, samples)) return false;
  }
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer_.get());
  return true;
}

void MultisampleTarget::resolve_into(GLuint framebuffer) const {
  GLint read = 0;
  glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_.get());
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer);
  glBlitFramebuffer(0, 0, width_, height_, 0, 0, width_, height_, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read));
}

}  // namespace framespool
