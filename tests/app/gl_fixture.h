// An OpenGL context without a window, and pixels drawn by a scene.
#pragma once

#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "app/scene/render_target.h"
#include "app/scene/scene.h"
#include "capture/headless_context.h"

namespace framespool::test {

using Pixels = std::vector<std::uint32_t>;

class GlTest : public testing::Test {
 protected:
  void SetUp() override {
    auto context = HeadlessContext::create();
    ASSERT_TRUE(context) << context.error().line();
    context_ = std::move(*context);
  }

  // What a scene draws at frame `number` of 60 a second.
  static Pixels draw(Scene& scene, std::uint32_t width, std::uint32_t height, std::uint64_t number) {
    auto target = RenderTarget::create(width, height);
    if (!target) {
      ADD_FAILURE() << target.error().line();
      return {};
    }
    target->bind();
    SceneFrame frame;
    frame.time_s = static_cast<double>(number) / 60;
    frame.time_delta_s = 1.0 / 60;
    frame.frame = number;
    frame.width = width;
    frame.height = height;
    scene.draw(frame);
    GLint bound = 0;
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &bound);
    EXPECT_EQ(static_cast<std::uint32_t>(bound), target->framebuffer())
        << "the caller's framebuffer stays bound";
    Pixels pixels(std::size_t{width} * height, 0x12345678u);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, target->framebuffer());
    glReadPixels(0, 0, static_cast<GLsizei>(width), static_cast<GLsizei>(height), GL_RGBA, GL_UNSIGNED_BYTE,
                 pixels.data());
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    return pixels;
  }

  std::unique_ptr<HeadlessContext> context_;
};

}  // namespace framespool::test
