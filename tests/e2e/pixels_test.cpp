// What comes out is what was in the framebuffer, to the byte, by the judgement of other programs.
#include <algorithm>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

class Pixels : public EndToEnd {
 protected:
  // Every scene at this size: PNGs decoded by ffmpeg against the bytes in the take.
  void expect_exact_images(const std::string& size, int frames) {
    ASSERT_GE(scenes().size(), 5u);
    for (const std::string& scene : scenes()) {
      SCOPED_TRACE(scene + " " + size);
      const std::string take_path = record(scene, size, frames, scene + ".fspool");
      const std::string images = export_to(take_path, scene + "/");
      const RawTake take = read_raw_take(take_path);
      ASSERT_EQ(take.frames.size(), static_cast<std::size_t>(frames));
      EXPECT_TRUE(take.has_end_block);
      const auto files = files_in(images);
      ASSERT_EQ(files.size(), static_cast<std::size_t>(frames));
      for (std::size_t number = 0; number < files.size(); ++number) {
        EXPECT_EQ(pngcheck(files[number]), "");
        // Compared as a whole: a failing EXPECT_EQ would print two million bytes.
        EXPECT_TRUE(decode(files[number], "rgb24") == take.rgb(number)) << "frame " << number << " differs";
      }
    }
  }
};

TEST_F(Pixels, OfEverySceneAreExactAt1x1) {
  expect_exact_images("1x1", 2);
}
TEST_F(Pixels, OfEverySceneAreExactAt3x5) {
  expect_exact_images("3x5", 2);
}
TEST_F(Pixels, OfEverySceneAreExactAt853x479) {
  expect_exact_images("853x479", 2);
}
TEST_F(Pixels, OfEverySceneAreExactAt1280x720) {
  expect_exact_images("1280x720", 2);
}
TEST_F(Pixels, OfEverySceneAreExactAt1920x1080) {
  expect_exact_images("1920x1080", 1);
}

TEST_F(Pixels, OfAnySceneAreNotFlat) {
  for (const std::string& scene : scenes()) {
    const auto pixels = read_raw_take(record(scene, "320x180", 2, scene + ".fspool")).rgb(1);
    EXPECT_NE(std::count(pixels.begin(), pixels.end(), pixels.front()),
              static_cast<std::ptrdiff_t>(pixels.size()))
        << scene;
  }
}

TEST_F(Pixels, KeepTheirAlphaWhenAsked) {
  Bytes pixels;
  for (int at = 0; at < 6 * 4; ++at) pixels.push_back(static_cast<std::uint8_t>(at * 10));
  const std::string take = import(pixels, "3x2", {"--top-down"});
  EXPECT_EQ(decode(export_to(take, "with/", {"--alpha"}) + "image-0000.png", "rgba"), pixels);
  EXPECT_EQ(decode(export_to(take, "without/") + "image-0000.png", "rgb24"), read_raw_take(take).rgb(0));
}

TEST_F(Pixels, AreTheRightWayUp) {
  // The bottom row first: red below, blue above.
  const Bytes red_below{255, 0, 0, 255, 0, 0, 255, 255};
  const Bytes blue_above_red{0, 0, 255, 255, 0, 0};
  EXPECT_EQ(decode(export_to(import(red_below, "1x2"), "up/") + "image-0000.png", "rgb24"), blue_above_red);
  const std::string take = import(red_below, "1x2", {"--top-down", "--overwrite"});
  EXPECT_EQ(decode(export_to(take, "down/") + "image-0000.png", "rgb24"), (Bytes{255, 0, 0, 0, 0, 255}));
}

TEST_F(Pixels, ComeInThreeFormats) {
  EXPECT_EQ(read_raw_take(import({1, 2, 3, 4}, "1x1", {"--pixel-format", "rgba"}, "a")).rgba(0),
            (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(read_raw_take(import({3, 2, 1, 4}, "1x1", {"--pixel-format", "bgra"}, "b")).rgba(0),
            (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(read_raw_take(import({1, 2, 3}, "1x1", {"--pixel-format", "rgb"}, "c")).rgba(0),
            (Bytes{1, 2, 3, 255}));
}

TEST_F(Pixels, OfALosslessMovieAreExact) {
  for (const std::string size : {"64x48", "33x17"}) {
    const std::string take = record(scenes().front(), size, 5, size + ".fspool");
    const std::string movie = export_to(take, size + ".mkv", {"--lossless"});
    EXPECT_EQ(probe(movie, "color_space"), "gbr");
    EXPECT_EQ(probe(movie, "color_range"), "pc");
    Bytes expected;
    for (std::size_t number = 0; number < 5; ++number) {
      const auto frame = read_raw_take(take).rgb(number);
      expected.insert(expected.end(), frame.begin(), frame.end());
    }
    EXPECT_TRUE(decode(movie, "rgb24") == expected) << size;
  }
}

TEST_F(Pixels, OfRawVideoAreExact) {
  const std::string take = record(scenes().front(), "33x17", 3);
  RunOptions options;
  options.output = in("frames.rgb");
  expect_success(framespool({"export", take, "-", "--raw-format", "rgb24"}, options));
  Bytes expected;
  for (std::size_t number = 0; number < 3; ++number) {
    const auto frame = read_raw_take(take).rgb(number);
    expected.insert(expected.end(), frame.begin(), frame.end());
  }
  EXPECT_TRUE(file_bytes(in("frames.rgb")) == expected);
}

}  // namespace
}  // namespace framespool::e2e
