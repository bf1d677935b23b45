#include "capture/core/frame_grabber.h"

#include "capture/gl_functions_epoxy.h"
#include "tests/capture/gl/gl_fixture.h"

namespace framespool::test {
namespace {

class FrameGrabberTest : public GlTest {
 protected:
  // The pixels of `canvas`, or an empty vector with a failed expectation.
  std::vector<std::uint8_t> grab(const Canvas& canvas, GrabFormat format = GrabFormat::rgba) {
    FrameGrabber grabber(epoxy_gl_functions());
    std::vector<std::uint8_t> bytes(canvas.size().bytes());
    const GrabStatus status = grabber.read({canvas.framebuffer(), canvas.size().width, canvas.size().height},
                                           format, bytes.data(), bytes.size(), &facts_);
    EXPECT_STREQ(to_string(status), to_string(GrabStatus::ok));
    return bytes;
  }

  GrabStatus status_of(const GrabSource& source, std::size_t bytes = 4096) {
    FrameGrabber grabber(epoxy_gl_functions());
    std::vector<std::uint8_t> memory(bytes, 0xab);
    const GrabStatus status = grabber.read(source, GrabFormat::rgba, memory.data(), memory.size());
    if (status != GrabStatus::ok) {
      EXPECT_EQ(memory, std::vector<std::uint8_t>(bytes, 0xab));
    }
    return status;
  }

  GrabFacts facts_;
};

class EverySize : public FrameGrabberTest, public testing::WithParamInterface<Size> {};

TEST_P(EverySize, ComesBackByteForByte) {
  const Canvas canvas = Canvas::texture(GetParam());
  const auto picture = noise(GetParam());
  canvas.upload(picture);
  EXPECT_EQ(grab(canvas), picture);
  EXPECT_EQ(grab(canvas, GrabFormat::bgra), as_bgra(picture));
}

TEST_P(EverySize, ComesBackByteForByteWhenMultisampled) {
  const Canvas canvas = Canvas::renderbuffer(GetParam(), GL_RGBA8, 4);
  const auto picture = canvas.paint_fields();
  EXPECT_EQ(grab(canvas), picture);
  EXPECT_GT(facts_.samples, 0);
  EXPECT_EQ(grab(canvas, GrabFormat::bgra), as_bgra(picture));
}

INSTANTIATE_TEST_SUITE_P(Sizes, EverySize,
                         testing::Values(Size{1, 1}, Size{3, 5}, Size{64, 1}, Size{1, 64}, Size{853, 479},
                                         Size{1280, 720}),
                         [](const auto& test) {
                           return std::to_string(test.param.width) + "x" + std::to_string(test.param.height);
                         });

TEST_F(FrameGrabberTest, RowsComeBottomUp) {
  const Canvas canvas = Canvas::texture({1, 2});
  canvas.upload({1, 2, 3, 4, 5, 6, 7, 8});  // OpenGL's first row is the lowest
  EXPECT_EQ(grab(canvas), (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_F(FrameGrabberTest, WritesNotAByteMoreThanTheFrame) {
  const Canvas canvas = Canvas::texture({3, 5});
  const auto picture = noise({3, 5});
  canvas.upload(picture);
  FrameGrabber grabber(epoxy_gl_functions());
  std::vector<std::uint8_t> memory(picture.size() + 64, 0xab);
  ASSERT_EQ(grabber.read({canvas.framebuffer(), 3, 5}, GrabFormat::rgba, memory.data(), picture.size()),
            GrabStatus::ok);
  auto expected = picture;
  expected.resize(memory.size(), 0xab);
  EXPECT_EQ(memory, expected);
}

TEST_F(FrameGrabberTest, AFrameSmallerThanTheFramebufferIsItsLowerLeftCorner) {
  const Canvas canvas = Canvas::texture({2, 2});
  canvas.upload({1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4});
  FrameGrabber grabber(epoxy_gl_functions());
  std::vector<std::uint8_t> memory(4);
  ASSERT_EQ(grabber.read({canvas.framebuffer(), 1, 1}, GrabFormat::rgba, memory.data(), 4), GrabStatus::ok);
  EXPECT_EQ(memory, (std::vector<std::uint8_t>{1, 1, 1, 1}));
}

TEST_F(FrameGrabberTest, OneGrabberFollowsTheSize) {
  FrameGrabber grabber(epoxy_gl_functions());
  for (const Size size : {Size{8, 8}, Size{31, 7}, Size{2, 2}, Size{31, 7}}) {
    const Canvas canvas = Canvas::renderbuffer(size, GL_RGBA8, 4);
    const auto picture = canvas.paint_fields(size.width);
    std::vector<std::uint8_t> memory(size.bytes());
    ASSERT_EQ(grabber.read({canvas.framebuffer(), size.width, size.height}, GrabFormat::rgba, memory.data(),
                           memory.size()),
              GrabStatus::ok);
    EXPECT_EQ(memory, picture);
  }
}

TEST_F(FrameGrabberTest, AFramebufferThatIsNoneIsAnError) {
  EXPECT_EQ(status_of({4000, 4, 4}), GrabStatus::no_such_framebuffer);
}

TEST_F(FrameGrabberTest, AnIncompleteFramebufferIsAnError) {
  GLuint empty = 0;
  glGenFramebuffers(1, &empty);
  glBindFramebuffer(GL_FRAMEBUFFER, empty);
  EXPECT_EQ(status_of({empty, 4, 4}), GrabStatus::incomplete_framebuffer);
  glDeleteFramebuffers(1, &empty);
}

TEST_F(FrameGrabberTest, TheDefaultFramebufferOfAContextWithoutASurfaceIsAnError) {
  EXPECT_EQ(status_of({0, 4, 4}), GrabStatus::incomplete_framebuffer);
}

TEST_F(FrameGrabberTest, AFramebufferWithoutColourIsAnError) {
  GLuint framebuffer = 0, depth = 0;
  glGenRenderbuffers(1, &depth);
  glBindRenderbuffer(GL_RENDERBUFFER, depth);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH_COMPONENT24, 4, 4);
  glGenFramebuffers(1, &framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, depth);
  glDrawBuffer(GL_NONE);
  glReadBuffer(GL_NONE);
  EXPECT_EQ(status_of({framebuffer, 4, 4}), GrabStatus::no_color_buffer);
  GLint read_buffer = -1;
  glGetIntegerv(GL_READ_BUFFER, &read_buffer);
  EXPECT_EQ(read_buffer, GL_NONE);
  glDeleteFramebuffers(1, &framebuffer);
  glDeleteRenderbuffers(1, &depth);
}

TEST_F(FrameGrabberTest, IntegersAreNoColours) {
  const Canvas canvas = Canvas::renderbuffer({4, 4}, GL_RGBA8UI);
  EXPECT_EQ(status_of({canvas.framebuffer(), 4, 4}), GrabStatus::integer_color);
}

TEST_F(FrameGrabberTest, AFramebufferThatShrankIsAnErrorAndNotStalePixels) {
  const Canvas renderbuffer = Canvas::renderbuffer({4, 4});
  EXPECT_EQ(status_of({renderbuffer.framebuffer(), 5, 4}), GrabStatus::framebuffer_too_small);
  const Canvas texture = Canvas::texture({4, 4});
  EXPECT_EQ(status_of({texture.framebuffer(), 4, 5}), GrabStatus::framebuffer_too_small);
}

TEST_F(FrameGrabberTest, SizesThatMakeNoSenseAreErrors) {
  const Canvas canvas = Canvas::texture({4, 4});
  EXPECT_EQ(status_of({canvas.framebuffer(), 0, 4}), GrabStatus::bad_size);
  EXPECT_EQ(status_of({canvas.framebuffer(), 4, 0}), GrabStatus::bad_size);
  EXPECT_EQ(status_of({canvas.framebuffer(), 32769, 1}), GrabStatus::bad_size);
  EXPECT_EQ(status_of({canvas.framebuffer(), 4, 4}, 63), GrabStatus::short_memory);
}

TEST_F(FrameGrabberTest, WithoutAContextSaysSo) {
  context_.reset();
  EXPECT_EQ(status_of({0, 4, 4}), GrabStatus::no_context);
}

TEST_F(FrameGrabberTest, LeavesNoObjectsBehind) {
  const Canvas canvas = Canvas::renderbuffer({16, 16}, GL_RGBA8, 4);
  canvas.paint_fields();
  const int before = count_gl_objects();
  for (int i = 0; i < 20; ++i) grab(canvas);
  EXPECT_EQ(count_gl_objects(), before);
}

// Formats other than RGBA8: what OpenGL itself reads from a single-sampled framebuffer of that format.
class MultisampledFormat : public FrameGrabberTest, public testing::WithParamInterface<GLenum> {};

TEST_P(MultisampledFormat, ResolvesToWhatASingleSampledOneHolds) {
  const Canvas plain = Canvas::renderbuffer({13, 9}, GetParam());
  const Canvas multisampled = Canvas::renderbuffer({13, 9}, GetParam(), 4);
  plain.paint_fields();
  multisampled.paint_fields();
  const auto expected = grab(plain);
  EXPECT_EQ(facts_.samples, 0);
  EXPECT_EQ(grab(multisampled), expected);
  EXPECT_GT(facts_.samples, 0);
  EXPECT_EQ(facts_.srgb, GetParam() == GL_SRGB8_ALPHA8);
}

INSTANTIATE_TEST_SUITE_P(Formats, MultisampledFormat,
                         testing::Values(GL_RGBA8, GL_RGB8, GL_SRGB8_ALPHA8, GL_RGB10_A2, GL_RGBA16F,
                                         GL_RGBA32F, GL_R11F_G11F_B10F, GL_RGB565, GL_RGB5_A1, GL_RGBA4,
                                         GL_RGBA16, GL_R8, GL_RG8));

}  // namespace
}  // namespace framespool::test
