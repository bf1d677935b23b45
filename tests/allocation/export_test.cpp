// In the steady state of an export our own objects call malloc not once for a frame.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "cache/ledger.h"
#include "cache/take_writer.h"
#include "encode/export_job.h"
#include "encode/make_export.h"
#include "encode/raw_video_sink.h"
#include "encode/take_source.h"
#include "tests/allocation/malloc_watch.h"

namespace framespool::test {
namespace {

constexpr std::uint32_t kWidth = 48, kHeight = 32;
constexpr std::uint64_t kFrames = 250, kSteadyFrom = 100;

std::uint64_t booked_allocations() {
  std::uint64_t count = 0;
  for (const LedgerTag& tag : Ledger::instance().snapshot()) count += tag.count;
  return count;
}

// Hands a take's frames on and watches from frame kSteadyFrom until the last: every pool is filled then,
// every buffer has its size, every thread runs.
class WatchingSource final : public FrameSource {
 public:
  WatchingSource(std::unique_ptr<FrameSource> inner, Mallocs& made) : inner_(std::move(inner)), made_(made) {}
  Result<SourceInfo> begin() override { return inner_->begin(); }
  Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) override {
    if (next_ == kSteadyFrom) {
      booked_before_ = booked_allocations();
      watch_mallocs(true);
      before_ = our_mallocs().calls;
    }
    if (next_ == kFrames) {
      made_ = our_mallocs();
      made_.calls -= before_;
      watch_mallocs(false);
      // Large blocks are mapped, not malloc'ed: the ledger counts those.
      EXPECT_EQ(booked_allocations(), booked_before_);
    }
    ++next_;
    return inner_->next_frame(buffer);
  }
  Result<void> end() override { return inner_->end(); }

 private:
  std::unique_ptr<FrameSource> inner_;
  Mallocs& made_;
  long before_ = 0;
  std::uint64_t booked_before_ = 0;
  std::uint64_t next_ = 0;
};

struct Case {
  const char* name;
  const char* output;
  int jobs = 1;
  PngEffort effort = PngEffort::fast;
  bool lossless = false;
  bool sizes_change = false;
  RawFormat raw = RawFormat::y4m;
};

class ExportMallocs : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::path(testing::TempDir()) / "framespool-mallocs-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write_take(bool sizes_change) {
    TakeWriterOptions options;
    options.path = take();
    options.info.rate = {60, 1};
    options.first_payload_bytes = kWidth * kHeight * 4;
    options.slot_budget_bytes = 1 << 20;
    options.reserve_bytes = 0;
    auto writer = TakeWriter::create(options);
    ASSERT_TRUE(writer) << writer.error().line();
    for (std::uint64_t k = 0; k < kFrames; ++k) {
      FrameInfo info;
      info.width = kWidth;
      info.height = sizes_change && k > 0 ? kHeight / 2 : kHeight;
      info.pts_ns = step_time_ns(k, {60, 1});
      auto slot = (*writer)->acquire(std::size_t{info.width} * info.height * 4, TakeWriter::Wait::yes);
      ASSERT_TRUE(slot) << slot.error().line();
      const auto pixels = (*slot)->payload();
      for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::byte>((i * 7 + k * 13) >> 3);
      ASSERT_TRUE((*writer)->commit(std::move(**slot), info));
    }
    ASSERT_TRUE((*writer)->finish());
  }
  [[nodiscard]] std::filesystem::path take() const { return folder_ / "a.fspool"; }

  std::filesystem::path folder_;
};

TEST_P(ExportMallocs, AreNoneOnceItRuns) {
  const Case& test = GetParam();
  write_take(test.sizes_change);
  ExportOptions options;
  options.preset = "ultrafast";
  options.jobs = test.jobs;
  options.png_effort = test.effort;
  options.lossless = test.lossless;
  options.raw_format = test.raw;
  auto source = TakeSource::open(take(), options);
  ASSERT_TRUE(source) << source.error().line();
  const auto target = parse_output((folder_ / test.output).string());
  ASSERT_TRUE(target);
  const bool raw = std::string(test.output) == "raw";
  const int file = raw ? ::open((folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
  auto sink = raw ? make_raw_video_sink(file, options) : make_sink(*target, options);
  ASSERT_TRUE(sink) << sink.error().line();
  Mallocs made{.calls = -1};
  ExportJob job(std::make_unique<WatchingSource>(std::move(*source), made), std::move(*sink), options,
                raw ? OutputKind::raw_video : target->kind);
  job.start();
  const auto done = job.wait();
  ASSERT_TRUE(done) << done.error().line();
  EXPECT_EQ(done->sink.pictures, kFrames);
  EXPECT_EQ(made.calls, 0) << "for " << kFrames - kSteadyFrom << " frames; the last came from\n"
                           << our_last_callers();
}

INSTANTIATE_TEST_SUITE_P(
    All, ExportMallocs,
    testing::Values(Case{"Images", "images"}, Case{"ImagesByThreeThreads", "images", 3},
                    Case{"SmallImages", "images", 2, PngEffort::small}, Case{"Matroska", "a.mkv"},
                    Case{"Mp4", "a.mp4"}, Case{"LosslessMovie", "a.mkv", 1, PngEffort::fast, true},
                    Case{"MovieOfFramesOfAnotherSize", "a.mkv", 1, PngEffort::fast, false, true},
                    Case{"Yuv4Mpeg", "raw"},
                    Case{"RawRgb", "raw", 1, PngEffort::fast, false, false, RawFormat::rgb24}),
    [](const auto& test) { return test.param.name; });

// What the numbers above are worth.
TEST(MallocWatch, SeesWhatWeAskForOurselvesAndThroughTheRunTimeLibrary) {
  watch_mallocs(true);
  const Mallocs before = our_mallocs();
  const std::unique_ptr<int> direct(new int(1));
  static const int* volatile seen = direct.get();  // the compiler may leave out what nobody looks at
  const std::string grown(seen ? std::string::size_type{100} : 0,
                          'x');  // the library's own code calls operator new
  const Mallocs after = our_mallocs();
  watch_mallocs(false);
  EXPECT_EQ(after.calls - before.calls, 2);
  EXPECT_EQ(after.live_blocks - before.live_blocks, 2);
  EXPECT_GE(after.live_bytes - before.live_bytes, static_cast<long>(sizeof(int) + grown.size() + 1));
}

}  // namespace
}  // namespace framespool::test
