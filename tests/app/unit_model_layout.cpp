#include <gtest/gtest.h>

#include "app/window/frame_pacer.h"
#include "app/window/layout.h"

namespace framespool {
namespace {

bool apart(const Box& a, const Box& b) {
  return a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
}

TEST(Layout, PutsNothingOverAnotherAndNothingOutside) {
  for (const auto& [width, height, scale] : {std::tuple{1280.f, 800.f, 1.f},
                                             {960.f, 600.f, 1.f},
                                             {2560.f, 1600.f, 2.f},
                                             {1600.f, 1000.f, 2.f},
                                             {3840.f, 2160.f, 1.5f}}) {
    const Layout layout = lay_out(width, height, scale);
    const Box all[] = {layout.top, layout.viewport, layout.recording, layout.takes, layout.exports};
    for (const Box& a : all) {
      EXPECT_GE(a.x, 0);
      EXPECT_GE(a.y, 0);
      EXPECT_LE(a.right(), width);
      EXPECT_LE(a.bottom(), height);
      for (const Box& b : all) EXPECT_TRUE(&a == &b || apart(a, b)) << width << "x" << height;
    }
  }
}

TEST(Layout, SurvivesAWindowOfNoSize) {
  const Layout layout = lay_out(0, 0, 1);
  EXPECT_GE(layout.viewport.width, 1);
  EXPECT_GE(layout.viewport.height, 1);
}

TEST(Letterbox, KeepsTheShapeAndCentres) {
  const Box wide = letterbox({0, 0, 100, 100}, 200, 100);
  EXPECT_EQ(wide.width, 100);
  EXPECT_EQ(wide.height, 50);
  EXPECT_EQ(wide.y, 25);
  const Box tall = letterbox({10, 10, 100, 50}, 10, 10);
  EXPECT_EQ(tall.width, 50);
  EXPECT_EQ(tall.x, 35);
}

TEST(Letterbox, ShowsAPictureOfTheViewportsSizePixelForPixel) {
  const Box shown = letterbox({16, 56, 853, 629}, 852, 628);
  EXPECT_EQ(shown.width, 852);
  EXPECT_EQ(shown.height, 628);
}

TEST(FramePacer, StepsAlongTheGrid) {
  FramePacer pacer(100);
  EXPECT_EQ(pacer.next(1030), 1030) << "the first frame is due at once";
  EXPECT_EQ(pacer.next(1060), 1100);
  EXPECT_EQ(pacer.next(1150), 1200);
}

TEST(FramePacer, NeverWaitsAfterAFrameThatTookTooLong) {
  FramePacer pacer(100);
  EXPECT_EQ(pacer.next(1000), 1000);
  EXPECT_EQ(pacer.next(1130), 1130);
  EXPECT_EQ(pacer.next(1150), 1200) << "and is back on the grid afterwards";
  EXPECT_EQ(pacer.next(2950), 2950);
  EXPECT_EQ(pacer.next(2960), 3000);
}

TEST(FramePacer, MovesItsGridWithoutALongWait) {
  FramePacer pacer(100);
  EXPECT_EQ(pacer.next(1000), 1000);
  pacer.set_origin(1040);
  const std::int64_t due = pacer.next(1050);
  EXPECT_GE(due, 1050);
  EXPECT_LE(due, 1150);
  EXPECT_EQ((due - 1040) % 100, 0);
}

}  // namespace
}  // namespace framespool
