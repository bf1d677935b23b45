#include "tests/capture/gl/gl_fixture.h"

#include <algorithm>
#include <array>

namespace framespool::test {
namespace {

std::uint32_t mixed(std::uint32_t value) {
  value ^= value >> 16;
  value *= 0x7feb352du;
  value ^= value >> 15;
  value *= 0x846ca68bu;
  return value ^ (value >> 16);
}

std::array<std::uint8_t, 4> colour_of(std::uint32_t value) {
  const std::uint32_t bits = mixed(value);
  return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
          static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 24)};
}

// What a test may have bound, put back.
class Bindings {
 public:
  Bindings() {
    glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_);
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_);
    glGetIntegerv(GL_RENDERBUFFER_BINDING, &renderbuffer_);
    glGetIntegerv(GL_TEXTURE_BINDING_2D, &texture_);
  }
  ~Bindings() {
    glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read_));
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(draw_));
    glBindRenderbuffer(GL_RENDERBUFFER, static_cast<GLuint>(renderbuffer_));
    glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture_));
  }
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

 private:
  GLint read_ = 0, draw_ = 0, renderbuffer_ = 0, texture_ = 0;
};

}  // namespace

std::vector<std::uint8_t> noise(Size size, std::uint32_t seed) {
  std::vector<std::uint8_t> bytes(size.bytes());
  for (std::size_t pixel = 0; pixel < bytes.size() / 4; ++pixel) {
    const auto colour = colour_of(static_cast<std::uint32_t>(pixel) * 7919u + seed);
    std::copy(colour.begin(), colour.end(), bytes.begin() + static_cast<std::ptrdiff_t>(pixel * 4));
  }
  return bytes;
}

std::vector<std::uint8_t> as_bgra(std::vector<std::uint8_t> rgba) {
  for (std::size_t at = 0; at < rgba.size(); at += 4) std::swap(rgba[at], rgba[at + 2]);
  return rgba;
}

Canvas Canvas::texture(Size size, GLenum format) {
  const Bindings bindings;
  Canvas canvas;
  canvas.size_ = size;
  glGenTextures(1, &canvas.texture_);
  glBindTexture(GL_TEXTURE_2D, canvas.texture_);
  glTexImage2D(GL_TEXTURE_2D, 0, static_cast<GLint>(format), static_cast<GLsizei>(size.width),
               static_cast<GLsizei>(size.height), 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glGenFramebuffers(1, &canvas.framebuffer_);
  glBindFramebuffer(GL_FRAMEBUFFER, canvas.framebuffer_);
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, canvas.texture_, 0);
  EXPECT_EQ(glCheckFramebufferStatus(GL_FRAMEBUFFER), static_cast<GLenum>(GL_FRAMEBUFFER_COMPLETE));
  return canvas;
}

Canvas Canvas::renderbuffer(Size size, GLenum format, int samples) {
  const Bindings bindings;
  Canvas canvas;
  canvas.size_ = size;
  glGenRenderbuffers(1, &canvas.renderbuffer_);
  glBindRenderbuffer(GL_RENDERBUFFER, canvas.renderbuffer_);
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, format, static_cast<GLsizei>(size.width),
                                   static_cast<GLsizei>(size.height));
  glGenFramebuffers(1, &canvas.framebuffer_);
  glBindFramebuffer(GL_FRAMEBUFFER, canvas.framebuffer_);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, canvas.renderbuffer_);
  EXPECT_EQ(glCheckFramebufferStatus(GL_FRAMEBUFFER), static_cast<GLenum>(GL_FRAMEBUFFER_COMPLETE));
  return canvas;
}

Canvas::Canvas(Canvas&& other) noexcept
    : framebuffer_(std::exchange(other.framebuffer_, 0)),
      texture_(std::exchange(other.texture_, 0)),
      renderbuffer_(std::exchange(other.renderbuffer_, 0)),
      size_(other.size_) {}

Canvas::~Canvas() {
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteTextures(1, &texture_);
  glDeleteRenderbuffers(1, &renderbuffer_);
}

void Canvas::upload(const std::vector<std::uint8_t>& rgba) const {
  const Bindings bindings;
  glBindTexture(GL_TEXTURE_2D, texture_);
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, static_cast<GLsizei>(size_.width),
                  static_cast<GLsizei>(size_.height), GL_RGBA, GL_UNSIGNED_BYTE, rgba.data());
}

std::vector<std::uint8_t> Canvas::paint_fields(std::uint32_t seed) const {
  constexpr std::uint32_t kField = 4;
  const Bindings bindings;
  GLint box[4];
  glGetIntegerv(GL_SCISSOR_BOX, box);
  const bool scissor = glIsEnabled(GL_SCISSOR_TEST) == GL_TRUE;
  std::vector<std::uint8_t> bytes(size_.bytes());
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer_);
  glEnable(GL_SCISSOR_TEST);
  for (std::uint32_t y = 0; y < size_.height; y += kField) {
    for (std::uint32_t x = 0; x < size_.width; x += kField) {
      const auto colour = colour_of(seed + y * 4099u + x);
      glScissor(static_cast<GLint>(x), static_cast<GLint>(y), kField, kField);
      glClearColor(static_cast<float>(colour[0]) / 255.f, static_cast<float>(colour[1]) / 255.f,
                   static_cast<float>(colour[2]) / 255.f, static_cast<float>(colour[3]) / 255.f);
      glClear(GL_COLOR_BUFFER_BIT);
      for (std::uint32_t row = y; row < std::min(y + kField, size_.height); ++row)
        for (std::uint32_t column = x; column < std::min(x + kField, size_.width); ++column)
          std::copy(
              colour.begin(), colour.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>((std::size_t{row} * size_.width + column) * 4));
    }
  }
  glScissor(box[0], box[1], box[2], box[3]);
  if (!scissor) glDisable(GL_SCISSOR_TEST);
  return bytes;
}

void GlTest::open(const HeadlessOptions& options) {
  context_.reset();
  auto context = HeadlessContext::create(options);
  ASSERT_TRUE(context.has_value()) << context.error().line();
  context_ = std::move(*context);
  if (!options.debug) return;
  glEnable(GL_DEBUG_OUTPUT);
  glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
  glDebugMessageCallback(on_message, this);
}

void GlTest::TearDown() {
  if (!context_) return;
  if (!expects_errors_) {
    EXPECT_EQ(errors_heard_, 0) << "the debug callback heard: " << first_error_;
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR)) << "an OpenGL error was left";
  }
  context_.reset();
}

void GLAPIENTRY GlTest::on_message(GLenum, GLenum type, GLuint, GLenum, GLsizei, const GLchar* message,
                                   const void* self) {
  if (type != GL_DEBUG_TYPE_ERROR) return;
  auto* test = static_cast<GlTest*>(const_cast<void*>(self));
  if (test->errors_heard_++ == 0) test->first_error_ = message;
}

int count_gl_objects() {
  int count = 0;
  for (GLuint name = 1; name < 4096; ++name)
    count += glIsBuffer(name) + glIsFramebuffer(name) + glIsRenderbuffer(name) + glIsTexture(name);
  return count;
}

}  // namespace framespool::test
