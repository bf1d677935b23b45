// Numbers of pictures, times and tags, by ffprobe.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

class Movies : public EndToEnd {};

TEST_F(Movies, HoldEveryFrame) {
  for (const int frames : {1, 2, 61}) {
    const std::string take = record(scenes().front(), "64x48", frames, std::to_string(frames) + ".fspool");
    for (const std::string ending : {".mp4", ".mov", ".mkv"}) {
      const std::string movie = export_to(take, std::to_string(frames) + ending);
      EXPECT_EQ(count_pictures(movie), static_cast<std::uint64_t>(frames)) << ending;
      EXPECT_EQ(probe(movie, "codec_name"), "h264");
      EXPECT_EQ(probe(movie, "r_frame_rate"), "60/1") << ending;
    }
    EXPECT_EQ(files_in(export_to(take, std::to_string(frames) + "/")).size(),
              static_cast<std::size_t>(frames));
  }
}

TEST_F(Movies, StandOnTheExactGridOfTheirRate) {
  const Bytes pixels = flat_frames(48, 16, 16);
  const std::string take = import(pixels, "16x16", {"--fps", "24000/1001"});
  const auto times = packet_times(export_to(take, "a.mp4"));
  ASSERT_EQ(times.size(), 48u);
  for (std::size_t k = 0; k < times.size(); ++k)
    EXPECT_NEAR(times[k], static_cast<double>(k) * 1001 / 24000, 1e-5);
}

TEST_F(Movies, AreTaggedAsBt709) {
  const std::string movie = export_to(record(scenes().front(), "64x48", 3), "a.mp4");
  EXPECT_EQ(probe(movie, "color_space"), "bt709");
  EXPECT_EQ(probe(movie, "color_primaries"), "bt709");
  EXPECT_EQ(probe(movie, "color_transfer"), "iec61966-2-1");
  EXPECT_EQ(probe(movie, "color_range"), "tv");
  EXPECT_EQ(probe(movie, "pix_fmt"), "yuv420p");
}

TEST_F(Movies, OfOddSizesArePaddedAndSaySo) {
  const std::string take = record(scenes().front(), "33x17", 3);
  const Finished done = framespool({"export", take, in("a.mp4"), "--progress", "json"});
  expect_success(done);
  EXPECT_EQ(probe(in("a.mp4"), "width,height"), "34,18");
  EXPECT_THAT(done.err, testing::HasSubstr("33x17"));
  EXPECT_THAT(done.err, testing::HasSubstr("34x18"));
}

TEST_F(Movies, KeepTheDurationWhenTheRateChanges) {
  const std::string take = record(scenes().front(), "64x48", 60);  // one second
  EXPECT_EQ(count_pictures(export_to(take, "half.mp4", {"--fps", "30"})), 30u);
  EXPECT_EQ(count_pictures(export_to(take, "double.mp4", {"--fps", "120"})), 120u);
  EXPECT_EQ(count_pictures(export_to(take, "fast.mp4", {"--speed", "2"})), 30u);
}

TEST_F(Movies, TakeARange) {
  const std::string take = import(flat_frames(10, 16, 16), "16x16");
  EXPECT_EQ(count_pictures(export_to(take, "a.mkv", {"--range", "2:7", "--lossless"})), 5u);
  EXPECT_EQ(decode(in("a.mkv"), "gray").front(), 3);  // the first of them is frame 2
  const auto images = files_in(export_to(take, "images/", {"--range", "2:7"}));
  ASSERT_EQ(images.size(), 5u);
  EXPECT_EQ(images.front().filename(), "image-0002.png");  // the take's numbers are kept
  EXPECT_EQ(decode(images.front(), "gray").front(), 3);
}

TEST_F(Movies, AcceptAPattern) {
  const std::string take = import(flat_frames(2, 4, 4), "4x4");
  export_to(take, "shot-%05d.png");
  EXPECT_TRUE(fs::exists(in("shot-00000.png")));
  EXPECT_TRUE(fs::exists(in("shot-00001.png")));
}

TEST_F(Movies, GoThroughAPipeAsY4m) {
  const std::string take = record(scenes().front(), "64x48", 7);
  RunOptions options;
  options.output = in("a.y4m");
  const Finished done = framespool({"export", take, "-"}, options);
  expect_success(done);
  EXPECT_EQ(count_pictures(in("a.y4m")), 7u);
  EXPECT_THAT(done.err, testing::HasSubstr("7 pictures"));  // the result line: standard output is taken
}

TEST_F(Movies, OfRealTimeTakesKeepTheDuration) {
  expect_success(framespool({"record", scenes().front(), "-o", in("a.fspool"), "--size", "64x48", "--fps",
                             "30", "--realtime", "--duration", "1", "--quiet"}));
  const RawTake take = read_raw_take(in("a.fspool"));
  ASSERT_GE(take.frames.size(), 10u);
  ASSERT_LE(take.frames.size(), 31u);
  const double last_s = static_cast<double>(take.frames.back().pts_ns) * 1e-9;
  const auto pictures = count_pictures(export_to(in("a.fspool"), "a.mp4"));
  EXPECT_NEAR(static_cast<double>(pictures), last_s * 30 + 1, 1.01);
  EXPECT_EQ(count_pictures(export_to(in("a.fspool"), "vfr.mkv", {"--vfr"})), take.frames.size());
  EXPECT_EQ(files_in(export_to(in("a.fspool"), "images/")).size(), take.frames.size());
}

// The colours people look at first: primaries, secondaries, greys, skin.
const std::vector<std::array<std::uint8_t, 3>> kPatches{
    {255, 0, 0},     {0, 255, 0},     {0, 0, 255},     {0, 255, 255},   {255, 0, 255},   {255, 255, 0},
    {0, 0, 0},       {1, 1, 1},       {16, 16, 16},    {64, 64, 64},    {127, 127, 127}, {128, 128, 128},
    {192, 192, 192}, {235, 235, 235}, {254, 254, 254}, {255, 255, 255}, {255, 224, 189}, {241, 194, 125},
    {224, 172, 105}, {198, 134, 66},  {141, 85, 36},   {92, 56, 54},    {200, 30, 60},   {30, 90, 160}};

int worst_difference(const Bytes& decoded, const Bytes& expected) {
  int worst = decoded.size() == expected.size() ? 0 : 999;
  for (std::size_t at = 0; at < std::min(decoded.size(), expected.size()); ++at)
    worst = std::max(worst, std::abs(int{decoded[at]} - int{expected[at]}));
  return worst;
}

TEST_F(Movies, KeepFlatColoursWithinTwoLevels) {
  Bytes rgb;  // one patch a frame
  for (const auto& patch : kPatches)
    for (int pixel = 0; pixel < 32 * 32; ++pixel) rgb.insert(rgb.end(), patch.begin(), patch.end());
  const std::string take = import(rgb, "32x32", {"--pixel-format", "rgb", "--top-down"});
  for (const std::string ending : {"mp4", "mov", "mkv"}) {
    const std::string movie = export_to(take, "a." + ending, {"--crf", "1", "--preset", "medium"});
    EXPECT_LE(worst_difference(decode_bt709(movie), rgb), 2) << ending;
  }
}

TEST_F(Movies, KeepPatchesBesideEachOtherWithinTwoLevels) {
  constexpr int columns = 6, rows = 4, side = 32, width = columns * side;
  Bytes rgb;
  for (int y = 0; y < rows * side; ++y)
    for (int x = 0; x < width; ++x) {
      const auto& patch = kPatches.at(static_cast<std::size_t>(y / side * columns + x / side));
      rgb.insert(rgb.end(), patch.begin(), patch.end());
    }
  const std::string take = import(rgb, "192x128", {"--pixel-format", "rgb", "--top-down"});
  const Bytes decoded = decode_bt709(export_to(take, "a.mp4", {"--crf", "1", "--preset", "medium"}));
  ASSERT_EQ(decoded.size(), rgb.size());
  // Half the chroma samples: the four pixels around an edge belong to both sides.
  int worst = 0;
  for (int y = 0; y < rows * side; ++y)
    for (int x = 0; x < width; ++x) {
      if (x % side < 4 || x % side >= side - 4 || y % side < 4 || y % side >= side - 4) continue;
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const std::size_t at = static_cast<std::size_t>(y * width + x) * 3 + channel;
        worst = std::max(worst, std::abs(int{decoded[at]} - int{rgb[at]}));
      }
    }
  EXPECT_LE(worst, 2);
}

TEST_F(Movies, RefuseWhatIsNoEncoder) {
  const std::string take = import(flat_frames(2, 4, 4), "4x4");
  expect_error(framespool({"export", take, in("a.mp4"), "--codec", "nonsense"}), 2, {"nonsense"});
  EXPECT_FALSE(fs::exists(in("a.mp4")));
}

// A broken copy stands for a missing one: it is found first, and the loader looks no further.
TEST_F(Movies, AloneNeedTheLibrariesOfFfmpeg) {
  const std::string take = import(flat_frames(2, 4, 4), "4x4");
  const std::string movie = export_to(take, "whole.mp4");
  fs::create_directory(in("broken"));
  for (int version = 50; version < 100; ++version)  // all its libraries need this one
    std::ofstream(in("broken") + "/libavutil.so." + std::to_string(version)) << "no library";
  RunOptions without;
  without.environment = {"LD_LIBRARY_PATH=" + in("broken")};
  expect_success(framespool({"export", take, in("images"), "--verify", "--quiet"}, without));
  EXPECT_EQ(files_in(in("images")).size(), 2u);
  for (const std::string& output : {in("a.mp4"), std::string("-")})
    expect_error(framespool({"export", take, output, "--quiet"}, without), 1, {"libavutil.so", "cannot be loaded"});
  EXPECT_FALSE(fs::exists(in("a.mp4")));
  expect_error(framespool({"compare", take, movie, "--quiet"}, without), 1, {"libavutil.so", "cannot be loaded"});
}

}  // namespace
}  // namespace framespool::e2e
