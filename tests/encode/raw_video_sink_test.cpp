#include "encode/raw_video_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "encode/export_job.h"
#include "encode/internal/handles.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using test::TempFolder;
using testing::HasSubstr;
using testing::StartsWith;

Result<ExportSummary> export_raw(int fd, test::FakeFrames frames, RawFormat format) {
  ExportOptions options;
  options.raw_format = format;
  auto sink = make_raw_video_sink(fd, options);
  if (!sink) return tl::unexpected(sink.error());
  ExportJob job(test::fake_source(std::move(frames)), std::move(*sink), options, OutputKind::raw_video);
  job.start();
  return job.wait();
}

UniqueFd create(const std::filesystem::path& file) {
  return UniqueFd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

TEST(RawVideo, InRgb24IsThePixels) {
  const TempFolder folder;
  const UniqueFd file = create(folder / "a.rgb");
  ASSERT_TRUE(export_raw(file.get(), {.count = 3, .width = 5, .height = 3}, RawFormat::rgb24));
  std::string expected;
  for (std::uint64_t k = 0; k < 3; ++k) {
    const auto picture = test::patterned(5, 3, k);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      if (i % 4 != 3) expected += static_cast<char>(picture.pixels[i]);
  }
  EXPECT_EQ(test::read_text(folder / "a.rgb"), expected);
}

TEST(RawVideo, InY4mIsUnderstoodByOthersAtOddSizesToo) {
  for (const auto& [width, height] : {std::pair{16u, 8u}, std::pair{15u, 7u}}) {
    const TempFolder folder;
    const UniqueFd file = create(folder / "a.y4m");
    ASSERT_TRUE(export_raw(file.get(), {.count = 4, .width = width, .height = height}, RawFormat::y4m));
    EXPECT_THAT(test::read_text(folder / "a.y4m"), StartsWith("YUV4MPEG2 W"));
    const auto found = test::run_program(
        "ffprobe -v error -count_frames -show_entries "
        "stream=width,height,nb_read_frames,r_frame_rate,chroma_location -of csv=p=0 " +
        (folder / "a.y4m").string());
    EXPECT_EQ(found.output, fmt::format("{},{},left,60/1,4\n", width, height));
  }
}

TEST(RawVideo, WhoseReaderHasGoneSaysSo) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd writing(ends[1]);
  { const UniqueFd reading(ends[0]); }
  const auto result = export_raw(writing.get(), {.count = 3}, RawFormat::y4m);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().line(), HasSubstr("has gone"));
}

TEST(RawVideo, IsCancelledEvenWhenNobodyReads) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd reading(ends[0]), writing(ends[1]);
  auto sink = make_raw_video_sink(writing.get(), {});
  ASSERT_TRUE(sink);
  ExportJob job(test::fake_source({.count = 1000, .width = 640, .height = 480}), std::move(*sink), {},
                OutputKind::raw_video);
  job.start();
  // The pipe holds less than a frame, so that the worker stands in write() as soon as something can be read.
  char byte;
  ASSERT_EQ(::read(reading.get(), &byte, 1), 1);
  job.cancel();
  const auto result = job.wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace framespool
