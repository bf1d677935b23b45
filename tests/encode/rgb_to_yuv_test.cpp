// The conversion against BT.709 in double precision, written down a second time here, and the vector code
// against its plain twin.
#include "encode/internal/rgb_to_yuv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

namespace framespool {
namespace {

constexpr double kHalfALevel = 0.5001;  // rounding itself costs 0.5
constexpr std::size_t kGuardBytes = 32;
constexpr auto kGuard = std::byte{0xa5};

struct Rgb {
  int r, g, b;
};
using Painter = std::function<Rgb(std::size_t x, std::size_t y)>;

bool is_444(YuvFormat f) {
  return f == YuvFormat::yuv444p || f == YuvFormat::yuv444p10;
}
int bit_depth(YuvFormat f) {
  return f == YuvFormat::yuv420p10 || f == YuvFormat::yuv444p10 ? 10 : 8;
}

struct Picture {
  std::size_t width, height, stride;
  PixelFormat format;
  std::vector<std::byte> bytes;

  Picture(std::size_t w, std::size_t h, const Painter& paint, PixelFormat f = PixelFormat::rgba8,
          int alpha = 255)
      : width(w), height(h), stride(w * 4), format(f), bytes(stride * h) {
    for (std::size_t y = 0; y < h; ++y)
      for (std::size_t x = 0; x < w; ++x) {
        const Rgb c = paint(x, y);
        std::byte* pixel = &bytes[y * stride + x * 4];
        pixel[0] = static_cast<std::byte>(f == PixelFormat::rgba8 ? c.r : c.b);
        pixel[1] = static_cast<std::byte>(c.g);
        pixel[2] = static_cast<std::byte>(f == PixelFormat::rgba8 ? c.b : c.r);
        pixel[3] = static_cast<std::byte>(alpha);
      }
  }
  [[nodiscard]] RgbPixels pixels() const {
    return {bytes.data(), static_cast<std::ptrdiff_t>(stride), width, height, format};
  }
  [[nodiscard]] Rgb at(std::size_t x, std::size_t y) const {
    const std::byte* p = &bytes[std::min(y, height - 1) * stride + std::min(x, width - 1) * 4];
    const Rgb c = {std::to_integer<int>(p[0]), std::to_integer<int>(p[1]), std::to_integer<int>(p[2])};
    return format == PixelFormat::rgba8 ? c : Rgb{c.b, c.g, c.r};
  }
};

// Planes with guard bytes before, behind and between their rows.
struct Planes {
  YuvFormat format;
  std::size_t width, height;  // padded
  std::vector<std::byte> bytes[3];
  YuvPlanes view;

  Planes(YuvFormat f, std::size_t w, std::size_t h)
      : format(f), width(padded_size(w)), height(padded_size(h)) {
    for (std::size_t plane = 0; plane < (f == YuvFormat::nv12 ? 2u : 3u); ++plane) {
      view.stride_bytes[plane] = row_bytes(plane) + kGuardBytes;
      bytes[plane].assign(kGuardBytes + view.stride_bytes[plane] * rows(plane), kGuard);
      view.data[plane] = bytes[plane].data() + kGuardBytes;
    }
  }
  [[nodiscard]] std::size_t rows(std::size_t plane) const {
    return plane == 0 || is_444(format) ? height : height / 2;
  }
  [[nodiscard]] std::size_t row_bytes(std::size_t plane) const {
    const bool whole = plane == 0 || is_444(format) || format == YuvFormat::nv12;
    return (whole ? width : width / 2) * (bit_depth(format) == 10 ? 2 : 1);
  }
  // The sample of component 0 (Y), 1 (Cb) or 2 (Cr) at a column and row of its own grid.
  [[nodiscard]] int at(std::size_t component, std::size_t x, std::size_t y) const {
    std::size_t plane = component;
    if (format == YuvFormat::nv12 && component > 0) {
      x = 2 * x + component - 1;
      plane = 1;
    }
    const std::byte* row = view.data[plane] + y * view.stride_bytes[plane];
    if (bit_depth(format) == 8) return std::to_integer<int>(row[x]);
    std::uint16_t sample;
    std::memcpy(&sample, row + 2 * x, sizeof sample);
    return sample;
  }
  [[nodiscard]] bool guards_hold() const {
    for (std::size_t plane = 0; plane < 3; ++plane)
      for (std::size_t i = 0; i < bytes[plane].size(); ++i) {
        const bool in_row =
            i >= kGuardBytes && (i - kGuardBytes) % view.stride_bytes[plane] < row_bytes(plane);
        if (!in_row && bytes[plane][i] != kGuard) return false;
      }
    return true;
  }
  friend bool operator==(const Planes& a, const Planes& b) {
    return std::equal(std::begin(a.bytes), std::end(a.bytes), std::begin(b.bytes));
  }
};

Planes convert(const Picture& picture, YuvFormat format, VectorCode code = VectorCode::best) {
  Planes planes(format, picture.width, picture.height);
  rgb_to_yuv(picture.pixels(), format, planes.view, code);
  return planes;
}

struct ExactYuv {
  double c[3];
};

// BT.709-6 items 3.2 to 3.5 and 4.6, before rounding, of an R'G'B' in levels of 0..255.
ExactYuv exact(double r, double g, double b, int depth) {
  const double kr = 0.2126, kb = 0.0722, kg = 1.0 - kr - kb;
  const double luma = (kr * r + kg * g + kb * b) / 255.0;
  const double step = std::pow(2.0, depth - 8);
  return {{(219.0 * luma + 16.0) * step, (224.0 * (b / 255.0 - luma) / (2.0 * (1.0 - kb)) + 128.0) * step,
           (224.0 * (r / 255.0 - luma) / (2.0 * (1.0 - kr)) + 128.0) * step}};
}

// Left-sited 4:2:0: the RGB that the chroma sample (cx, cy) stands for.
ExactYuv exact_chroma_420(const Picture& picture, std::size_t cx, std::size_t cy, int depth) {
  double r = 0, g = 0, b = 0;
  for (std::size_t row = 2 * cy; row < 2 * cy + 2; ++row)
    for (int dx = -1; dx <= 1; ++dx) {
      const double weight = dx == 0 ? 0.25 : 0.125;
      const std::size_t x = cx == 0 && dx < 0 ? 0 : 2 * cx + static_cast<std::size_t>(dx + 1) - 1;
      const Rgb p = picture.at(x, row);
      r += weight * p.r, g += weight * p.g, b += weight * p.b;
    }
  return exact(r, g, b, depth);
}

double largest_error(const Picture& picture, const Planes& planes) {
  double worst = 0;
  const int depth = bit_depth(planes.format);
  for (std::size_t y = 0; y < planes.height; ++y)
    for (std::size_t x = 0; x < planes.width; ++x) {
      const Rgb p = picture.at(x, y);
      const ExactYuv want = exact(p.r, p.g, p.b, depth);
      worst = std::max(worst, std::abs(planes.at(0, x, y) - want.c[0]));
      if (!is_444(planes.format)) continue;
      for (std::size_t c = 1; c < 3; ++c) worst = std::max(worst, std::abs(planes.at(c, x, y) - want.c[c]));
    }
  if (is_444(planes.format)) return worst;
  for (std::size_t y = 0; y < planes.height / 2; ++y)
    for (std::size_t x = 0; x < planes.width / 2; ++x) {
      const ExactYuv want = exact_chroma_420(picture, x, y, depth);
      for (std::size_t c = 1; c < 3; ++c) worst = std::max(worst, std::abs(planes.at(c, x, y) - want.c[c]));
    }
  return worst;
}

Rgb noise(std::size_t x, std::size_t y) {
  std::uint32_t h = static_cast<std::uint32_t>(x * 0x9e3779b1u + y * 0x85ebca6bu + 12345u);
  h ^= h >> 15, h *= 0x2c1b3c6du, h ^= h >> 12, h *= 0x297a2d39u, h ^= h >> 15;
  // A third of the components at an end of the range: where overflow and clipping would show.
  const auto component = [](std::uint32_t v) { return v < 43 ? 0 : v > 212 ? 255 : static_cast<int>(v); };
  return {component(h & 255), component((h >> 8) & 255), component((h >> 16) & 255)};
}

constexpr YuvFormat kFormats[] = {YuvFormat::yuv420p, YuvFormat::nv12, YuvFormat::yuv444p,
                                  YuvFormat::yuv420p10, YuvFormat::yuv444p10};
std::string name_of(YuvFormat f) {
  switch (f) {
    case YuvFormat::yuv420p:
      return "yuv420p";
    case YuvFormat::nv12:
      return "nv12";
    case YuvFormat::yuv444p:
      return "yuv444p";
    case YuvFormat::yuv420p10:
      return "yuv420p10";
    case YuvFormat::yuv444p10:
      return "yuv444p10";
  }
  return "?";
}

class RgbToYuv : public testing::TestWithParam<YuvFormat> {};
INSTANTIATE_TEST_SUITE_P(Formats, RgbToYuv, testing::ValuesIn(kFormats),
                         [](const auto& test) { return name_of(test.param); });

struct Golden {
  const char* name;
  Rgb rgb;
  int y, cb, cr;  // 8 bits, from BT.709's own numbers
};
constexpr Golden kGolden[] = {
    {"black", {0, 0, 0}, 16, 128, 128},       {"white", {255, 255, 255}, 235, 128, 128},
    {"red", {255, 0, 0}, 63, 102, 240},       {"green", {0, 255, 0}, 173, 42, 26},
    {"blue", {0, 0, 255}, 32, 240, 118},      {"cyan", {0, 255, 255}, 188, 154, 16},
    {"magenta", {255, 0, 255}, 78, 214, 230}, {"yellow", {255, 255, 0}, 219, 16, 138},
    {"grey", {128, 128, 128}, 126, 128, 128},
};

TEST(RgbToYuvColours, BlackWhiteAndThePrimariesHaveTheStandardsValues) {
  for (const YuvFormat format : {YuvFormat::yuv420p, YuvFormat::nv12, YuvFormat::yuv444p})
    for (const Golden& golden : kGolden) {
      const Planes planes = convert(Picture(34, 4, [&](auto, auto) { return golden.rgb; }), format);
      for (std::size_t x = 0; x < planes.width; ++x) {
        const std::size_t cx = is_444(format) ? x : x / 2;
        ASSERT_EQ(planes.at(0, x, 1), golden.y) << golden.name << " " << name_of(format) << " column " << x;
        ASSERT_EQ(planes.at(1, cx, 1), golden.cb) << golden.name << " " << name_of(format) << " column " << x;
        ASSERT_EQ(planes.at(2, cx, 1), golden.cr) << golden.name << " " << name_of(format) << " column " << x;
      }
    }
}

TEST(RgbToYuvColours, TenBitsAreFourTimesAsFine) {
  const Planes planes = convert(Picture(32, 2,
                                        [](auto, auto) {
                                          return Rgb{255, 0, 0};
                                        }),
                                YuvFormat::yuv420p10);
  EXPECT_EQ(planes.at(0, 5, 0), 250);  // 64 + 876 * 0.2126
  EXPECT_EQ(planes.at(1, 5, 0), 409);  // 512 - 448 * 0.2126 / 0.9278
  EXPECT_EQ(planes.at(2, 5, 0), 960);
}

TEST(RgbToYuvColours, GreysHaveNoColour) {
  for (const YuvFormat format : kFormats) {
    const int neutral = bit_depth(format) == 10 ? 512 : 128;
    const Planes planes = convert(Picture(256, 2,
                                          [](std::size_t x, auto) {
                                            const int v = static_cast<int>(x);
                                            return Rgb{v, v, v};
                                          }),
                                  format);
    for (std::size_t x = 0; x < (is_444(format) ? 256u : 128u); ++x)
      for (std::size_t c = 1; c < 3; ++c)
        ASSERT_EQ(planes.at(c, x, 0), neutral) << name_of(format) << " " << x;
  }
}

// Every red and green, every fifth blue: 3.4 million colours, each component, both depths.
TEST(RgbToYuvColours, EveryColourIsWithinHalfALevelOfExact) {
  for (const YuvFormat format : {YuvFormat::yuv444p, YuvFormat::yuv444p10}) {
    double worst = 0;
    for (int blue = 0; blue < 256; blue += 5) {
      const Picture picture(256, 256, [&](std::size_t x, std::size_t y) {
        return Rgb{static_cast<int>(x), static_cast<int>(y), blue};
      });
      worst = std::max(worst, largest_error(picture, convert(picture, format)));
    }
    EXPECT_LE(worst, kHalfALevel) << name_of(format);
  }
}

TEST_P(RgbToYuv, NoiseAndRampsAreWithinHalfALevelOfExact) {
  const Picture hard(193, 67, noise);
  EXPECT_LE(largest_error(hard, convert(hard, GetParam())), kHalfALevel);
  const Picture ramp(257, 33, [](std::size_t x, std::size_t y) {
    return Rgb{static_cast<int>(std::min<std::size_t>(x, 255)), static_cast<int>(255 - y * 7),
               static_cast<int>(x / 2 + y)};
  });
  EXPECT_LE(largest_error(ramp, convert(ramp, GetParam())), kHalfALevel);
}

TEST_P(RgbToYuv, BgraIsTheSamePicture) {
  const Picture rgba(77, 9, noise);
  const Picture bgra(77, 9, noise, PixelFormat::bgra8);
  EXPECT_EQ(convert(rgba, GetParam()), convert(bgra, GetParam()));
  EXPECT_EQ(convert(rgba, GetParam(), VectorCode::plain), convert(bgra, GetParam(), VectorCode::plain));
}

TEST_P(RgbToYuv, AlphaIsIgnored) {
  const Picture opaque(77, 6, noise, PixelFormat::rgba8, 255);
  for (const VectorCode code : {VectorCode::best, VectorCode::plain}) {
    EXPECT_EQ(convert(opaque, GetParam(), code),
              convert(Picture(77, 6, noise, PixelFormat::rgba8, 0), GetParam(), code));
    EXPECT_EQ(convert(opaque, GetParam(), code),
              convert(Picture(77, 6, noise, PixelFormat::rgba8, 129), GetParam(), code));
  }
}

TEST_P(RgbToYuv, VectorCodeGivesTheTwinsBytesAtEveryWidthAndStaysInItsPlanes) {
  if (!has_vector_code(VectorCode::avx2)) GTEST_SKIP() << "this processor has no AVX2";
  for (std::size_t width = 1; width <= 100; ++width)
    for (const std::size_t height : {1u, 2u, 5u}) {
      const Picture picture(width, height, noise);
      const Planes plain = convert(picture, GetParam(), VectorCode::plain);
      const Planes vector = convert(picture, GetParam(), VectorCode::avx2);
      ASSERT_EQ(plain, vector) << width << "x" << height;
      ASSERT_TRUE(plain.guards_hold()) << width << "x" << height;
      ASSERT_TRUE(vector.guards_hold()) << width << "x" << height;
    }
}

TEST_P(RgbToYuv, ReadsNothingBesideThePicture) {
  // Rows in a larger buffer, poisoned around: whatever is read there would change the result.
  const Picture picture(37, 5, noise);
  const std::size_t stride = picture.stride + 64;
  for (const auto poison : {std::byte{0}, std::byte{255}}) {
    std::vector<std::byte> large(stride * 7, poison);
    for (std::size_t y = 0; y < 5; ++y)
      std::memcpy(&large[(y + 1) * stride + 32], &picture.bytes[y * picture.stride], picture.stride);
    RgbPixels inside = picture.pixels();
    inside.first_row = &large[stride + 32];
    inside.stride_bytes = static_cast<std::ptrdiff_t>(stride);
    Planes planes(GetParam(), 37, 5);
    rgb_to_yuv(inside, GetParam(), planes.view);
    EXPECT_EQ(planes, convert(picture, GetParam()));
  }
}

TEST_P(RgbToYuv, OddSizesRepeatTheRightAndBottomEdge) {
  const Picture odd(19, 7, noise);
  const Picture even(20, 8, [](std::size_t x, std::size_t y) {
    return noise(std::min<std::size_t>(x, 18), std::min<std::size_t>(y, 6));
  });
  EXPECT_EQ(convert(odd, GetParam()), convert(even, GetParam()));
}

TEST_P(RgbToYuv, ANegativeStrideReadsABottomUpFrame) {
  const Picture top_down(45, 11, noise);
  const Picture bottom_up(45, 11, [](std::size_t x, std::size_t y) { return noise(x, 10 - y); });
  RgbPixels pixels = bottom_up.pixels();
  pixels.first_row += 10 * bottom_up.stride;
  pixels.stride_bytes = -pixels.stride_bytes;
  Planes planes(GetParam(), 45, 11);
  rgb_to_yuv(pixels, GetParam(), planes.view);
  EXPECT_EQ(planes, convert(top_down, GetParam()));
}

TEST_P(RgbToYuv, SlicesOfRowsMakeTheWholeFrame) {
  const Picture picture(50, 13, noise);
  Planes planes(GetParam(), 50, 13);
  rgb_to_yuv(picture.pixels(), GetParam(), planes.view, 6, 14);
  rgb_to_yuv(picture.pixels(), GetParam(), planes.view, 2, 6);
  const Planes partly = planes;
  rgb_to_yuv(picture.pixels(), GetParam(), planes.view, 0, 2);
  EXPECT_NE(partly, planes);
  EXPECT_EQ(planes, convert(picture, GetParam()));
}

// Left siting: chroma sample k sits on luma column 2k. An edge between columns 2k-1 and 2k therefore leaves a
// quarter of the old colour in sample k, and one between 2k and 2k+1 a quarter of the new. With centre siting
// both would be 0 or a half.
TEST(RgbToYuvSiting, AVerticalEdgeLeavesAQuarterWhereItCutsTheFilter) {
  const ExactYuv red = exact(255, 0, 0, 8), black = exact(0, 0, 0, 8);
  const auto mixed = [&](double share) { return std::lround(black.c[2] + share * (red.c[2] - black.c[2])); };
  for (const YuvFormat format : {YuvFormat::yuv420p, YuvFormat::nv12})
    for (const VectorCode code : {VectorCode::best, VectorCode::plain}) {
      const auto red_from = [&](std::size_t edge) {
        return convert(Picture(48, 2,
                               [=](std::size_t x, auto) {
                                 return x >= edge ? Rgb{255, 0, 0} : Rgb{0, 0, 0};
                               }),
                       format, code);
      };
      for (const std::size_t k : {1u, 5u, 8u, 23u}) {
        const Planes even = red_from(2 * k);
        EXPECT_EQ(even.at(2, k - 1, 0), mixed(0)) << k;
        EXPECT_EQ(even.at(2, k, 0), mixed(0.75)) << k;
        const Planes odd = red_from(2 * k + 1);
        EXPECT_EQ(odd.at(2, k - 1, 0), mixed(0)) << k;
        EXPECT_EQ(odd.at(2, k, 0), mixed(0.25)) << k;
      }
    }
}

TEST(RgbToYuvSiting, AHorizontalEdgeInsideAPairOfRowsGivesTheMiddle) {
  const Planes planes = convert(Picture(32, 4,
                                        [](auto, std::size_t y) {
                                          return y >= 1 ? Rgb{255, 0, 0} : Rgb{0, 0, 0};
                                        }),
                                YuvFormat::yuv420p);
  EXPECT_EQ(planes.at(2, 3, 0), 184);  // half-way between 128 and 240
  EXPECT_EQ(planes.at(2, 3, 1), 240);
}

}  // namespace
}  // namespace framespool
