#include <sys/resource.h>

#include "tests/capture/gl/recording.h"

namespace framespool::test {
namespace {

class RecorderErrors : public RecordingTest {
 protected:
  // Expects that it does not begin and leaves no file; returns why.
  Error refused(const RecorderOptions& options, const CaptureTarget& target) {
    const bool existed = std::filesystem::exists(options.take.path);
    auto recorder = Recorder::begin(options, target);
    EXPECT_FALSE(recorder.has_value());
    EXPECT_EQ(std::filesystem::exists(options.take.path), existed);
    return recorder ? Error{} : recorder.error();
  }
};

// Files of this process may not grow past `bytes` for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(RecorderErrors, NoContextIsSaidAndLeavesNoTake) {
  context_.reset();
  EXPECT_EQ(refused(options(), {1, 4, 4}).line(),
            "capturing a frame: no OpenGL context is current on this thread");
}

TEST_F(RecorderErrors, AnIncompleteFramebufferIsSaidAndLeavesNoTake) {
  const Error error = refused(options(), {0, 4, 4});
  EXPECT_EQ(error.kind, ErrorKind::failed);
  EXPECT_EQ(error.line(), "capturing a frame: the framebuffer is incomplete");
}

TEST_F(RecorderErrors, SizesAndRatesThatMakeNoSenseAreUsageErrors) {
  const Canvas canvas = Canvas::texture({4, 4});
  EXPECT_EQ(refused(options(), {canvas.framebuffer(), 0, 4}).kind, ErrorKind::usage);
  EXPECT_EQ(refused(options(), {canvas.framebuffer(), 4, 40000}).kind, ErrorKind::usage);
  auto chosen = options();
  chosen.take.info.rate = {0, 1};
  EXPECT_EQ(refused(chosen, {canvas.framebuffer(), 4, 4}).kind, ErrorKind::usage);
}

TEST_F(RecorderErrors, ATakeThatExistsIsNotTouched) {
  const Canvas canvas = Canvas::texture({4, 4});
  begin(options(), canvas);
  record(canvas, 1);
  EXPECT_EQ(end().frames.size(), 1u);
  EXPECT_EQ(refused(options(), {canvas.framebuffer(), 4, 4}).kind, ErrorKind::usage);
  EXPECT_EQ(read_take(take()).frames.size(), 1u);
}

TEST_F(RecorderErrors, AFrameThatCannotBeReadDoesNotEndTheRecording) {
  for (const Readback readback : {Readback::direct, Readback::ring}) {
    auto chosen = options();
    chosen.readback = readback;
    chosen.take.overwrite = true;
    const Canvas canvas = Canvas::texture({4, 4});
    begin(chosen, canvas);
    record(canvas, 0);
    auto bad = recorder_->capture_frame({0, 4, 4}, 0);
    ASSERT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().kind, ErrorKind::failed);
    bad = recorder_->capture_frame({canvas.framebuffer(), 0, 4}, 0);
    ASSERT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().kind, ErrorKind::usage);
    record(canvas, 1);
    const auto take = end();
    ASSERT_EQ(take.frames.size(), 2u);
    EXPECT_EQ(take.frames[1].bytes, noise(canvas.size(), 1));
    EXPECT_EQ(take.frames[1].info.pts_ns, step_time_ns(1, {60, 1}));
    EXPECT_EQ(take.frames[1].info.presented, 3u);
  }
}

TEST_F(RecorderErrors, AFullDiskEndsTheRecordingAndKeepsTheTake) {
  for (const Readback readback : {Readback::direct, Readback::ring}) {
    auto chosen = options();
    chosen.readback = readback;
    chosen.take.overwrite = true;
    const Canvas canvas = Canvas::texture({128, 128});
    std::uint32_t frames = 0;
    std::optional<Error> stopped;
    {
      begin(chosen, canvas);
      const FileSizeLimit limit(1 << 20);
      for (; frames < 1000 && !stopped; ++frames) {
        canvas.upload(noise(canvas.size(), frames));
        if (auto outcome = capture(canvas); !outcome) stopped = outcome.error();
      }
      ASSERT_TRUE(stopped.has_value());
      EXPECT_EQ(stopped->kind, ErrorKind::no_space) << stopped->line();
      const auto again = capture(canvas);
      EXPECT_FALSE(again.has_value()) << "it is over";
    }
    const auto take = end();
    EXPECT_TRUE(summary_.stopped_for_space);
    EXPECT_EQ(take.state, TakeState::complete);
    ASSERT_GE(take.frames.size(), 8u);
    EXPECT_EQ(summary_.frames, take.frames.size());
    for (std::uint32_t k = 0; k < take.frames.size(); ++k)
      EXPECT_EQ(take.frames[k].bytes, noise(canvas.size(), k)) << k;
  }
}

TEST_F(RecorderErrors, NothingIsCapturedAfterTheEnd) {
  const Canvas canvas = Canvas::texture({4, 4});
  begin(options(), canvas);
  record(canvas, 0);
  EXPECT_EQ(end().frames.size(), 1u);
  EXPECT_FALSE(capture(canvas).has_value());
  EXPECT_FALSE(recorder_->end().has_value());
  EXPECT_EQ(recorder_->stats().stored, 1u) << "what it was can still be asked";
}

TEST_F(RecorderErrors, ARecorderThatWasOnlyDestroyedLeavesAnInterruptedTake) {
  const Canvas canvas = Canvas::texture({4, 4});
  begin(options(), canvas);
  for (std::uint32_t k = 0; k < 5; ++k) record(canvas, k);
  recorder_.reset();
  const auto take = read_take(this->take());
  EXPECT_EQ(take.state, TakeState::interrupted);
  for (std::uint32_t k = 0; k < take.frames.size(); ++k)
    EXPECT_EQ(take.frames[k].bytes, noise(canvas.size(), k)) << k;
}

}  // namespace
}  // namespace framespool::test
