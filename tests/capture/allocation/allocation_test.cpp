// A recording that runs makes no allocation per frame: every operator new of this program is counted, those
// of the writer thread too. (What the OpenGL driver does inside is its own and goes by malloc.)
#include "tests/capture/allocation/counted_new.h"
#include "tests/capture/gl/recording.h"

namespace framespool::test {
namespace {

struct Case {
  const char* name;
  Readback readback;
  int samples;
};

class Allocations : public RecordingTest, public testing::WithParamInterface<Case> {};

TEST_P(Allocations, AreNoneOnceRecordingRuns) {
  const Canvas canvas = Canvas::renderbuffer({64, 64}, GL_RGBA8, GetParam().samples);
  auto chosen = options();
  chosen.readback = GetParam().readback;
  begin(chosen, canvas);
  const CaptureTarget target{canvas.framebuffer(), 64, 64};
  bool all_stored = true;
  const auto record_frames = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto outcome = recorder_->capture_frame(target, 0);
      all_stored = all_stored && outcome && *outcome == CaptureOutcome::stored;
    }
  };
  // Past the first index block, which is written after 256 frames.
  record_frames(600);
  const long before = allocations.load();
  record_frames(600);
  EXPECT_EQ(allocations.load() - before, 0);
  EXPECT_TRUE(all_stored);
  EXPECT_EQ(end().frames.size(), 1200u);
  EXPECT_GT(allocations.load(), before) << "or this counts nothing";
}

INSTANTIATE_TEST_SUITE_P(Cases, Allocations,
                         testing::Values(Case{"Direct", Readback::direct, 0}, Case{"Ring", Readback::ring, 0},
                                         Case{"Multisampled", Readback::direct, 4}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace framespool::test
