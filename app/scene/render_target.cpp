#include "app/scene/render_target.h"

#include <fmt/format.h>

#include "app/scene/gl_handles.h"
#include "app/scene/gl_state.h"

namespace framespool {

struct RenderTarget::Names {
  GlTexture texture = GlTexture::generate();
  GlFramebuffer framebuffer = GlFramebuffer::generate();
};

RenderTarget::RenderTarget(std::unique_ptr<Names> names, std::uint32_t width, std::uint32_t height)
    : names_(std::move(names)), width_(width), height_(height) {}
RenderTarget::RenderTarget(RenderTarget&& other) noexcept = default;
RenderTarget& RenderTarget::operator=(RenderTarget&& other) noexcept = default;
RenderTarget::~RenderTarget() = default;

std::uint32_t RenderTarget::framebuffer() const {
  return names_->framebuffer.get();
}
std::uint32_t RenderTarget::texture() const {
  return names_->texture.get();
}

Result<RenderTarget> RenderTarget::create(std::uint32_t width, std::uint32_t height) {
  const std::string what = fmt::format("size {}x{}", width, height);
  GLint largest = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
  const auto limit = static_cast<std::uint32_t>(largest);
  if (width == 0 || height == 0) return fail(ErrorKind::usage, what, "a frame has at least one pixel");
  if (width > limit || height > limit)
    return fail(ErrorKind::usage, what, fmt::format("this OpenGL driver draws at most {0}x{0}", limit));

  const KeepFramebufferBindings framebuffers;
  const KeepTextureBinding textures;
  clear_gl_errors();
  auto names = std::make_unique<Names>();
  glBindTexture(GL_TEXTURE_2D, names->texture.get());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, static_cast<GLsizei>(width), static_cast<GLsizei>(height), 0,
               GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindFramebuffer(GL_FRAMEBUFFER, names->framebuffer.get());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, names->texture.get(), 0);
  if (glGetError() != GL_NO_ERROR || glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    clear_gl_errors();
    return fail(ErrorKind::failed, what, "the OpenGL driver has no memory for a frame of this size",
                "ask for a smaller one");
  }
  return RenderTarget(std::move(names), width, height);
}

void RenderTarget::bind() const {
  glBindFramebuffer(GL_FRAMEBUFFER, names_->framebuffer.get());
  glViewport(0, 0, static_cast<GLsizei>(width_), static_cast<GLsizei>(height_));
}

}  // namespace framespool
