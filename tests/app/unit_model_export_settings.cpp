#include <gtest/gtest.h>

#include "app/model/export_settings.h"

namespace framespool {
namespace {

ExportTarget target_of(std::uint64_t frames) {
  return {.take = "/t/silk-0001.fspool",
          .folder = "/e",
          .name = "silk-0001",
          .first = "",
          .last = "",
          .frames = frames};
}

ExportSettings images() {
  ExportSettings settings;
  settings.kind = ExportKind::images;
  return settings;
}

std::string refusal(const ExportSettings& settings, const ExportTarget& target) {
  const auto request = make_request(settings, target);
  return request ? "accepted" : request.error().line();
}

TEST(ExportSettings, AMovieGetsTheEndingOfItsContainer) {
  ExportSettings settings;
  settings.container = "mkv";
  EXPECT_EQ(make_request(settings, target_of(10))->output, "/e/silk-0001.mkv");
  EXPECT_EQ(with_container("a.mp4", "mov"), "a.mov");
  EXPECT_EQ(with_container("v1.2", "mp4"), "v1.2.mp4");
}

TEST(ExportSettings, AFolderOfImagesEndsInASlashForTheExporter) {
  ExportTarget target = target_of(10);
  target.name = "v1.2/";
  const auto request = make_request(images(), target);
  EXPECT_EQ(request->output, "/e/v1.2");
  EXPECT_EQ(request->output_text(), "/e/v1.2/");
}

TEST(ExportSettings, OnlyWhatBelongsToTheKindIsPassedOn) {
  ExportSettings settings;
  settings.alpha = true;
  settings.lossless = true;
  settings.crf = 23;
  settings.preset = "medium";
  const auto movie = make_request(settings, target_of(10));
  EXPECT_FALSE(movie->options.alpha);
  EXPECT_TRUE(movie->options.lossless);
  EXPECT_EQ(movie->options.crf, 23);
  EXPECT_EQ(movie->options.preset, "medium");
  settings.kind = ExportKind::images;
  const auto sequence = make_request(settings, target_of(10));
  EXPECT_TRUE(sequence->options.alpha);
  EXPECT_FALSE(sequence->options.lossless);
}

TEST(ExportSettings, TheLastFrameIsPartOfTheRange) {
  ExportTarget target = target_of(100);
  target.first = "10";
  target.last = "19";
  const auto request = make_request(images(), target);
  ASSERT_TRUE(request->options.range);
  EXPECT_EQ(request->options.range->first, 10u);
  EXPECT_EQ(request->options.range->end, 20u);
}

TEST(ExportSettings, AnOpenEndReachesTheTakesOwn) {
  ExportTarget target = target_of(100);
  target.first = "90";
  EXPECT_EQ(make_request(images(), target)->options.range->end, 100u);
  target.first = "";
  target.last = "4";
  EXPECT_EQ(make_request(images(), target)->options.range->first, 0u);
}

TEST(ExportSettings, TheWholeTakeIsNoRange) {
  ExportTarget target = target_of(100);
  EXPECT_FALSE(make_request(images(), target)->options.range);
  target.first = "0";
  target.last = "99";
  EXPECT_FALSE(make_request(images(), target)->options.range);
}

TEST(ExportSettings, RefusesRangesThatAreNone) {
  ExportTarget target = target_of(100);
  target.first = "5";
  target.last = "4";
  EXPECT_EQ(refusal(images(), target), "Range: the first frame is after the last");
  target.last = "100";
  EXPECT_EQ(refusal(images(), target), "Range: the take's frames are 0 to 99");
  target.last = "-1";
  EXPECT_EQ(refusal(images(), target), "Last frame: \"-1\" is no frame number; use a whole number from 0");
  target.last = "99999999999999999999";
  EXPECT_NE(refusal(images(), target), "accepted");
}

TEST(ExportSettings, RefusesNamesThatMeanSomethingElse) {
  ExportTarget target = target_of(10);
  for (const char* name : {"", "  ", "/", "..", "./"}) {
    target.name = name;
    EXPECT_EQ(refusal(images(), target), "Name: is empty; type a name for the output") << name;
  }
  target.name = "shot-%05d.png";
  EXPECT_EQ(refusal(images(), target), "Name: has a % in it; patterns are for the command line");
}

TEST(ExportSettings, UnderstandsRatesAndRefusesOthers) {
  ExportSettings settings;
  settings.fps = "23.976";
  EXPECT_EQ(make_request(settings, target_of(10))->options.fps, (Rational{24000, 1001}));
  settings.fps = "fast";
  EXPECT_EQ(refusal(settings, target_of(10)),
            "Frames per second: \"fast\" is no rate; use a number such as 30 or 23.976, or leave it empty");
}

}  // namespace
}  // namespace framespool
