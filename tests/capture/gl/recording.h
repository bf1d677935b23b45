// A recording in a temporary directory, and what can be read back from its take.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cache/take_reader.h"
#include "capture/recorder.h"
#include "tests/capture/gl/gl_fixture.h"

namespace framespool::test {

struct StoredFrame {
  FrameInfo info;
  std::vector<std::uint8_t> bytes;
};
struct StoredTake {
  TakeState state = TakeState::damaged;
  std::vector<StoredFrame> frames;
};
[[nodiscard]] StoredTake read_take(const std::filesystem::path& path);

class RecordingTest : public GlTest {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Fixed step at 60 frames/s, direct, RGBA, into take().
  [[nodiscard]] RecorderOptions options() const;
  [[nodiscard]] std::filesystem::path take(const std::string& name = "take.fspool") const;

  // Expects that it begins.
  void begin(const RecorderOptions& options, const Canvas& canvas);
  Result<CaptureOutcome> capture(const Canvas& canvas, std::int64_t time_ns = 0);
  // Uploads noise(seed) and captures it; expects the outcome.
  void record(const Canvas& canvas, std::uint32_t seed, std::int64_t time_ns = 0,
              CaptureOutcome expected = CaptureOutcome::stored);
  // Ends the recording, which it expects to succeed, and reads the take.
  StoredTake end();

  std::unique_ptr<Recorder> recorder_;
  TakeSummary summary_;

 private:
  std::filesystem::path directory_;
};

}  // namespace framespool::test
