// By how much glxgears turns, of its own words to OpenGL.
#include <cmath>
#include <fstream>

#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

TEST_F(Stepped, GlxgearsTurnsByTheSameAngleInEachOf600Frames) {
  constexpr std::size_t kFrames = 600;
  const std::string noted = in("angles");
  const Finished done = framespool(command("gears", {"--frames", std::to_string(kFrames)}, {"glxgears", "-geometry", "64x48"}),
                                   here({"LD_PRELOAD=" NOTE_ANGLES_LIBRARY, "ANGLES_FILE=" + noted}));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, testing::HasSubstr("every step exact"));
  EXPECT_EQ(expect_whole(take("gears")).frames.size(), kFrames);

  // Six calls a frame: three for the view, then one for each gear, the first by the angle itself.
  constexpr std::size_t kCalls = 6, kFirstGear = 3;
  std::ifstream file(noted, std::ios::binary);
  std::vector<float> angles;
  for (float angle = 0; file.read(reinterpret_cast<char*>(&angle), sizeof angle);) angles.push_back(angle);
  ASSERT_GE(angles.size(), kFrames * kCalls);
  // 70 degrees a second; it sums floats of up to 3,600 and is told whole microseconds.
  constexpr double kStep = 70.0 / 60, kTolerance = 5e-4;
  for (std::size_t k = 1; k < kFrames; ++k) {
    const double turned = double{angles[k * kCalls + kFirstGear]} - double{angles[(k - 1) * kCalls + kFirstGear]};
    ASSERT_NEAR(std::remainder(turned - kStep, 360), 0, kTolerance) << "frame " << k;
  }
}

}  // namespace
}  // namespace framespool::e2e
