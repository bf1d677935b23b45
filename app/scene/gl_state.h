// The OpenGL state that scenes touch: put back, or set from scratch.
#pragma once

#include <epoxy/gl.h>

#include <cstdint>

namespace framespool {

class KeepFramebufferBindings {
 public:
  KeepFramebufferBindings() {
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_);
    glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_);
  }
  ~KeepFramebufferBindings() {
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, draw());
    glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read_));
  }
  KeepFramebufferBindings(const KeepFramebufferBindings&) = delete;
  KeepFramebufferBindings& operator=(const KeepFramebufferBindings&) = delete;
  [[nodiscard]] GLuint draw() const { return static_cast<GLuint>(draw_); }

 private:
  GLint draw_ = 0, read_ = 0;
};

class KeepTextureBinding {
 public:
  KeepTextureBinding() { glGetIntegerv(GL_TEXTURE_BINDING_2D, &name_); }
  ~KeepTextureBinding() { glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(name_)); }
  KeepTextureBinding(const KeepTextureBinding&) = delete;
  KeepTextureBinding& operator=(const KeepTextureBinding&) = delete;

 private:
  GLint name_ = 0;
};

inline void clear_gl_errors() {
  // A lost context reports errors for ever, hence the bound.
  for (int i = 0; i < 16 && glGetError() != GL_NO_ERROR; ++i) {
  }
}

// Whatever ran before, a scene starts from here: every pixel of width x height is written as the shader says.
inline void set_plain_draw_state(std::uint32_t width, std::uint32_t height) {
  for (const GLenum capability :
       {GL_BLEND, GL_CULL_FACE, GL_DEPTH_TEST, GL_DITHER, GL_SCISSOR_TEST, GL_STENCIL_TEST,
        GL_FRAMEBUFFER_SRGB, GL_COLOR_LOGIC_OP, GL_SAMPLE_ALPHA_TO_COVERAGE, GL_SAMPLE_COVERAGE,
        GL_RASTERIZER_DISCARD, GL_POLYGON_OFFSET_FILL, GL_SAMPLE_MASK, GL_PRIMITIVE_RESTART, GL_DEPTH_CLAMP})
    glDisable(capability);
  glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  glPolygonMode(GL_FRONT_AND_BACK, GL_FILL);
  glViewport(0, 0, static_cast<GLsizei>(width), static_cast<GLsizei>(height));
}

}  // namespace framespool
