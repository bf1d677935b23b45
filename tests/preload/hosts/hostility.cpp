#include "tests/preload/hosts/hostility.h"

#include <cstdio>
#include <cstdlib>

namespace {

void GLAPIENTRY on_message(GLenum, GLenum type, GLuint, GLenum, GLsizei, const GLchar* text, const void*) {
  if (type != GL_DEBUG_TYPE_ERROR) return;
  std::fprintf(stderr, "OpenGL error: %s\n", text);
  std::abort();
}

}  // namespace

Hostility::Hostility() : is_desktop_(epoxy_is_desktop_gl()), is_version_3_(is_desktop_ || epoxy_gl_version() >= 30) {
  has_rows_ = is_version_3_ || epoxy_has_gl_extension("GL_NV_pack_subimage");
  has_pack_buffer_ = is_version_3_ || epoxy_has_gl_extension("GL_NV_pixel_buffer_object");
  has_srgb_switch_ = is_desktop_ || epoxy_has_gl_extension("GL_EXT_sRGB_write_control");
  has_reversal_ = !is_desktop_ && epoxy_has_gl_extension("GL_ANGLE_pack_reverse_row_order");
  has_read_buffer_ = is_version_3_ || epoxy_has_gl_extension("GL_NV_read_buffer");
  glDebugMessageCallback(on_message, nullptr);
  glEnable(GL_DEBUG_OUTPUT);
  glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
  glGenFramebuffers(2, framebuffers_);
  glGenTextures(1, &texture_);
  glBindTexture(GL_TEXTURE_2D, texture_);
  glTexImage2D(GL_TEXTURE_2D, 0, is_version_3_ ? GL_RGBA8 : GL_RGBA, 5, 5, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  if (has_pack_buffer_) {
    glGenBuffers(1, &pack_buffer_);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, pack_buffer_);
    glBufferData(GL_PIXEL_PACK_BUFFER, 16, nullptr, is_version_3_ ? GL_STREAM_READ : GL_STREAM_DRAW);
  }
  select_no_read_buffer();  // of the window
  for (const GLuint framebuffer : framebuffers_) {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
    select_no_read_buffer();
  }
  glPixelStorei(GL_PACK_ALIGNMENT, 8);
  if (has_rows_) {
    glPixelStorei(GL_PACK_ROW_LENGTH, 4000);
    glPixelStorei(GL_PACK_SKIP_ROWS, 7);
    glPixelStorei(GL_PACK_SKIP_PIXELS, 3);
  }
  if (has_reversal_) glPixelStorei(GL_PACK_REVERSE_ROW_ORDER_ANGLE, GL_TRUE);
  if (!is_desktop_) return;
  glPixelStorei(GL_PACK_SWAP_BYTES, GL_TRUE);
  glPixelStorei(GL_PACK_LSB_FIRST, GL_TRUE);
  if (epoxy_has_gl_extension("GL_MESA_pack_invert")) glPixelStorei(GL_PACK_INVERT_MESA, GL_TRUE);
}

void Hostility::select_no_read_buffer() const {
  if (is_version_3_)
    glReadBuffer(GL_NONE);
  else if (has_read_buffer_)
    glReadBufferNV(GL_NONE);
}

void Hostility::before_drawing() const {
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  if (has_srgb_switch_) glDisable(GL_FRAMEBUFFER_SRGB);
  if (is_version_3_) glDisable(GL_RASTERIZER_DISCARD);
  glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
}

void Hostility::before_swapping() const {
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffers_[1]);
  if (is_version_3_) glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffers_[0]);
  if (has_srgb_switch_) glEnable(GL_FRAMEBUFFER_SRGB);
  if (is_version_3_) glEnable(GL_RASTERIZER_DISCARD);
  glColorMask(GL_FALSE, GL_TRUE, GL_FALSE, GL_FALSE);
  glEnable(GL_SCISSOR_TEST);
  glScissor(1, 1, 1, 1);
  glViewport(1, 2, 3, 4);
}

void Hostility::tell() const {
  GLint samples = 0, flags = 0;
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glGetIntegerv(GL_SAMPLES, &samples);
  if (is_desktop_ || epoxy_gl_version() >= 32) glGetIntegerv(GL_CONTEXT_FLAGS, &flags);
  std::printf("hostility: samples %d debug %d rows %d pack_buffer %d srgb_switch %d reversal %d read_buffer %d\n", samples,
              (flags & GL_CONTEXT_FLAG_DEBUG_BIT) != 0 ? 1 : 0, has_rows_, has_pack_buffer_, has_srgb_switch_, has_reversal_,
              has_read_buffer_);
}
