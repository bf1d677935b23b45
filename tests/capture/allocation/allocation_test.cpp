// A recording that runs calls malloc not once for a frame, on no thread of ours. (What the OpenGL driver does
// inside is its own.)
#include "tests/allocation/malloc_watch.h"
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
  watch_mallocs(true);
  const long before = our_mallocs().calls;
  record_frames(600);
  EXPECT_EQ(our_mallocs().calls - before, 0) << "the last came from\n" << our_last_callers();
  EXPECT_TRUE(all_stored);
  watch_mallocs(true);
  EXPECT_EQ(end().frames.size(), 1200u);
  EXPECT_GT(our_mallocs().calls, before) << "or this counts nothing";
  watch_mallocs(false);
}

INSTANTIATE_TEST_SUITE_P(Cases, Allocations,
                         testing::Values(Case{"Direct", Readback::direct, 0}, Case{"Ring", Readback::ring, 0},
                                         Case{"Multisampled", Readback::direct, 4}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace framespool::test
