#include "tests/capture/gl/hostile_host.h"

namespace framespool::test {

HostileHost::HostileHost(const Canvas& canvas)
    : elsewhere_(Canvas::texture({5, 5})),
      elsewhere_too_(Canvas::texture({6, 6})),
      canvas_(canvas.framebuffer()) {
  glBindFramebuffer(GL_FRAMEBUFFER, canvas_);
  glReadBuffer(GL_NONE);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, elsewhere_.framebuffer());
  glReadBuffer(GL_NONE);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, elsewhere_too_.framebuffer());

  glGenRenderbuffers(1, &renderbuffer_);
  glBindRenderbuffer(GL_RENDERBUFFER, renderbuffer_);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, 3, 3);

  glGenBuffers(1, &pack_buffer_);
  glBindBuffer(GL_PIXEL_PACK_BUFFER, pack_buffer_);
  glBufferData(GL_PIXEL_PACK_BUFFER, 16, nullptr, GL_STREAM_READ);

  glPixelStorei(GL_PACK_ALIGNMENT, 8);
  glPixelStorei(GL_PACK_ROW_LENGTH, 4000);
  glPixelStorei(GL_PACK_SKIP_ROWS, 7);
  glPixelStorei(GL_PACK_SKIP_PIXELS, 3);
  glPixelStorei(GL_PACK_SWAP_BYTES, GL_TRUE);
  glPixelStorei(GL_PACK_LSB_FIRST, GL_TRUE);
  glPixelStorei(GL_PACK_IMAGE_HEIGHT, 99);
  glPixelStorei(GL_PACK_SKIP_IMAGES, 2);
  if (epoxy_has_gl_extension("GL_MESA_pack_invert")) glPixelStorei(GL_PACK_INVERT_MESA, GL_TRUE);

  glEnable(GL_FRAMEBUFFER_SRGB);
  glEnable(GL_RASTERIZER_DISCARD);
  glEnable(GL_BLEND);
  glColorMask(GL_FALSE, GL_TRUE, GL_FALSE, GL_FALSE);
  glEnablei(GL_SCISSOR_TEST, 0);
  glDisablei(GL_SCISSOR_TEST, 1);
  glEnablei(GL_SCISSOR_TEST, 2);
  glScissor(1, 1, 1, 1);
  glViewport(1, 2, 3, 4);
}

HostileHost::~HostileHost() {
  glDeleteBuffers(1, &pack_buffer_);
  glDeleteRenderbuffers(1, &renderbuffer_);
}

std::vector<GLuint> HostileHost::framebuffers() const {
  return {canvas_, elsewhere_.framebuffer(), elsewhere_too_.framebuffer()};
}

}  // namespace framespool::test
