// Every kind of picture, by both efforts, to the pixel, by the judgement of four other programs: pngcheck,
// libpng, FFmpeg and stb. A stream that only one decoder forgives would pass with fewer.
#include <gmock/gmock.h>
#include <png.h>

#include <cmath>
#include <memory>

#include "encode/make_export.h"
#include "tests/encode/support.h"

#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STB_IMAGE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace framespool {
namespace {

using test::Picture;
using test::TempFolder;
using Bytes = std::vector<std::uint8_t>;

enum class Content { noise, smooth, text, stripes, text_on_noise };

Picture draw(Content content, std::uint32_t width, std::uint32_t height) {
  Picture picture{width, height, {}};
  std::uint32_t state = 12345 + width;
  const auto random = [&state](std::uint32_t limit) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
  };
  std::uint32_t ink = 0;
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x) {
      if (random(7) == 0) ink = random(4) * 60;
      const double wave = 1.5 + std::sin(0.02 * x) + 0.5 * std::cos(0.03 * y + 0.01 * x);
      const bool noisy = content == Content::noise || (content == Content::text_on_noise && y % 160 < 80);
      for (std::uint32_t c = 0; c < 4; ++c) {
        std::uint32_t value = ink;
        if (noisy) value = random(256);
        if (content == Content::smooth) value = static_cast<std::uint32_t>(wave * (60 + 10 * c));
        if (content == Content::stripes) value = (y / 5 * 40 + c) & 255;
        picture.pixels.push_back(static_cast<std::byte>(value));
      }
    }
  return picture;
}

Bytes by_libpng(const std::string& file, bool alpha) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_file(&image, file.c_str())) << image.message;
  image.format = alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  Bytes pixels(PNG_IMAGE_SIZE(image));
  EXPECT_TRUE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr)) << image.message;
  return pixels;
}

Bytes by_stb(const std::string& file, bool alpha) {
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load(file.c_str(), &width, &height, &channels, 0), stbi_image_free);
  EXPECT_TRUE(pixels) << stbi_failure_reason();
  EXPECT_EQ(channels, alpha ? 4 : 3);
  if (!pixels) return {};
  return {pixels.get(), pixels.get() + static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                                           static_cast<std::size_t>(channels)};
}

Bytes by_ffmpeg(const std::string& file, bool alpha) {
  const auto ran = test::run_program("ffmpeg -v error -i '" + file + "' -f rawvideo -pix_fmt " +
                                     (alpha ? "rgba" : "rgb24") + " -");
  EXPECT_EQ(ran.status, 0) << ran.output;
  return {ran.output.begin(), ran.output.end()};
}

struct Case {
  Content content;
  PngEffort effort;
  bool alpha;
};
class PngDecoders : public testing::TestWithParam<Case> {};

TEST_P(PngDecoders, AllSeeTheSamePixels) {
  const auto [content, effort, alpha] = GetParam();
  const TempFolder folder;
  for (const auto& [width, height] : {std::pair{421u, 333u}, std::pair{1u, 70u}, std::pair{1000u, 2u}}) {
    const Picture picture = draw(content, width, height);
    Bytes expected;
    for (std::size_t k = 0; k < picture.pixels.size(); ++k)
      if (alpha || k % 4 != 3) expected.push_back(std::to_integer<std::uint8_t>(picture.pixels[k]));

    ExportOptions options;
    options.png_effort = effort;
    options.alpha = alpha;
    options.overwrite = true;
    const auto sink = make_sink(parse_output((folder / "out").string() + "/").value(), options);
    ASSERT_TRUE(sink) << sink.error().line();
    ASSERT_TRUE((*sink)->begin({width, height, {60, 1}, 0, 1, false}));
    ASSERT_TRUE((*sink)->write(picture.view(0)));
    ASSERT_TRUE((*sink)->finish());
    const std::string file = (folder / "out/image-0000.png").string();

    const auto check = test::run_program("pngcheck '" + file + "' 2>&1");
    EXPECT_EQ(check.status, 0) << check.output;
    // As a whole: a failing EXPECT_EQ would print every byte.
    EXPECT_TRUE(by_libpng(file, alpha) == expected) << width << "x" << height;
    EXPECT_TRUE(by_stb(file, alpha) == expected) << width << "x" << height;
    EXPECT_TRUE(by_ffmpeg(file, alpha) == expected) << width << "x" << height;
  }
}

// Alpha with one effort of each kind, for the sake of the tests' time.
std::vector<Case> every_case() {
  std::vector<Case> cases;
  bool alpha = false;
  for (const Content content :
       {Content::noise, Content::smooth, Content::text, Content::stripes, Content::text_on_noise}) {
    cases.push_back({content, PngEffort::fast, alpha});
    cases.push_back({content, PngEffort::small, !alpha});
    alpha = !alpha;
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(EveryKind, PngDecoders, testing::ValuesIn(every_case()));

}  // namespace
}  // namespace framespool
