// Every bundled scene: it draws, the same every time, at every size, and leaves nothing behind.
#include <algorithm>
#include <set>

#include "tests/app/gl_fixture.h"

namespace framespool {

// What GoogleTest calls a parameter in its lists.
static void PrintTo(const SceneDescription& scene, std::ostream* out) { *out << scene.name; }

namespace {

using test::Pixels;

class BundledScene : public test::GlTest, public testing::WithParamInterface<SceneDescription> {
 protected:
  static std::unique_ptr<Scene> make() {
    auto scene = make_scene(GetParam().name);
    if (scene) return std::move(*scene);
    ADD_FAILURE() << scene.error().line();
    return nullptr;
  }
};

std::size_t different_values(const Pixels& pixels) {
  return std::set(pixels.begin(), pixels.end()).size();
}

TEST_P(BundledScene, DrawsAPicture) {
  const auto scene = make();
  ASSERT_TRUE(scene);
  EXPECT_EQ(scene->name(), GetParam().name);
  for (const std::uint64_t number : {0u, 90u, 100'000u})
    EXPECT_GT(different_values(draw(*scene, 320, 180, number)), 50u) << "frame " << number;
}

TEST_P(BundledScene, DrawsTheSamePixelsInTwoRuns) {
  const auto one = make(), other = make();
  ASSERT_TRUE(one && other);
  draw(*other, 64, 64, 7);  // what was drawn before must not matter
  EXPECT_EQ(draw(*one, 320, 180, 42), draw(*other, 320, 180, 42));
}

TEST_P(BundledScene, Moves) {
  const auto scene = make();
  ASSERT_TRUE(scene);
  EXPECT_NE(draw(*scene, 320, 180, 42), draw(*scene, 320, 180, 43));
}

TEST_P(BundledScene, FillsEverySize) {
  const auto scene = make();
  ASSERT_TRUE(scene);
  for (const auto& [width, height] : {std::pair{1u, 1u}, {3u, 5u}, {853u, 479u}, {90u, 400u}}) {
    const Pixels pixels = draw(*scene, width, height, 30);
    EXPECT_EQ(std::count(pixels.begin(), pixels.end(), 0x12345678u), 0) << width << "x" << height;
    if (width > 3) {
      EXPECT_GT(different_values(pixels), 50u) << width << "x" << height;
    }
  }
}

TEST_P(BundledScene, DrawsTheSameWhateverStateWasLeftBehind) {
  const auto scene = make();
  ASSERT_TRUE(scene);
  const Pixels clean = draw(*scene, 160, 90, 12);
  for (const GLenum capability : {GL_BLEND, GL_CULL_FACE, GL_DEPTH_TEST, GL_SCISSOR_TEST, GL_STENCIL_TEST})
    glEnable(capability);
  glScissor(3, 3, 5, 5);
  glCullFace(GL_FRONT);
  glFrontFace(GL_CW);
  glDepthFunc(GL_NEVER);
  glDepthMask(GL_FALSE);
  glColorMask(GL_TRUE, GL_FALSE, GL_FALSE, GL_FALSE);
  glStencilFunc(GL_NEVER, 1, 1);
  glClearColor(1, 0, 1, 0);
  glPolygonMode(GL_FRONT_AND_BACK, GL_LINE);
  const Pixels dirty = draw(*scene, 160, 90, 12);
  EXPECT_EQ(clean, dirty);
}

struct Names {
  int textures = 0, framebuffers = 0, renderbuffers = 0, buffers = 0, vertex_arrays = 0,
      programs_and_shaders = 0;
  friend bool operator==(const Names&, const Names&) = default;
};

Names living_names() {
  Names names;
  for (GLuint name = 1; name < 500; ++name) {
    names.textures += glIsTexture(name);
    names.framebuffers += glIsFramebuffer(name);
    names.renderbuffers += glIsRenderbuffer(name);
    names.buffers += glIsBuffer(name);
    names.vertex_arrays += glIsVertexArray(name);
    names.programs_and_shaders += glIsProgram(name) + glIsShader(name);
  }
  return names;
}

TEST_P(BundledScene, LeavesNoOpenGlObjectsBehind) {
  const Names before = living_names();
  {
    const auto scene = make();
    ASSERT_TRUE(scene);
    draw(*scene, 64, 36, 1);
    EXPECT_NE(living_names(), before) << "this test must be able to see a scene's names";
    draw(*scene, 36, 64, 2);
  }
  EXPECT_EQ(living_names(), before);
}

std::uint32_t alpha(std::uint32_t pixel) {
  return pixel >> 24;
}

TEST_P(BundledScene, IsOpaqueUnlessItIsAboutTransparency) {
  const auto scene = make();
  ASSERT_TRUE(scene);
  const Pixels pixels = draw(*scene, 320, 180, 30);
  const auto opaque =
      std::count_if(pixels.begin(), pixels.end(), [](auto pixel) { return alpha(pixel) == 255; });
  if (GetParam().name != "petals") {
    EXPECT_EQ(opaque, 320 * 180);
    return;
  }
  EXPECT_EQ(pixels.front(), 0u) << "a corner is wholly transparent";
  EXPECT_GT(std::count_if(pixels.begin(), pixels.end(),
                          [](auto pixel) { return alpha(pixel) > 64 && alpha(pixel) < 192; }),
            1000);
  for (const std::uint32_t pixel : pixels)
    for (const int shift : {0, 8, 16}) ASSERT_LE((pixel >> shift) & 255, alpha(pixel)) << "premultiplied";
}

INSTANTIATE_TEST_SUITE_P(All, BundledScene, testing::ValuesIn(bundled_scenes()),
                         [](const auto& scene) { return scene.param.name; });

using RenderTargetTest = test::GlTest;

TEST_F(RenderTargetTest, RefusesSizesThatNoDriverDraws) {
  for (const auto& [width, height] : {std::pair{0u, 4u}, {4u, 0u}, {0xffffffffu, 4u}, {4u, 1u << 20}}) {
    const auto target = RenderTarget::create(width, height);
    ASSERT_FALSE(target) << width << "x" << height;
    EXPECT_EQ(target.error().kind, ErrorKind::usage);
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
  }
}

TEST_F(RenderTargetTest, LeavesBindingsAsTheyWere) {
  GLuint texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  const auto first = RenderTarget::create(8, 8);
  ASSERT_TRUE(first);
  first->bind();
  const auto second = RenderTarget::create(16, 16);
  ASSERT_TRUE(second);
  GLint bound_texture = 0, bound_framebuffer = 0;
  glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound_texture);
  glGetIntegerv(GL_FRAMEBUFFER_BINDING, &bound_framebuffer);
  EXPECT_EQ(static_cast<GLuint>(bound_texture), texture);
  EXPECT_EQ(static_cast<GLuint>(bound_framebuffer), first->framebuffer());
}

TEST_F(RenderTargetTest, CanBeMovedAndReplaced) {
  const Names before = living_names();
  {
    auto target = RenderTarget::create(8, 8);
    ASSERT_TRUE(target);
    auto other = RenderTarget::create(9, 7);
    ASSERT_TRUE(other);
    *target = std::move(*other);
    EXPECT_EQ(target->width(), 9u);
    target->bind();
  }
  EXPECT_EQ(living_names(), before);
}

}  // namespace
}  // namespace framespool
