#include "encode/export_job.h"

#include <gmock/gmock.h>

#include <atomic>
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

}  // namespace
}  // namespace framespool
