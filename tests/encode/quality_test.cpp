// PSNR and SSIM against numbers worked out by hand, and against the ffmpeg program.
#include "encode/quality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/encode/support.h"

namespace framespool {
namespace {

using Plane = SamplePlane<std::uint8_t>;

Plane plane(const std::vector<std::uint8_t>& samples, std::size_t width) {
  return {samples.data(), width, width, samples.size() / width};
}

TEST(Psnr, IsOfTheMeanSquaredError) {
  const std::vector<std::uint8_t> a{10, 20, 30, 40}, b{10, 22, 30, 36};
  const SquaredError error = squared_error(plane(a, 2), plane(b, 2));
  EXPECT_EQ(error.sum, 4u + 16u);
  EXPECT_EQ(error.samples, 4u);
  EXPECT_NEAR(psnr_db(error, 255), 10 * std::log10(255.0 * 255.0 / 5), 1e-12);  // 41.14 dB
  EXPECT_TRUE(std::isinf(psnr_db(squared_error(plane(a, 2), plane(a, 2)), 255)));
}

TEST(Psnr, KnowsTenBits) {
  const std::vector<std::uint16_t> a{0, 1023}, b{1023, 0};
  const SamplePlane<std::uint16_t> first{a.data(), 2, 2, 1}, second{b.data(), 2, 2, 1};
  EXPECT_NEAR(psnr_db(squared_error(first, second), 1023), 0, 1e-12);
}

TEST(Psnr, LooksAtTheWidthNotTheStride) {
  const std::vector<std::uint8_t> a{1, 2, 99, 3, 4, 98}, b{1, 2, 0, 3, 4, 1};
  EXPECT_EQ(squared_error(Plane{a.data(), 3, 2, 2}, Plane{b.data(), 3, 2, 2}).sum, 0u);
}

TEST(Ssim, IsOneForTheSameAndByHandForConstants) {
  const std::vector<std::uint8_t> a(16 * 16, 100), b(16 * 16, 120);
  Ssim ssim;
  EXPECT_DOUBLE_EQ(ssim(plane(a, 16), plane(a, 16), 255), 1);
  // Without variance the second factor is 1: (2 * 100 * 120 + c1) / (100^2 + 120^2 + c1).
  const double c1 = 2.55 * 2.55;
  EXPECT_NEAR(ssim(plane(a, 16), plane(b, 16), 255), (24000 + c1) / (24400 + c1), 1e-12);
}

TEST(Ssim, IsBelowZeroForANegative) {
  std::vector<std::uint8_t> a, b;
  for (int i = 0; i < 64; ++i) {
    a.push_back(static_cast<std::uint8_t>(i % 2 == 0 ? 0 : 255));
    b.push_back(static_cast<std::uint8_t>(255 - a.back()));
  }
  Ssim ssim;
  EXPECT_LT(ssim(plane(a, 8), plane(b, 8), 255), -0.9);
}

TEST(Ssim, AgreesWithFfmpegs) {
  const test::TempFolder folder;
  std::vector<std::uint8_t> a, b;
  std::uint32_t noise = 1;
  for (std::size_t i = 0; i < 64 * 48; ++i) {
    noise = noise * 1664525u + 1013904223u;
    a.push_back(static_cast<std::uint8_t>(i % 64 * 3 + i / 64));
    b.push_back(static_cast<std::uint8_t>(std::min<std::uint32_t>(255, a.back() + (noise >> 28))));
  }
  test::write_text(folder / "a.gray", std::string(a.begin(), a.end()));
  test::write_text(folder / "b.gray", std::string(b.begin(), b.end()));
  const std::string raw = "-f rawvideo -pix_fmt gray -s 64x48 -i " + (folder.path() / "X.gray").string();
  const auto input = [&](char name) {
    std::string text = raw;
    text[text.find("X.gray")] = name;
    return text;
  };
  const auto ran =
      test::run_program("ffmpeg -hide_banner " + input('a') + " " + input('b') + " -lavfi ssim -f null -");
  const std::size_t at = ran.output.find("All:");
  ASSERT_NE(at, std::string::npos) << ran.output;
  Ssim ssim;
  // ffmpeg takes its variances over 63 samples instead of 64.
  EXPECT_NEAR(ssim(plane(a, 64), plane(b, 64), 255), std::stod(ran.output.substr(at + 4)), 2e-3);
}

}  // namespace
}  // namespace framespool
