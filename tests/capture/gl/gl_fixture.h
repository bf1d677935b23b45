// An OpenGL context without a display for each test, framebuffers to grab, and pictures whose every byte is
// known.
#pragma once

#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capture/headless_context.h"

namespace framespool::test {

struct Size {
  std::uint32_t width = 0, height = 0;
  [[nodiscard]] std::size_t bytes() const { return std::size_t{width} * height * 4; }
};

// Every pixel differs from its neighbours, alpha included.
[[nodiscard]] std::vector<std::uint8_t> noise(Size size, std::uint32_t seed = 1);
// `rgba` with red and blue exchanged.
[[nodiscard]] std::vector<std::uint8_t> as_bgra(std::vector<std::uint8_t> rgba);

// A framebuffer object with one color attachment. Making, painting and deleting one leaves the bindings as
// they were.
class Canvas {
 public:
  // A texture, level 0 of a GL_RGBA8 unless told.
  static Canvas texture(Size size, GLenum format = GL_RGBA8);
  static Canvas renderbuffer(Size size, GLenum format = GL_RGBA8, int samples = 0);
  Canvas(Canvas&& other) noexcept;
  Canvas& operator=(Canvas&&) = delete;
  ~Canvas();

  // Of a texture: uploads these bytes as its pixels.
  void upload(const std::vector<std::uint8_t>& rgba) const;
  // Clears a checkerboard of 4x4-pixel fields in colours that depend on `seed`, one scissored glClear each;
  // returns the bytes that must come back. Works on multisampled framebuffers.
  std::vector<std::uint8_t> paint_fields(std::uint32_t seed = 1) const;

  [[nodiscard]] GLuint framebuffer() const { return framebuffer_; }
  [[nodiscard]] Size size() const { return size_; }

 private:
  Canvas() = default;
  void attach_renderbuffer(GLenum format, int samples);
  GLuint framebuffer_ = 0, texture_ = 0, renderbuffer_ = 0;
  Size size_;
};

// A debug context that counts the errors its debug callback hears.
class GlTest : public testing::Test {
 protected:
  void SetUp() override { open({HeadlessOptions::Profile::core, true}); }
  void TearDown() override;
  void open(const HeadlessOptions& options);

  [[nodiscard]] int errors_heard() const { return errors_heard_; }

  std::unique_ptr<HeadlessContext> context_;
  bool expects_errors_ = false;  // set by tests that raise errors on purpose

 private:
  static void GLAPIENTRY on_message(GLenum source, GLenum type, GLuint id, GLenum severity, GLsizei length,
                                    const GLchar* message, const void* self);
  int errors_heard_ = 0;
  std::string first_error_;
};

// Buffers, framebuffers, renderbuffers and textures that exist, found by asking for every small name.
[[nodiscard]] int count_gl_objects();

}  // namespace framespool::test
