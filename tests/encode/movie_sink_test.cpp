#include "encode/movie_sink.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <regex>

#include "encode/export_job.h"
#include "encode/internal/picture_converter.h"
#include "encode/make_export.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using test::fake_source;
using test::FakeFrames;
using test::flat;
using test::names_in;
using test::Picture;
using test::run_program;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<ExportSummary> export_movie(const std::filesystem::path& file, FakeFrames frames,
                                   ExportOptions options = {}) {
  auto sink = make_sink(parse_output(file.string()).value(), options);
  if (!sink) return tl::unexpected(sink.error());
  ExportJob job(fake_source(std::move(frames)), std::move(*sink), options, OutputKind::movie);
  job.start();
  return job.wait();
}

std::string probe(const std::filesystem::path& file, const std::string& entries,
                  const std::string& more = "") {
  const auto ran = run_program("ffprobe -v error -select_streams v:0 " + more + " -show_entries " + entries +
                               " -of default=noprint_wrappers=1 '" + file.string() + "'");
  EXPECT_EQ(ran.status, 0) << ran.output;
  return ran.output;
}

std::string decoded_rgb(const std::filesystem::path& file) {
  const std::string raw = file.string() + ".raw";
  const auto ran =
      run_program("ffmpeg -v error -y -i '" + file.string() +
                  "' -vf scale=in_color_matrix=bt709:in_range=auto:flags=accurate_rnd+full_chroma_int"
                  "+full_chroma_inp -vsync passthrough -f rawvideo -pix_fmt rgb24 '" +
                  raw + "'");
  EXPECT_EQ(ran.status, 0) << ran.output;
  const std::string pixels = test::read_text(raw);
  std::filesystem::remove(raw);
  return pixels;
}

std::string rgb_of(const Picture& picture) {
  std::string rgb;
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    if (i % 4 != 3) rgb += static_cast<char>(picture.pixels[i]);
  return rgb;
}

class MovieContainer : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, MovieContainer, testing::Values("a.mp4", "a.mov", "a.mkv"));

TEST_P(MovieContainer, HoldsEveryFrameAndItsTags) {
  const TempFolder folder;
  const auto file = folder / GetParam();
  const auto summary = export_movie(file, {.count = 75, .width = 64, .height = 48});
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_EQ(summary->sink.pictures, 75u);
  EXPECT_THAT(summary->sink.notes, IsEmpty());
  const std::string found =
      probe(file,
            "stream=codec_name,width,height,pix_fmt,color_range,color_space,color_transfer,color_primaries,"
            "chroma_location,r_frame_rate,nb_read_frames",
            "-count_frames");
  for (const char* part : {"codec_name=h264", "width=64", "height=48", "pix_fmt=yuv420p", "color_range=tv",
                           "color_space=bt709", "color_transfer=iec61966-2-1", "color_primaries=bt709",
                           "chroma_location=left", "r_frame_rate=60/1", "nb_read_frames=75"})
    EXPECT_THAT(found, HasSubstr(part));
}

TEST_P(MovieContainer, LosslessComesBackExactAtOddSizesToo) {
  const TempFolder folder;
  ExportOptions options;
  options.lossless = true;
  const auto file = folder / GetParam();
  const auto summary = export_movie(file, {.count = 4, .width = 53, .height = 39}, options);
  ASSERT_TRUE(summary) << summary.error().line();
  std::string expected;
  for (std::uint64_t k = 0; k < 4; ++k) expected += rgb_of(test::patterned(53, 39, k));
  EXPECT_TRUE(decoded_rgb(file) == expected);
  const std::string found = probe(file, "stream=pix_fmt,color_range,color_space");
  EXPECT_THAT(found, HasSubstr("pix_fmt=gbrp"));
  EXPECT_THAT(found, HasSubstr("color_range=pc"));
  EXPECT_THAT(found, HasSubstr("color_space=gbr"));
}

// The tags again, read by a program that looks at the container alone.
TEST(Movie, TagsTheContainerAndTheStream) {
  const TempFolder folder;
  ASSERT_TRUE(export_movie(folder / "a.mp4", {.count = 2}));
  const std::string file = test::read_text(folder / "a.mp4");
  const std::size_t colr = file.find("colrnclx");
  ASSERT_NE(colr, std::string::npos);
  EXPECT_EQ(file.substr(colr + 8, 7), std::string("\0\1\0\15\0\1\0", 7));
  // Without the container, the stream must still say so.
  ASSERT_EQ(run_program("ffmpeg -v error -y -i '" + (folder / "a.mp4").string() + "' -c copy '" +
                        (folder / "a.h264").string() + "'")
                .status,
            0);
  EXPECT_THAT(probe(folder / "a.h264", "stream=color_space,color_transfer"), HasSubstr("iec61966-2-1"));
}

TEST(Movie, BringsFlatPatchesBackWithinTwoLevels) {
  const int colours[][3] = {{0, 0, 0},       {255, 255, 255}, {255, 0, 0},     {0, 255, 0},
                            {0, 0, 255},     {255, 255, 0},   {0, 255, 255},   {255, 0, 255},
                            {128, 128, 128}, {64, 64, 64},    {192, 192, 192}, {16, 16, 16},
                            {241, 194, 167}, {198, 134, 66},  {141, 85, 36},   {255, 219, 172}};
  Picture chart{128, 128, std::vector<std::byte>(128 * 128 * 4, std::byte{255})};
  for (std::size_t i = 0; i < 128 * 128; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      chart.pixels[i * 4 + c] = static_cast<std::byte>(colours[(i / 128 / 32) * 4 + i % 128 / 32][c]);
  const TempFolder folder;
  ExportOptions options;
  options.crf = 1;
  options.preset = "medium";
  FakeFrames frames{.count = 3, .width = 128, .height = 128};
  frames.make = [&](std::uint64_t) { return chart; };
  ASSERT_TRUE(export_movie(folder / "a.mp4", frames, options));
  const std::string got = decoded_rgb(folder / "a.mp4");
  ASSERT_EQ(got.size(), 3u * 128 * 128 * 3);
  for (std::size_t patch = 0; patch < 16; ++patch) {
    int worst = 0;
    // At the rim 4:2:0 shares chroma with the neighbour: one sample in encoding, two more in interpolating it
    // back.
    for (std::size_t y = patch / 4 * 32 + 6; y < patch / 4 * 32 + 26; ++y)
      for (std::size_t x = patch % 4 * 32 + 6; x < patch % 4 * 32 + 26; ++x)
        for (std::size_t c = 0; c < 3; ++c)
          worst = std::max(
              worst, std::abs(static_cast<unsigned char>(got[(y * 128 + x) * 3 + c]) - colours[patch][c]));
    EXPECT_LE(worst, 2) << "patch " << patch;
  }
}

// Ramps show what patches do not: a wrong offset of the rounding, clipping at the ends, chroma sited
// elsewhere.
TEST(Movie, BringsRampsBackWithinTwoLevels) {
  const auto level = [](std::size_t x, std::size_t y, std::size_t c) {
    const auto up = static_cast<int>(x);
    if (y < 32) return up;                                 // black to white
    if (y < 64) return c == 1 ? 128 : 64 + up / 2;         // dark green to bright magenta
    return c == 0 ? 255 - up / 2 : c == 1 ? 128 : up / 2;  // orange to violet
  };
  Picture ramps{256, 96, std::vector<std::byte>(256 * 96 * 4, std::byte{255})};
  for (std::size_t i = 0; i < 256 * 96; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      ramps.pixels[i * 4 + c] = static_cast<std::byte>(level(i % 256, i / 256, c));
  const TempFolder folder;
  ExportOptions options;
  options.crf = 1;
  options.preset = "medium";
  FakeFrames frames{.count = 1, .width = 256, .height = 96};
  frames.make = [&](std::uint64_t) { return ramps; };
  ASSERT_TRUE(export_movie(folder / "a.mp4", frames, options));
  const std::string got = decoded_rgb(folder / "a.mp4");
  ASSERT_EQ(got.size(), 256u * 96 * 3);
  for (std::size_t band = 0; band < 3; ++band) {
    int worst = 0;
    for (std::size_t y = band * 32 + 4; y < band * 32 + 28; ++y)
      for (std::size_t x = 0; x < 256; ++x)
        for (std::size_t c = 0; c < 3; ++c)
          worst = std::max(worst,
                           std::abs(static_cast<unsigned char>(got[(y * 256 + x) * 3 + c]) - level(x, y, c)));
    EXPECT_LE(worst, 2) << "ramp " << band;
  }
}

TEST(Movie, OfAnOddSizeIsPaddedByItsEdgeAndSaysSo) {
  const TempFolder folder;
  ExportOptions options;
  options.crf = 1;
  FakeFrames frames{.count = 1, .width = 21, .height = 13};
  frames.make = [](std::uint64_t) { return flat(21, 13, 200, 100, 50); };
  const auto summary = export_movie(folder / "a.mkv", frames, options);
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_THAT(summary->sink.notes, ElementsAre(HasSubstr("21x13 was padded to 22x14")));
  const std::string got = decoded_rgb(folder / "a.mkv");
  ASSERT_EQ(got.size(), 22u * 14 * 3);
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(static_cast<unsigned char>(got[i]), (std::array{200, 100, 50}[i % 3]), 3) << i;
}

TEST(Movie, OfTheSmallestSizesCanBeMade) {
  for (const auto& [width, height] : {std::pair{1u, 1u}, std::pair{3u, 5u}, std::pair{2u, 300u}}) {
    const TempFolder folder;
    const auto summary = export_movie(folder / "a.mp4", {.count = 2, .width = width, .height = height});
    ASSERT_TRUE(summary) << summary.error().line();
    EXPECT_THAT(probe(folder / "a.mp4", "stream=nb_read_frames", "-count_frames"), HasSubstr("=2"));
  }
}

TEST(Movie, FitsFramesOfAnotherSizeBetweenBlackBarsAndSaysSo) {
  const TempFolder folder;
  ExportOptions options;
  options.lossless = true;
  FakeFrames frames{.count = 3, .width = 64, .height = 32};
  frames.make = [](std::uint64_t k) {
    return k == 1 ? flat(20, 20, 10, 200, 30) : flat(64, 32, 10, 200, 30);
  };
  const auto summary = export_movie(folder / "a.mkv", frames, options);
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_THAT(summary->sink.notes, ElementsAre(HasSubstr("20x20")));
  const std::string got = decoded_rgb(folder / "a.mkv");
  ASSERT_EQ(got.size(), 3u * 64 * 32 * 3);
  const auto green = [&](std::size_t x, std::size_t y) {
    return static_cast<unsigned char>(got[((32 + y) * 64 + x) * 3 + 1]);
  };
  EXPECT_EQ(green(2, 16), 0);
  EXPECT_EQ(green(61, 16), 0);
  EXPECT_EQ(green(32, 1), 200);
  EXPECT_EQ(green(32, 31), 200);
}

TEST(Letterbox, KeepsTheShapeAndCentresIt) {
  const auto is = [](Placement place, std::uint32_t x, std::uint32_t y, std::uint32_t width,
                     std::uint32_t height) {
    return place.x == x && place.y == y && place.width == width && place.height == height;
  };
  EXPECT_TRUE(is(letterbox(100, 100, 200, 100), 50, 0, 100, 100));
  EXPECT_TRUE(is(letterbox(200, 100, 100, 100), 0, 25, 100, 50));
  EXPECT_TRUE(is(letterbox(1, 1000, 100, 100), 49, 0, 1, 100));
  EXPECT_TRUE(is(letterbox(32768, 1, 32768, 32768), 0, 16383, 32768, 1));
}

TEST(Movie, HasExactTimeStampsAtBroadcastRates) {
  const TempFolder folder;
  FakeFrames frames{.count = 300};
  frames.rate = {30000, 1001};
  ASSERT_TRUE(export_movie(folder / "a.mp4", frames));
  const std::string found =
      probe(folder / "a.mp4", "stream=r_frame_rate,avg_frame_rate,time_base,duration_ts");
  EXPECT_THAT(found, HasSubstr("r_frame_rate=30000/1001"));
  EXPECT_THAT(found, HasSubstr("avg_frame_rate=30000/1001"));
  EXPECT_THAT(found, HasSubstr("time_base=1/30000"));
  EXPECT_THAT(found, HasSubstr("duration_ts=300300"));
}

TEST(Movie, OfARealTimeTakeRepeatsFramesOverGaps) {
  const TempFolder folder;
  FakeFrames frames{.count = 4};
  frames.rate = {50, 1};
  frames.clock = ClockKind::realtime;
  frames.stamps_ns = {0, 20'000'000, 100'000'000, 120'000'000};
  const auto summary = export_movie(folder / "a.mp4", frames);
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_EQ(summary->sink.pictures, 7u);
  EXPECT_EQ(summary->frames_repeated, 3u);
  EXPECT_THAT(probe(folder / "a.mp4", "stream=nb_read_frames,duration", "-count_frames"),
              testing::AllOf(HasSubstr("nb_read_frames=7"), HasSubstr("duration=0.140000")));
}

TEST(Movie, WithVfrKeepsTheStamps) {
  const TempFolder folder;
  FakeFrames frames{.count = 3};
  frames.rate = {50, 1};
  frames.clock = ClockKind::realtime;
  frames.stamps_ns = {0, 25'000'000, 100'000'000};
  ExportOptions options;
  options.vfr = true;
  ASSERT_TRUE(export_movie(folder / "a.mp4", frames, options));
  EXPECT_EQ(probe(folder / "a.mp4", "frame=pts_time"),
            "pts_time=0.000000\npts_time=0.025000\npts_time=0.100000\n");
}

// libx264 writes its settings into the first picture, threads included: the one thing that may differ.
std::string without_thread_numbers(const std::filesystem::path& file) {
  return std::regex_replace(test::read_text(file), std::regex("threads=[0-9]+ lookahead_threads=[0-9]+"), "");
}

// Noise that moves three pixels sideways and one down a frame: within what libx264 looks for with any number
// of threads.
Picture moving_noise(std::uint64_t number) {
  Picture picture{160, 112, std::vector<std::byte>(160 * 112 * 4, std::byte{255})};
  for (std::uint64_t i = 0; i < 160 * 112; ++i) {
    const std::uint64_t x = i % 160 + 200 - 3 * number, y = i / 160 + 200 - number;
    const std::uint64_t noise = (y * 1000 + x + 1) * 0x9E3779B97F4A7C15u;
    for (std::size_t c = 0; c < 3; ++c)
      picture.pixels[i * 4 + c] = static_cast<std::byte>(noise >> (32 + 8 * c));
  }
  return picture;
}

TEST(Movie, HasTheSamePicturesForEveryNumberOfJobsAndTheSameBytesForEachRun) {
  const TempFolder folder;
  FakeFrames frames{.count = 16, .width = 160, .height = 112};
  frames.make = moving_noise;
  for (const std::string preset : {"ultrafast", "veryfast", "medium"}) {
    std::string first;
    for (const int jobs : {1, 2, 3}) {
      ExportOptions options;
      options.preset = preset;
      options.jobs = jobs;
      options.overwrite = true;
      ASSERT_TRUE(export_movie(folder / "a.mp4", frames, options));
      ASSERT_TRUE(export_movie(folder / "again.mp4", frames, options));
      EXPECT_TRUE(test::read_text(folder / "a.mp4") == test::read_text(folder / "again.mp4"))
          << preset << ", " << jobs;
      EXPECT_THAT(test::read_text(folder / "a.mp4"), HasSubstr(" threads=" + std::to_string(jobs) + " "));
      const std::string movie = without_thread_numbers(folder / "a.mp4");
      if (first.empty()) first = movie;
      EXPECT_TRUE(movie == first) << preset << ", " << jobs << " jobs";
    }
  }
}

TEST(Movie, StartsEveryGroupOfPicturesClosed) {
  const TempFolder folder;
  ASSERT_TRUE(export_movie(folder / "a.mkv", {.count = 300, .width = 32, .height = 32}));
  // Cut at the second key frame without re-encoding: nothing before it may be missed by a picture after it.
  const std::string flags = probe(folder / "a.mkv", "packet=pts_time,flags");
  const std::size_t second = flags.find("flags=K", flags.find("flags=K") + 1);
  ASSERT_NE(second, std::string::npos) << "one group of pictures only";
  const auto cut = run_program("ffmpeg -v warning -y -ss 4 -i '" + (folder / "a.mkv").string() +
                               "' -c copy '" + (folder / "b.mkv").string() + "' && ffmpeg -v warning -i '" +
                               (folder / "b.mkv").string() + "' -f null -");
  EXPECT_EQ(cut.status, 0);
  EXPECT_THAT(cut.output, Not(HasSubstr("error")));
}

TEST(Movie, ThatStandsIsNotTouchedUnlessToldTo) {
  const TempFolder folder;
  test::write_text(folder / "a.mp4", "old");
  const auto refused = export_movie(folder / "a.mp4", {.count = 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(test::read_text(folder / "a.mp4"), "old");
  ExportOptions options;
  options.overwrite = true;
  ASSERT_TRUE(export_movie(folder / "a.mp4", {.count = 1}, options));
  EXPECT_THAT(probe(folder / "a.mp4", "stream=codec_name"), HasSubstr("h264"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.mp4"));
}

TEST(Movie, ThatAppearedMeanwhileIsNotReplaced) {
  const TempFolder folder;
  FakeFrames frames{.count = 2};
  frames.before_frame = [&](std::uint64_t k) -> Result<void> {
    if (k == 1) test::write_text(folder / "a.mp4", "somebody else's");
    return {};
  };
  EXPECT_FALSE(export_movie(folder / "a.mp4", frames));
  EXPECT_EQ(test::read_text(folder / "a.mp4"), "somebody else's");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.mp4"));
}

TEST(Movie, NeedsAnEncoderThatIsThere) {
  const TempFolder folder;
  ExportOptions options;
  options.codec = "libnothere";
  auto result = make_sink(parse_output((folder / "a.mp4").string()).value(), options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().line(), "encoder libnothere: is not in this FFmpeg build; use --codec libx264");
  options.codec = "mpeg4";
  result = make_sink(parse_output((folder / "a.mp4").string()).value(), options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
}

TEST(Movie, NeedsAPresetThatIsThere) {
  const TempFolder folder;
  ExportOptions options;
  options.preset = "warp";
  const auto result = make_sink(parse_output((folder / "a.mp4").string()).value(), options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
  EXPECT_THAT(result.error().line(), HasSubstr("veryfast"));
}

TEST(Movie, NeedsAFolderThatIsThere) {
  const TempFolder folder;
  const auto result = make_sink(parse_output((folder / "no" / "a.mp4").string()).value(), {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().line(), HasSubstr("there is no folder"));
}

TEST(Movie, WorksUnderANameWithSpacesAndLettersOfAllKinds) {
  const TempFolder folder;
  ASSERT_TRUE(export_movie(folder / "Übung 图像 : 100.mp4.mkv", {.count = 1}));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("Übung 图像 : 100.mp4.mkv"));
}

}  // namespace
}  // namespace framespool
