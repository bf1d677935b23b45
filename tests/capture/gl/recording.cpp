#include "tests/capture/gl/recording.h"

#include <unistd.h>

#include <atomic>
#include <span>

namespace framespool::test {

StoredTake read_take(const std::filesystem::path& path) {
  StoredTake take;
  auto reader = TakeReader::open(path);
  if (!reader) {
    ADD_FAILURE() << reader.error().line();
    return take;
  }
  take.state = (*reader)->state();
  for (std::uint64_t i = 0; i < (*reader)->frame_count(); ++i) {
    auto info = (*reader)->frame_info(i);
    if (!info) {
      ADD_FAILURE() << info.error().line();
      return take;
    }
    StoredFrame frame{*info, std::vector<std::uint8_t>(info->payload_bytes)};
    if (auto read = (*reader)->read_frame(i, std::as_writable_bytes(std::span(frame.bytes))); !read)
      ADD_FAILURE() << read.error().line();
    take.frames.push_back(std::move(frame));
  }
  return take;
}

void RecordingTest::SetUp() {
  GlTest::SetUp();
  static std::atomic<int> number = 0;
  directory_ = std::filesystem::path(testing::TempDir()) /
               ("framespool-recording-" + std::to_string(getpid()) + "-" + std::to_string(number++));
  std::filesystem::create_directories(directory_);
}

void RecordingTest::TearDown() {
  recorder_.reset();
  GlTest::TearDown();
  std::filesystem::remove_all(directory_);
}

RecorderOptions RecordingTest::options() const {
  RecorderOptions options;
  options.take.path = take();
  options.take.info.rate = {60, 1};
  options.take.info.clock = ClockKind::fixed_step;
  options.take.info.program = "capture_gl_test";
  options.take.reserve_bytes = 0;
  options.readback = Readback::direct;
  options.pixels = PixelChoice::rgba;
  return options;
}

std::filesystem::path RecordingTest::take(const std::string& name) const {
  return directory_ / name;
}

void RecordingTest::begin(const RecorderOptions& options, const Canvas& canvas) {
  recorder_.reset();  // of the recording before
  auto recorder = Recorder::begin(options, {canvas.framebuffer(), canvas.size().width, canvas.size().height});
  ASSERT_TRUE(recorder.has_value()) << recorder.error().line();
  recorder_ = std::move(*recorder);
}

Result<CaptureOutcome> RecordingTest::capture(const Canvas& canvas, std::int64_t time_ns) {
  if (!recorder_) return fail(ErrorKind::failed, "test", "nothing is being recorded");
  return recorder_->capture_frame({canvas.framebuffer(), canvas.size().width, canvas.size().height}, time_ns);
}

void RecordingTest::record(const Canvas& canvas, std::uint32_t seed, std::int64_t time_ns,
                           CaptureOutcome expected) {
  canvas.upload(noise(canvas.size(), seed));
  const auto outcome = capture(canvas, time_ns);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().line();
  ASSERT_EQ(*outcome, expected) << "at " << time_ns << " ns";
}

StoredTake RecordingTest::end() {
  if (!recorder_) return {};
  auto summary = recorder_->end();
  if (!summary) {
    ADD_FAILURE() << summary.error().line();
    return {};
  }
  summary_ = *summary;
  return read_take(take());
}

}  // namespace framespool::test
