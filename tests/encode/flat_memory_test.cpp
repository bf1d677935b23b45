// The promise the project was made for: an export of ten times the frames needs no more memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "encode/export_job.h"
#include "encode/make_export.h"
#include "tests/encode/measured_child.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

constexpr std::uint32_t kWidth = 64, kHeight = 48;
constexpr long kFrameKb = kWidth * kHeight * 4 / 1024;
constexpr long kAllowedKb = std::max(2 * kFrameKb, 2048L);

// Passes everything on, and keeps a copy of every frame: what must never happen, to see that it would be
// noticed.
class HoardingSink final : public FrameSink {
 public:
  explicit HoardingSink(std::unique_ptr<FrameSink> inner) : inner_(std::move(inner)) {}
  Result<void> begin(const SinkFormat& format) override { return inner_->begin(format); }
  Result<void> write(const FrameView& frame) override {
    hoard_.emplace_back(frame.pixels.begin(), frame.pixels.end());
    return inner_->write(frame);
  }
  Result<SinkSummary> finish() override { return inner_->finish(); }
  void abandon() noexcept override { inner_->abandon(); }
  void interrupt() noexcept override { inner_->interrupt(); }
  [[nodiscard]] std::uint64_t pictures_written() const override { return inner_->pictures_written(); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return inner_->bytes_written(); }

 private:
  std::unique_ptr<FrameSink> inner_;
  std::vector<std::vector<std::byte>> hoard_;
};

// Peak memory in KiB of a child process that exports `count` frames; -1 when it failed.
long peak_of_export(const std::string& name, std::uint64_t count, bool hoarding = false) {
  const test::TempFolder folder;
  const auto peak = test::measured_in_child<long>([&]() -> std::optional<long> {
    ExportOptions options;
    options.preset = "ultrafast";
    options.jobs = 2;
    auto sink = make_sink(parse_output((folder / name).string()).value(), options);
    if (!sink) return std::nullopt;
    if (hoarding) sink = std::make_unique<HoardingSink>(std::move(*sink));
    test::FakeFrames frames{.count = count, .width = kWidth, .height = kHeight};
    frames.make = [](std::uint64_t k) { return test::patterned(kWidth, kHeight, k % 16); };
    ExportJob job(test::fake_source(std::move(frames)), std::move(*sink), options,
                  name == "out" ? OutputKind::png_sequence : OutputKind::movie);
    job.start();
    if (!job.wait()) return std::nullopt;
    return test::status_kb("VmHWM:");
  });
  return peak.value_or(-1);
}

class FlatMemory : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, FlatMemory, testing::Values("out", "a.mp4", "a.mkv"));

TEST_P(FlatMemory, TenTimesTheFramesNeedNoMore) {
  if (test::kIsSanitized) GTEST_SKIP() << "a sanitizer's own memory grows";
  const std::string name = GetParam();
  const long index_kb = name == "a.mp4" ? 2700 * 72 / 1024 : 0;  // the container's index
  const long few = peak_of_export(name, 300);
  const long many = peak_of_export(name, 3000);
  ASSERT_GT(few, 0);
  ASSERT_GT(many, 0);
  RecordProperty("kb_300_frames", static_cast<int>(few));
  RecordProperty("kb_3000_frames", static_cast<int>(many));
  EXPECT_LE(many - few, kAllowedKb + index_kb) << few << " KiB for 300 frames, " << many << " KiB for 3000";
}

TEST(FlatMemory, WouldNoticeASinkThatKeepsFrames) {
  if (test::kIsSanitized) GTEST_SKIP() << "a sanitizer's own memory grows";
  const long few = peak_of_export("a.mkv", 30, true);
  const long more = peak_of_export("a.mkv", 300, true);
  ASSERT_GT(few, 0);
  EXPECT_GT(more - few, kAllowedKb) << "270 frames are " << 270 * kFrameKb << " KiB";
}

}  // namespace
}  // namespace framespool
