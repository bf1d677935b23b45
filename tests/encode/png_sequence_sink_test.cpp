#include "encode/png_sequence_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <png.h>

#include <cstring>

#include "bench/content.h"
#include "bench/libpng_bytes.h"
#include "encode/internal/handles.h"
#include "encode/internal/png_encoder.h"
#include "encode/make_export.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using test::names_in;
using test::patterned;
using test::Picture;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Decoded {
  std::uint32_t width = 0, height = 0;
  bool alpha = false;
  std::vector<std::byte> pixels;  // RGB or RGBA, as stored
};

// libpng's simplified reader would convert; this one gives what is in the file.
Decoded decode(const std::filesystem::path& file) {
  Decoded decoded;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_file(&image, file.c_str())) << file << ": " << image.message;
  decoded.width = image.width;
  decoded.height = image.height;
  decoded.alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  EXPECT_EQ(image.format & (PNG_FORMAT_FLAG_LINEAR | PNG_FORMAT_FLAG_COLORMAP), 0u);
  image.format = decoded.alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  decoded.pixels.resize(PNG_IMAGE_SIZE(image));
  EXPECT_TRUE(png_image_finish_read(&image, nullptr, decoded.pixels.data(), 0, nullptr)) << image.message;
  return decoded;
}

std::vector<std::byte> expected_pixels(const Picture& picture, bool alpha, PixelFormat format) {
  std::vector<std::byte> pixels;
  for (std::size_t i = 0; i < picture.pixels.size(); i += 4) {
    const bool swap = format == PixelFormat::bgra8;
    pixels.push_back(picture.pixels[i + (swap ? 2 : 0)]);
    pixels.push_back(picture.pixels[i + 1]);
    pixels.push_back(picture.pixels[i + (swap ? 0 : 2)]);
    if (alpha) pixels.push_back(picture.pixels[i + 3]);
  }
  return pixels;
}

std::unique_ptr<FrameSink> sink_into(const std::filesystem::path& folder, const ExportOptions& options = {}) {
  auto target = parse_output(folder.string() + (folder.has_extension() ? "" : "/"));
  EXPECT_TRUE(target);
  auto sink = make_sink(*target, options);
  EXPECT_TRUE(sink) << sink.error().line();
  return sink ? std::move(*sink) : nullptr;
}

SinkFormat format_of(std::uint32_t width, std::uint32_t height, std::uint64_t pictures,
                     std::uint64_t first = 0) {
  return {width, height, {60, 1}, first, pictures, false};
}

Result<SinkSummary> export_pictures(FrameSink& sink, std::uint64_t count, std::uint32_t width = 16,
                                    std::uint32_t height = 8, std::uint64_t first = 0) {
  if (auto begun = sink.begin(format_of(width, height, count, first)); !begun)
    return tl::unexpected(begun.error());
  for (std::uint64_t k = first; k < first + count; ++k)
    if (auto written = sink.write(patterned(width, height, k).view(k)); !written)
      return tl::unexpected(written.error());
  return sink.finish();
}

struct PngCase {
  std::uint32_t width, height;
};
class PngPixels : public testing::TestWithParam<PngCase> {};

TEST_P(PngPixels, ComeBackByteForByteInEveryForm) {
  const auto [width, height] = GetParam();
  const TempFolder folder;
  for (const bool alpha : {false, true})
    for (const PixelFormat format : {PixelFormat::rgba8, PixelFormat::bgra8}) {
      const std::string name =
          std::string(alpha ? "rgba" : "rgb") + (format == PixelFormat::bgra8 ? "-swapped" : "");
      ExportOptions options;
      options.alpha = alpha;
      const auto sink = sink_into(folder / name, options);
      const Picture picture = patterned(width, height, 3);
      ASSERT_TRUE(sink->begin(format_of(width, height, 1)));
      ASSERT_TRUE(sink->write(picture.view(0, format)));
      ASSERT_TRUE(sink->finish());
      const Decoded decoded = decode(folder / name / "image-0000.png");
      EXPECT_EQ(decoded.width, width);
      EXPECT_EQ(decoded.height, height);
      EXPECT_EQ(decoded.alpha, alpha);
      EXPECT_TRUE(decoded.pixels == expected_pixels(picture, alpha, format)) << name;
      const auto check =
          test::run_program("pngcheck -v '" + (folder / name / "image-0000.png").string() + "'");
      EXPECT_EQ(check.status, 0) << check.output;
      EXPECT_THAT(check.output, HasSubstr("No errors detected"));
      EXPECT_THAT(check.output, HasSubstr("sRGB"));
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, PngPixels,
                         testing::Values(PngCase{1, 1}, PngCase{3, 5}, PngCase{64, 64}, PngCase{853, 479},
                                         PngCase{1, 300}, PngCase{300, 1}));

TEST(PngSequence, IsTheSameBytesForEveryNumberOfJobs) {
  const TempFolder folder;
  for (const PngEffort effort : {PngEffort::fast, PngEffort::small}) {
    std::vector<std::string> first;
    for (const int jobs : {1, 2, 4, 7}) {
      const std::string name = (effort == PngEffort::small ? "small-" : "fast-") + std::to_string(jobs);
      ExportOptions options;
      options.png_effort = effort;
      options.jobs = jobs;
      const auto sink = sink_into(folder / name, options);
      const auto summary = export_pictures(*sink, 20, 61, 33);
      ASSERT_TRUE(summary) << summary.error().line();
      EXPECT_EQ(summary->pictures, 20u);
      std::vector<std::string> files;
      for (const std::string& file : names_in(folder / name))
        files.push_back(file + ":" + test::read_text(folder / name / file));
      ASSERT_EQ(files.size(), 20u);
      if (first.empty()) first = files;
      EXPECT_TRUE(files == first) << name;
    }
  }
}

// What `--png small` promises, with a sixteenth of the pixels that docs/performance.md has it for.
TEST(PngSequence, WithTheSmallEffortIsNoLargerInAllThanLibpngsDefault) {
  constexpr std::uint32_t kWidth = 480, kHeight = 270;
  const TempFolder folder;
  ExportOptions options;
  options.png_effort = PngEffort::small;
  const auto sink = sink_into(folder / "out", options);
  ASSERT_TRUE(sink->begin(format_of(kWidth, kHeight, 3)));
  std::uint64_t number = 0, libpngs = 0;
  for (const auto content : {bench::Content::shader, bench::Content::interface, bench::Content::noise}) {
    const Picture picture{kWidth, kHeight, bench::make_content(content, kWidth, kHeight, 0)};
    libpngs += bench::libpng_default_bytes(picture.pixels, kWidth, kHeight);
    ASSERT_TRUE(sink->write(picture.view(number++)));
  }
  const auto summary = sink->finish();
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_GT(summary->bytes, 0u);
  EXPECT_LE(summary->bytes, libpngs);
}

TEST(PngSequence, IsOfTheSamePixelsAndSmallerWithTheSmallEffort) {
  const TempFolder folder;
  const Picture picture = patterned(200, 150, 3);
  std::uint64_t bytes[2] = {};
  for (const PngEffort effort : {PngEffort::fast, PngEffort::small}) {
    const bool small = effort == PngEffort::small;
    for (const int jobs : {1, 2}) {
      const auto out = folder / (std::string(small ? "small" : "fast") + std::to_string(jobs));
      ExportOptions options;
      options.png_effort = effort;
      options.jobs = jobs;
      const auto sink = sink_into(out, options);
      ASSERT_TRUE(sink->begin(format_of(200, 150, 1)));
      ASSERT_TRUE(sink->write(picture.view(0)));
      const auto summary = sink->finish();
      ASSERT_TRUE(summary);
      bytes[small] = summary->bytes;
      EXPECT_TRUE(decode(out / "image-0000.png").pixels ==
                  expected_pixels(picture, false, PixelFormat::rgba8));
    }
  }
  EXPECT_LT(bytes[1], bytes[0]);
}

TEST(PngSequence, WritesARepeatedFrameUnderEachOfItsNumbers) {
  const TempFolder folder;
  const auto sink = sink_into(folder / "out");
  ASSERT_TRUE(sink->begin(format_of(16, 8, 3)));
  const Picture picture = patterned(16, 8, 0);
  FrameView view = picture.view(4);
  view.repeat = 3;
  ASSERT_TRUE(sink->write(view));
  ASSERT_TRUE(sink->finish());
  EXPECT_THAT(names_in(folder / "out"), ElementsAre("image-0004.png", "image-0005.png", "image-0006.png"));
  EXPECT_EQ(test::read_text(folder / "out" / "image-0004.png"),
            test::read_text(folder / "out" / "image-0006.png"));
}

TEST(PngSequence, TakesFramesOfDifferentSizesAsTheyAre) {
  const TempFolder folder;
  const auto sink = sink_into(folder / "out");
  ASSERT_TRUE(sink->begin(format_of(16, 8, 2)));
  ASSERT_TRUE(sink->write(patterned(16, 8, 0).view(0)));
  ASSERT_TRUE(sink->write(patterned(70, 90, 1).view(1)));
  ASSERT_TRUE(sink->finish());
  EXPECT_EQ(decode(folder / "out" / "image-0001.png").height, 90u);
}

TEST(PngSequence, RefusesAFolderThatHoldsOne) {
  const TempFolder folder;
  test::write_text(folder / "image-12.png", "old");
  const auto sink = make_sink(*parse_output(folder.path().string()), {});
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().kind, ErrorKind::usage);
  EXPECT_THAT(sink.error().line(), HasSubstr("--overwrite"));
  EXPECT_EQ(test::read_text(folder / "image-12.png"), "old");
}

TEST(PngSequence, LeavesOtherFilesOfTheFolderAlone) {
  const TempFolder folder;
  test::write_text(folder / "image-cover.png", "mine");
  test::write_text(folder / "notes.txt", "mine");
  test::write_text(folder / "image-0000.png", "old");
  ExportOptions options;
  options.overwrite = true;
  ASSERT_TRUE(export_pictures(*sink_into(folder.path(), options), 1));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("image-0000.png", "image-cover.png", "notes.txt"));
}

TEST(PngSequence, OverwritingRemovesTheNumbersBeyondItself) {
  const TempFolder folder;
  for (int i = 0; i < 6; ++i) test::write_text(folder / ("image-000" + std::to_string(i) + ".png"), "old");
  ExportOptions options;
  options.overwrite = true;
  ASSERT_TRUE(export_pictures(*sink_into(folder.path(), options), 2));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("image-0000.png", "image-0001.png"));
  EXPECT_NE(test::read_text(folder / "image-0001.png"), "old");
}

TEST(PngSequence, OverwritingLosesNothingBeforeTheFirstNewPictureIsWhole) {
  const TempFolder folder;
  test::write_text(folder / "image-0000.png", "old");
  ExportOptions options;
  options.overwrite = true;
  {
    const auto sink = sink_into(folder.path(), options);
    ASSERT_TRUE(sink->begin(format_of(16, 8, 2)));
  }
  EXPECT_EQ(test::read_text(folder / "image-0000.png"), "old");
}

TEST(PngSequence, OfARangeLooksAtItsOwnNamesOnly) {
  const TempFolder folder;
  test::write_text(folder / "image-0002.png", "of another shard");
  ExportOptions options;
  options.range = FrameRange{3, 5};
  ASSERT_TRUE(export_pictures(*sink_into(folder.path(), options), 2, 16, 8, 3));
  EXPECT_EQ(test::read_text(folder / "image-0002.png"), "of another shard");
  const auto again = export_pictures(*sink_into(folder.path(), options), 2, 16, 8, 3);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::usage);
  options.overwrite = true;
  ASSERT_TRUE(export_pictures(*sink_into(folder.path(), options), 2, 16, 8, 3));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("image-0002.png", "image-0003.png", "image-0004.png"));
}

TEST(PngSequence, NeverReplacesAPictureThatAppearedMeanwhile) {
  const TempFolder folder;
  const auto sink = sink_into(folder / "out");
  ASSERT_TRUE(sink->begin(format_of(16, 8, 1)));
  test::write_text(folder / "out" / "image-0000.png", "somebody else's");
  (void)sink->write(patterned(16, 8, 0).view(0));
  EXPECT_FALSE(sink->finish());
  sink->abandon();
  EXPECT_EQ(test::read_text(folder / "out" / "image-0000.png"), "somebody else's");
  EXPECT_THAT(names_in(folder / "out"), ElementsAre("image-0000.png"));
}

TEST(PngSequence, GivenUpKeepsWholePicturesAndNothingElse) {
  const TempFolder folder;
  {
    const auto sink = sink_into(folder / "out");
    ASSERT_TRUE(sink->begin(format_of(64, 64, 9)));
    for (std::uint64_t k = 0; k < 3; ++k) ASSERT_TRUE(sink->write(patterned(64, 64, k).view(k)));
  }
  EXPECT_THAT(names_in(folder / "out"), ElementsAre("image-0000.png", "image-0001.png", "image-0002.png"));
  EXPECT_EQ(decode(folder / "out" / "image-0002.png").height, 64u);
}

TEST(PngSequence, GivenUpBeforeAPictureLeavesNoFolder) {
  const TempFolder folder;
  {
    const auto sink = sink_into(folder / "out");
    ASSERT_TRUE(sink->begin(format_of(16, 8, 1)));
  }
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(PngSequence, NeedsAFolderWhoseParentExists) {
  const TempFolder folder;
  const auto sink = make_sink(*parse_output((folder / "no" / "where").string()), {});
  ASSERT_FALSE(sink);
  EXPECT_THAT(sink.error().line(), HasSubstr("there is no folder"));
}

TEST(PngSequence, RefusesAFileForAFolder) {
  const TempFolder folder;
  test::write_text(folder / "file", "");
  const auto sink = make_sink(*parse_output((folder / "file").string()), {});
  ASSERT_FALSE(sink);
  EXPECT_THAT(sink.error().line(), HasSubstr("is a file"));
}

TEST(PngSequence, WorksInAFolderWithSpacesAndLettersOfAllKinds) {
  const TempFolder folder;
  ASSERT_TRUE(export_pictures(*sink_into(folder / "größe 图像 %"), 1));
  EXPECT_EQ(decode(folder / "größe 图像 %" / "image-0000.png").width, 16u);
}

TEST(PngFile, JumpsOutOfLibpngWhenTheDiskIsFull) {
  auto encoder = PngEncoder::create(-1, false);
  ASSERT_TRUE(encoder);
  ASSERT_TRUE(encoder->load(patterned(64, 64, 1).view(0)));
  encoder->compress();
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  const PngWritten failed = encoder->write(full.get());
  EXPECT_FALSE(failed.ok);
  EXPECT_EQ(failed.error_number, ENOSPC);
  EXPECT_STREQ(failed.reason.data(), "write failed");
  // The encoder is as good as before.
  const TempFolder folder;
  const UniqueFd file(::open((folder / "a.png").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  EXPECT_TRUE(encoder->write(file.get()).ok);
  EXPECT_EQ(decode(folder / "a.png").pixels,
            expected_pixels(patterned(64, 64, 1), false, PixelFormat::rgba8));
}

TEST(PngFile, JumpsOutOfLibpngWhenLibpngItselfRefuses) {
  PngMemory memory = PngMemory::create().value();
  const UniqueFd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const PngWritten failed = write_png(file.get(), {0, 5, false, {}, nullptr}, memory);
  EXPECT_FALSE(failed.ok);
  EXPECT_EQ(failed.error_number, 0);
  EXPECT_THAT(failed.reason.data(), HasSubstr("IHDR"));
}

TEST(PngFile, OfALargePictureGoesPastThePageCache) {
  const Picture noise = patterned(1024, 512, 1);
  auto encoder = PngEncoder::create(-1, false);
  ASSERT_TRUE(encoder);
  ASSERT_TRUE(encoder->load(noise.view(0)));
  encoder->compress();
  const TempFolder folder;
  const UniqueFd file(::open((folder / "a.png").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  const PngWritten written = encoder->write(file.get());
  ASSERT_TRUE(written.ok) << written.reason.data();
  EXPECT_EQ(written.bytes, encoder->file_bytes());
  EXPECT_EQ(written.bytes, std::filesystem::file_size(folder / "a.png"));
  EXPECT_EQ(::fcntl(file.get(), F_GETFL) & O_DIRECT, 0);
  EXPECT_EQ(decode(folder / "a.png").pixels, expected_pixels(noise, false, PixelFormat::rgba8));
  const UniqueFd direct(::open((folder / "a.png").c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
  if (!direct) GTEST_SKIP() << "this file system has no direct writes";
  EXPECT_EQ(written.direct_bytes, written.bytes / 4096 * 4096);
}

TEST(PngMemory, GivesAlignedBlocksUntilItIsUsedUp) {
  PngMemory memory = PngMemory::create().value();
  auto* const first = static_cast<std::byte*>(memory.take(3));
  auto* const second = static_cast<std::byte*>(memory.take(100));
  EXPECT_GE(second - first, 3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second) % alignof(std::max_align_t), 0u);
  EXPECT_EQ(memory.take(1 << 20), nullptr);
  memory.reset();
  EXPECT_EQ(memory.take(3), first);
}

}  // namespace
}  // namespace framespool
