// The host program is not disturbed: its state and its errors are after a grab what they were before.
#include "capture/core/host_state.h"

#include "capture/core/pack_buffer_ring.h"
#include "capture/gl_functions_epoxy.h"
#include "tests/capture/gl/hostile_host.h"
#include "tests/capture/gl/state_snapshot.h"

namespace framespool::test {
namespace {

constexpr Size kSize{21, 13};
constexpr GrabSource source_of(GLuint framebuffer) {
  return {framebuffer, kSize.width, kSize.height};
}

enum class Way { direct, ring };

std::vector<std::uint8_t> grab(FrameGrabber& grabber, GLuint framebuffer, Way way) {
  std::vector<std::uint8_t> bytes(kSize.bytes());
  GrabStatus status;
  if (way == Way::direct) {
    status = grabber.read(source_of(framebuffer), GrabFormat::rgba, bytes.data(), bytes.size());
  } else {
    PackBufferRing ring(grabber);
    status = ring.start(source_of(framebuffer), GrabFormat::rgba);
    if (status == GrabStatus::ok) status = ring.copy_oldest(bytes.data(), bytes.size());
  }
  EXPECT_STREQ(to_string(status), to_string(GrabStatus::ok));
  return bytes;
}

struct Case {
  const char* name;
  HeadlessOptions::Profile profile;
  GLenum format;
  int samples;
  Way way;
};

class UnderAHostileHost : public GlTest, public testing::WithParamInterface<Case> {
 protected:
  void SetUp() override { open({GetParam().profile, true}); }
};

TEST_P(UnderAHostileHost, PixelsAreExactAndEveryStateIsRestored) {
  const Canvas canvas = Canvas::renderbuffer(kSize, GetParam().format, GetParam().samples);
  const auto picture = canvas.paint_fields();
  FrameGrabber grabber(epoxy_gl_functions());
  const HostileHost host(canvas);
  const auto before = take_snapshot(host.framebuffers());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(grab(grabber, canvas.framebuffer(), GetParam().way), picture) << "grab " << i;
    ASSERT_EQ(differences(before, take_snapshot(host.framebuffers())), "") << "grab " << i;
  }
}

constexpr auto kCore = HeadlessOptions::Profile::core;
constexpr auto kCompatibility = HeadlessOptions::Profile::compatibility;
INSTANTIATE_TEST_SUITE_P(
    Cases, UnderAHostileHost,
    testing::Values(Case{"Direct", kCore, GL_RGBA8, 0, Way::direct},
                    Case{"Ring", kCore, GL_RGBA8, 0, Way::ring},
                    Case{"MultisampledDirect", kCore, GL_RGBA8, 4, Way::direct},
                    Case{"MultisampledRing", kCore, GL_RGBA8, 4, Way::ring},
                    Case{"CompatibilityDirect", kCompatibility, GL_RGBA8, 0, Way::direct},
                    Case{"CompatibilityMultisampledRing", kCompatibility, GL_RGBA8, 4, Way::ring}),
    [](const auto& test) { return test.param.name; });

class HostStateTest : public GlTest {};

TEST_F(HostStateTest, SrgbFramebuffersKeepTheirBytes) {
  for (const int samples : {0, 4}) {
    // Painted without conversion, so that the bytes are known; then the host switches conversion on.
    const Canvas canvas = Canvas::renderbuffer(kSize, GL_SRGB8_ALPHA8, samples);
    const auto picture = canvas.paint_fields();
    glEnable(GL_FRAMEBUFFER_SRGB);
    FrameGrabber grabber(epoxy_gl_functions());
    EXPECT_EQ(grab(grabber, canvas.framebuffer(), Way::direct), picture) << samples << " samples";
    EXPECT_TRUE(glIsEnabled(GL_FRAMEBUFFER_SRGB));
    glDisable(GL_FRAMEBUFFER_SRGB);
  }
}

TEST_F(HostStateTest, ALeftoverRowLengthWritesNothingBehindTheFrame) {
  const Canvas canvas = Canvas::texture(kSize);
  canvas.upload(noise(kSize));
  glPixelStorei(GL_PACK_ROW_LENGTH, 100);
  std::vector<std::uint8_t> memory(kSize.bytes() + 8192, 0xab);
  FrameGrabber grabber(epoxy_gl_functions());
  ASSERT_EQ(grabber.read(source_of(canvas.framebuffer()), GrabFormat::rgba, memory.data(), kSize.bytes()),
            GrabStatus::ok);
  EXPECT_EQ(
      std::vector<std::uint8_t>(memory.begin() + static_cast<std::ptrdiff_t>(kSize.bytes()), memory.end()),
      std::vector<std::uint8_t>(8192, 0xab));
}

TEST_F(HostStateTest, ABufferOfTheHostIsNotWrittenTo) {
  const Canvas canvas = Canvas::texture(kSize);
  canvas.upload(noise(kSize));
  const std::vector<std::uint8_t> precious(kSize.bytes(), 0x11);
  GLuint buffer = 0;
  glGenBuffers(1, &buffer);
  glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
  glBufferData(GL_PIXEL_PACK_BUFFER, static_cast<GLsizeiptr>(precious.size()), precious.data(),
               GL_STREAM_READ);
  FrameGrabber grabber(epoxy_gl_functions());
  for (const Way way : {Way::direct, Way::ring})
    EXPECT_EQ(grab(grabber, canvas.framebuffer(), way), noise(kSize));
  std::vector<std::uint8_t> held(precious.size());
  glGetBufferSubData(GL_PIXEL_PACK_BUFFER, 0, static_cast<GLsizeiptr>(held.size()), held.data());
  EXPECT_EQ(held, precious);
  glDeleteBuffers(1, &buffer);
}

TEST_F(HostStateTest, StateIsRestoredAfterAFailedGrabToo) {
  const Canvas integers = Canvas::renderbuffer(kSize, GL_RGBA8UI);
  const HostileHost host(integers);
  const auto before = take_snapshot(host.framebuffers());
  FrameGrabber grabber(epoxy_gl_functions());
  std::vector<std::uint8_t> memory(kSize.bytes());
  EXPECT_EQ(grabber.read(source_of(integers.framebuffer()), GrabFormat::rgba, memory.data(), memory.size()),
            GrabStatus::integer_color);
  EXPECT_EQ(differences(before, take_snapshot(host.framebuffers())), "");
}

TEST_F(HostStateTest, TheTransferScalesOfACompatibilityProfileAreNotApplied) {
  open({kCompatibility, true});
  const Canvas canvas = Canvas::texture(kSize);
  canvas.upload(noise(kSize));
  glPixelTransferf(GL_RED_SCALE, 0.25f);
  glPixelTransferf(GL_GREEN_BIAS, 0.5f);
  glPixelTransferf(GL_ALPHA_SCALE, 0.f);
  const auto before = take_snapshot({canvas.framebuffer()});
  FrameGrabber grabber(epoxy_gl_functions());
  ASSERT_TRUE(grabber.capabilities().compatibility);
  for (const Way way : {Way::direct, Way::ring})
    EXPECT_EQ(grab(grabber, canvas.framebuffer(), way), noise(kSize));
  EXPECT_EQ(differences(before, take_snapshot({canvas.framebuffer()})), "");
}

TEST_F(HostStateTest, GrabsInOpenGlEsToo) {
  open({HeadlessOptions::Profile::es, true});
  const Canvas canvas = Canvas::renderbuffer(kSize, GL_RGBA8, 4);
  const auto picture = canvas.paint_fields();
  glPixelStorei(GL_PACK_ALIGNMENT, 8);
  glPixelStorei(GL_PACK_ROW_LENGTH, 4000);
  glEnable(GL_SCISSOR_TEST);
  glScissor(0, 0, 1, 1);
  FrameGrabber grabber(epoxy_gl_functions());
  ASSERT_TRUE(grabber.capabilities().es);
  for (const Way way : {Way::direct, Way::ring}) EXPECT_EQ(grab(grabber, canvas.framebuffer(), way), picture);
  GLint alignment = 0;
  glGetIntegerv(GL_PACK_ALIGNMENT, &alignment);
  EXPECT_EQ(alignment, 8);
  EXPECT_TRUE(glIsEnabled(GL_SCISSOR_TEST));
}

// The host had made a mistake and has not asked for it yet.
class HostErrorTest : public GlTest, public testing::WithParamInterface<GLenum> {
 protected:
  void make_the_mistake(GLenum error) {
    expects_errors_ = true;
    if (error == GL_INVALID_ENUM) glEnable(GL_NONE);
    if (error == GL_INVALID_VALUE) glViewport(0, 0, -1, -1);
    if (error == GL_INVALID_OPERATION) glEndQuery(GL_SAMPLES_PASSED);
    if (error == GL_INVALID_FRAMEBUFFER_OPERATION) glClear(GL_COLOR_BUFFER_BIT);  // there is no surface
  }
};

TEST_P(HostErrorTest, IsStillThereAfterAGrab) {
  const Canvas canvas = Canvas::texture(kSize);
  canvas.upload(noise(kSize));
  FrameGrabber grabber(epoxy_gl_functions());
  for (const Way way : {Way::direct, Way::ring}) {
    make_the_mistake(GetParam());
    const auto before = take_snapshot({canvas.framebuffer()});
    EXPECT_EQ(grab(grabber, canvas.framebuffer(), way), noise(kSize));
    EXPECT_EQ(glGetError(), GetParam());
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR)) << "once";
    EXPECT_EQ(differences(before, take_snapshot({canvas.framebuffer()})), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, HostErrorTest,
                         testing::Values(GL_INVALID_ENUM, GL_INVALID_VALUE, GL_INVALID_OPERATION,
                                         GL_INVALID_FRAMEBUFFER_OPERATION));

}  // namespace
}  // namespace framespool::test
