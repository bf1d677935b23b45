#include "encode/export_job.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <latch>

#include "encode/make_export.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using test::fake_source;
using test::FakeFrames;
using test::names_in;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<ExportJob> job_to(const std::filesystem::path& output, FakeFrames frames,
                                  ExportOptions options = {}) {
  const auto target = parse_output(output.string());
  EXPECT_TRUE(target);
  auto sink = make_sink(*target, options);
  EXPECT_TRUE(sink) << sink.error().line();
  return std::make_unique<ExportJob>(fake_source(std::move(frames)), std::move(*sink), options, target->kind);
}

TEST(ExportJob, MakesOnePngOfEveryFrame) {
  const TempFolder folder;
  const auto job = job_to(folder / "out", {.count = 3});
  job->start();
  const auto summary = job->wait();
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_EQ(summary->frames_read, 3u);
  EXPECT_EQ(summary->sink.pictures, 3u);
  EXPECT_THAT(names_in(folder / "out"), ElementsAre("image-0000.png", "image-0001.png", "image-0002.png"));
  EXPECT_EQ(job->progress().state, ExportState::done);
  EXPECT_EQ(job->progress().fraction, 1.0);
}

TEST(ExportJob, MakesAMovie) {
  const TempFolder folder;
  for (const std::string name : {"a.mp4", "a.mov", "a.mkv"}) {
    const auto job = job_to(folder / name, {.count = 7, .width = 64, .height = 48});
    job->start();
    const auto summary = job->wait();
    ASSERT_TRUE(summary) << summary.error().line();
    EXPECT_EQ(summary->sink.pictures, 7u);
    EXPECT_EQ(summary->sink.bytes, std::filesystem::file_size(folder / name));
  }
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.mkv", "a.mov", "a.mp4"));
}

// A sink that only notes what happens to it.
class NotingSink : public FrameSink {
 public:
  struct Notes {
    std::atomic<std::uint64_t> written{0};
    std::atomic<bool> finished{false}, abandoned{false};
    std::function<Result<void>(const FrameView&)> on_write;
  };
  explicit NotingSink(Notes& notes) : notes_(notes) {}
  Result<void> begin(const SinkFormat&) override { return {}; }
  Result<void> write(const FrameView& frame) override {
    if (notes_.on_write)
      if (auto good = notes_.on_write(frame); !good) return good;
    notes_.written.fetch_add(frame.repeat);
    return {};
  }
  Result<SinkSummary> finish() override {
    notes_.finished = true;
    return SinkSummary{notes_.written.load(), 0, "nowhere", {}};
  }
  void abandon() noexcept override { notes_.abandoned = true; }
  void interrupt() noexcept override {}
  [[nodiscard]] std::uint64_t pictures_written() const override { return notes_.written.load(); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

 private:
  Notes& notes_;
};

std::unique_ptr<ExportJob> noting_job(NotingSink::Notes& notes, FakeFrames frames,
                                      ExportOptions options = {}) {
  return std::make_unique<ExportJob>(fake_source(std::move(frames)), std::make_unique<NotingSink>(notes),
                                     options, OutputKind::movie);
}

TEST(ExportJob, HandsOnTopDownFramesInOrder) {
  NotingSink::Notes notes;
  std::uint64_t seen = 0;
  notes.on_write = [&](const FrameView& frame) -> Result<void> {
    const auto expected = test::patterned(16, 8, seen++);
    EXPECT_TRUE(std::equal(expected.pixels.begin(), expected.pixels.end(), frame.pixels.begin()));
    return {};
  };
  const auto job = noting_job(notes, {.count = 5});
  job->start();
  ASSERT_TRUE(job->wait());
  EXPECT_EQ(seen, 5u);
}

TEST(ExportJob, ReusesOneBufferForEveryFrame) {
  NotingSink::Notes notes;
  const std::byte* first = nullptr;
  notes.on_write = [&](const FrameView& frame) -> Result<void> {
    if (!first) first = frame.pixels.data();
    EXPECT_EQ(frame.pixels.data(), first);
    return {};
  };
  const auto job = noting_job(notes, {.count = 20});
  job->start();
  ASSERT_TRUE(job->wait());
}

TEST(ExportJob, HandsOnNoFrameAfterCancel) {
  NotingSink::Notes notes;
  std::unique_ptr<ExportJob> job;
  FakeFrames frames{.count = 1000};
  frames.before_frame = [&](std::uint64_t k) -> Result<void> {
    if (k == 5) job->cancel();
    return {};
  };
  job = noting_job(notes, std::move(frames));
  job->start();
  const auto result = job->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(notes.written, 5u);
  EXPECT_FALSE(notes.finished);
  EXPECT_TRUE(notes.abandoned);
  EXPECT_EQ(job->progress().state, ExportState::cancelled);
  EXPECT_LT(job->progress().fraction, 1.0);
}

TEST(ExportJob, SaysCancellingWhileASinkIsStillAtWork) {
  NotingSink::Notes notes;
  std::latch in_write(1), go_on(1);
  notes.on_write = [&](const FrameView&) -> Result<void> {
    in_write.count_down();
    go_on.wait();
    return {};
  };
  const auto job = noting_job(notes, {.count = 3});
  EXPECT_EQ(job->progress().state, ExportState::waiting);
  job->start();
  in_write.wait();
  EXPECT_EQ(job->progress().state, ExportState::running);
  job->cancel();
  EXPECT_EQ(job->progress().state, ExportState::cancelling);
  EXPECT_FALSE(job->finished());
  go_on.count_down();
  EXPECT_FALSE(job->wait());
  EXPECT_EQ(job->progress().state, ExportState::cancelled);
  EXPECT_EQ(notes.written, 1u);
}

TEST(ExportJob, CancelledBeforeItsStartTouchesNothing) {
  NotingSink::Notes notes;
  const auto job = noting_job(notes, {.count = 3});
  job->cancel();
  job->start();
  const auto result = job->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(notes.written, 0u);
}

TEST(ExportJob, DestroyedWhileRunningCancelsAndJoins) {
  NotingSink::Notes notes;
  {
    const auto job = noting_job(notes, {.count = 1'000'000'000});
    job->start();
  }
  EXPECT_TRUE(notes.abandoned);
}

TEST(ExportJob, ReportsProgressThatNeverGoesBackAndIsWholeOnlyAtTheEnd) {
  NotingSink::Notes notes;
  ExportJob* watched = nullptr;
  double last = 0;
  notes.on_write = [&](const FrameView&) -> Result<void> {
    const ExportProgress progress = watched->progress();
    EXPECT_EQ(progress.pictures_total, 50u);
    EXPECT_GE(progress.fraction, last);
    EXPECT_LT(progress.fraction, 1.0);
    last = progress.fraction;
    return {};
  };
  const auto job = noting_job(notes, {.count = 50});
  watched = job.get();
  job->start();
  ASSERT_TRUE(job->wait());
  EXPECT_GT(last, 0.9);
  EXPECT_EQ(job->progress().fraction, 1.0);
  EXPECT_EQ(job->progress().remaining_s, 0.0);
}

TEST(ExportJob, PassesOnTheErrorOfItsSourceAndOfItsSink) {
  NotingSink::Notes notes;
  FakeFrames frames{.count = 9};
  frames.before_frame = [](std::uint64_t k) -> Result<void> {
    if (k == 3) return fail(ErrorKind::damaged, "frame 3", "has a wrong checksum");
    return {};
  };
  auto job = noting_job(notes, std::move(frames));
  job->start();
  auto result = job->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().line(), "frame 3: has a wrong checksum");
  EXPECT_EQ(job->progress().state, ExportState::failed);
  EXPECT_TRUE(notes.abandoned);

  notes.on_write = [](const FrameView&) -> Result<void> {
    return fail(ErrorKind::no_space, "disk", "is full");
  };
  job = noting_job(notes, {.count = 2});
  job->start();
  result = job->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::no_space);
}

TEST(ExportJob, CountsRepeatedAndSkippedFrames) {
  NotingSink::Notes notes;
  ExportOptions options;
  options.fps = Rational{30, 1};
  auto job = noting_job(notes, {.count = 10}, options);
  job->start();
  auto summary = job->wait();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->frames_skipped, 5u);
  EXPECT_EQ(summary->sink.pictures, 5u);

  NotingSink::Notes more;
  options.fps = Rational{120, 1};
  job = noting_job(more, {.count = 10}, options);
  job->start();
  summary = job->wait();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->frames_repeated, 10u);
}

TEST(ExportJob, CancelledLeavesWholePngsAndNoMovie) {
  for (const std::string name : {"out", "a.mp4", "a.mkv"}) {
    const TempFolder folder;
    std::unique_ptr<ExportJob> job;
    FakeFrames frames{.count = 1000, .width = 64, .height = 64};
    frames.before_frame = [&](std::uint64_t k) -> Result<void> {
      if (k == 40) job->cancel();
      return {};
    };
    job = job_to(folder / name, std::move(frames));
    job->start();
    EXPECT_FALSE(job->wait());
    if (name == "out") {
      EXPECT_EQ(names_in(folder / "out").size(), 40u);
      EXPECT_EQ(names_in(folder / "out").back(), "image-0039.png");
    } else {
      EXPECT_THAT(names_in(folder.path()), testing::IsEmpty());
    }
  }
}

// A limit of the file size stands for a full disk: it needs no rights and no file system of its own.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(ExportJob, OnAFullDiskKeepsWholePngsAndSaysHowMany) {
  const TempFolder folder;
  FakeFrames frames{.count = 9, .width = 64, .height = 64};
  frames.make = [](std::uint64_t k) {
    return k < 3 ? test::flat(64, 64, 9, 8, 7) : test::patterned(64, 64, k);
  };
  const auto job = job_to(folder / "out", std::move(frames));
  const FileSizeLimit limit(1000);
  job->start();
  const auto result = job->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::no_space);
  EXPECT_THAT(result.error().line(), HasSubstr("the 3 pictures before it are kept"));
  EXPECT_THAT(names_in(folder / "out"), ElementsAre("image-0000.png", "image-0001.png", "image-0002.png"));
}

TEST(ExportJob, OnAFullDiskLeavesNoMovie) {
  for (const std::string name : {"a.mp4", "a.mov", "a.mkv"}) {
    const TempFolder folder;
    const auto job = job_to(folder / name, {.count = 60, .width = 128, .height = 128});
    const FileSizeLimit limit(300'000);
    job->start();
    const auto result = job->wait();
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().kind, ErrorKind::no_space) << result.error().line();
    EXPECT_THAT(names_in(folder.path()), testing::IsEmpty());
  }
}

}  // namespace
}  // namespace framespool
