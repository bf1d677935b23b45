#include "capture/core/pack_buffer_ring.h"

#include "capture/gl_functions_epoxy.h"
#include "tests/capture/gl/gl_fixture.h"

namespace framespool::test {
namespace {

class PackBufferRingTest : public GlTest {
 protected:
  GrabStatus start(PackBufferRing& ring, const Canvas& canvas, GrabFormat format = GrabFormat::rgba) {
    return ring.start({canvas.framebuffer(), canvas.size().width, canvas.size().height}, format);
  }
  std::vector<std::uint8_t> copy(PackBufferRing& ring, Size size) {
    std::vector<std::uint8_t> bytes(size.bytes());
    EXPECT_EQ(ring.copy_oldest(bytes.data(), bytes.size()), GrabStatus::ok);
    return bytes;
  }
};

TEST_F(PackBufferRingTest, FramesComeBackInOrderAfterTheNextWereDrawn) {
  FrameGrabber grabber(epoxy_gl_functions());
  PackBufferRing ring(grabber);
  const Canvas canvas = Canvas::texture({37, 11});
  for (std::uint32_t frame = 0; frame < 20; ++frame) {
    if (ring.order().full()) {
      EXPECT_EQ(copy(ring, canvas.size()), noise(canvas.size(), frame - ReadbackRing::kDepth)) << frame;
    }
    canvas.upload(noise(canvas.size(), frame));
    ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
  }
  EXPECT_EQ(ring.order().in_flight(), ReadbackRing::kDepth);
}

TEST_F(PackBufferRingTest, FramesInFlightMayDifferInSizeAndFormat) {
  FrameGrabber grabber(epoxy_gl_functions());
  PackBufferRing ring(grabber);
  const Canvas small = Canvas::texture({1, 1}), large = Canvas::texture({853, 479});
  small.upload(noise(small.size()));
  large.upload(noise(large.size()));
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(start(ring, small), GrabStatus::ok);
    ASSERT_EQ(start(ring, large, GrabFormat::bgra), GrabStatus::ok);
    EXPECT_EQ(copy(ring, small.size()), noise(small.size()));
    EXPECT_EQ(copy(ring, large.size()), as_bgra(noise(large.size())));
  }
}

TEST_F(PackBufferRingTest, IsReadyAtLast) {
  FrameGrabber grabber(epoxy_gl_functions());
  PackBufferRing ring(grabber);
  const Canvas canvas = Canvas::texture({4, 4});
  ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
  glFinish();
  EXPECT_TRUE(ring.oldest_is_ready());
}

TEST_F(PackBufferRingTest, AFrameMayBeDiscarded) {
  FrameGrabber grabber(epoxy_gl_functions());
  PackBufferRing ring(grabber);
  const Canvas canvas = Canvas::texture({4, 4});
  ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
  canvas.upload(noise(canvas.size()));
  ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
  ring.discard_oldest();
  EXPECT_EQ(copy(ring, canvas.size()), noise(canvas.size()));
  EXPECT_TRUE(ring.order().empty());
}

TEST_F(PackBufferRingTest, WhatCannotBeReadIsNotStarted) {
  FrameGrabber grabber(epoxy_gl_functions());
  PackBufferRing ring(grabber);
  EXPECT_EQ(ring.start({4000, 4, 4}, GrabFormat::rgba), GrabStatus::no_such_framebuffer);
  EXPECT_TRUE(ring.order().empty());
}

TEST_F(PackBufferRingTest, MemoryThatIsTooSmallIsAnErrorAndCostsOnlyThatFrame) {
  FrameGrabber grabber(epoxy_gl_functions());
  PackBufferRing ring(grabber);
  const Canvas canvas = Canvas::texture({4, 4});
  ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
  std::uint8_t memory[63];
  EXPECT_EQ(ring.copy_oldest(memory, sizeof memory), GrabStatus::short_memory);
  EXPECT_TRUE(ring.order().empty());
}

TEST_F(PackBufferRingTest, LeavesNoObjectsBehindEvenWithFramesInFlight) {
  FrameGrabber grabber(epoxy_gl_functions());
  const Canvas canvas = Canvas::texture({16, 16});
  const int before = count_gl_objects();
  for (int i = 0; i < 20; ++i) {
    PackBufferRing ring(grabber);
    ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
    ASSERT_EQ(start(ring, canvas), GrabStatus::ok);
  }
  EXPECT_EQ(count_gl_objects(), before);
}

}  // namespace
}  // namespace framespool::test
