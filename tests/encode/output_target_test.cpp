#include "encode/output_target.h"

#include <gmock/gmock.h>

#include "encode/export_options.h"
#include "encode/internal/sequence_folder.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using testing::HasSubstr;

OutputTarget parsed(const std::string& text) {
  const auto target = parse_output(text);
  EXPECT_TRUE(target) << text;
  return target.value_or(OutputTarget{});
}

TEST(Output, WithoutAnEndingIsAFolderOfPictures) {
  const OutputTarget target = parsed("some/where");
  EXPECT_EQ(target.kind, OutputKind::png_sequence);
  EXPECT_EQ(target.image_path(7), "some/where/image-0007.png");
  EXPECT_EQ(target.image_path(12345), "some/where/image-12345.png");
}

TEST(Output, WithATrailingSlashIsAFolderWhateverItsName) {
  EXPECT_EQ(parsed("some/v1.mp4/").path, "some/v1.mp4");
  EXPECT_EQ(parsed("some/v1.mp4/").kind, OutputKind::png_sequence);
}

TEST(Output, ThatIsAnExistingFolderIsAFolderWhateverItsName) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder / "old.mkv");
  EXPECT_EQ(parsed((folder / "old.mkv").string()).kind, OutputKind::png_sequence);
}

TEST(Output, WithAMoviesEndingIsAMovie) {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv", "a.MP4", "dir.d/ä b.mkv"})
    EXPECT_EQ(parsed(name).kind, OutputKind::movie) << name;
}

TEST(Output, WithAPercentSignIsAPattern) {
  EXPECT_EQ(parsed("out/shot-%05d.png").image_path(42), "out/shot-00042.png");
  EXPECT_EQ(parsed("%d.png").image_path(42), "42.png");
  EXPECT_EQ(parsed("100%%-%03d-b.PNG").image_name(7), "100%-007-b.PNG");
}

TEST(Output, CalledMinusIsRawVideo) {
  EXPECT_EQ(parsed("-").kind, OutputKind::raw_video);
}

TEST(Output, OfAnUnknownKindIsRefusedWithAdvice) {
  for (const char* name : {"", "a.avi", "a.png", "a.mp4.txt", "%d.jpg", "%s.png", "a%d-%d.png", "a%.png",
                           "a%0d.png", "a%099d.png", "100%%.png", "%5d.png"}) {
    const auto target = parse_output(name);
    ASSERT_FALSE(target) << name;
    EXPECT_EQ(target.error().kind, ErrorKind::usage);
    EXPECT_THAT(target.error().line(), HasSubstr(".mp4")) << name;
  }
}

TEST(ImageNumber, IsReadFromItsOwnNamesOnly) {
  const OutputTarget target = parsed("out/shot-%04d-x.png");
  EXPECT_EQ(image_number(target, "shot-0007-x.png"), 7u);
  EXPECT_EQ(image_number(target, "shot-123456-x.png"), 123456u);
  for (const char* other : {"shot-x.png", "shot--x.png", "shot-00 7-x.png", "shot-0007.png",
                            "ashot-0007-x.png", "shot-99999999999999999999999-x.png", ""})
    EXPECT_FALSE(image_number(target, other)) << other;
}

TEST(Options, OutOfRangeAreRefused) {
  const auto refused = [](auto change) {
    ExportOptions options;
    change(options);
    const auto checked = check_options(options);
    return !checked && checked.error().kind == ErrorKind::usage;
  };
  EXPECT_FALSE(refused([](ExportOptions&) {}));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.range = FrameRange{5, 5}; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.fps = Rational{0, 1}; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.speed = 0; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.speed = std::numeric_limits<double>::quiet_NaN(); }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.crf = 52; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.crf = -1; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.jobs = -1; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.png_level = 13; }));
  EXPECT_TRUE(refused([](ExportOptions& o) { o.strict = o.salvage = true; }));
  EXPECT_TRUE(refused([](ExportOptions& o) {
    o.vfr = true;
    o.fps = Rational{30, 1};
  }));
}

}  // namespace
}  // namespace framespool
