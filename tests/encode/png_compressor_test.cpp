#include "encode/internal/png_compressor.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "encode/internal/huffman_code.h"

namespace framespool::png {
namespace {

class Random {
 public:
  explicit Random(std::uint32_t seed) : state_(seed * 2654435761u + 1) {}
  std::uint32_t below(std::uint32_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_ % limit;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

 private:
  std::uint32_t state_;
};

struct Image {
  std::uint32_t width, height;
  SourceLayout layout = SourceLayout::rgba8;
  std::vector<std::uint8_t> pixels;  // tightly packed

  [[nodiscard]] unsigned source_bytes() const { return layout == SourceLayout::rgb8 ? 3 : 4; }
  [[nodiscard]] ImageView view(unsigned channels) const {
    return {reinterpret_cast<const std::byte*>(pixels.data()),
            width,
            height,
            std::size_t{width} * source_bytes(),
            layout,
            channels};
  }
};

// The kinds of pictures that take different ways through the encoder.
enum class Kind { noise, grain, gradient, one_colour, flat, stripes, half_and_half };
constexpr std::array kAllKinds = {Kind::noise, Kind::grain,   Kind::gradient,     Kind::one_colour,
                                  Kind::flat,  Kind::stripes, Kind::half_and_half};

Image make_image(Kind kind, std::uint32_t width, std::uint32_t height,
                 SourceLayout layout = SourceLayout::rgba8, std::uint32_t seed = 1) {
  Image image{width, height, layout, {}};
  const unsigned bytes = image.source_bytes();
  image.pixels.resize(std::size_t{width} * height * bytes);
  Random random(seed);
  std::array<std::array<std::uint8_t, 4>, 6> palette;
  for (auto& colour : palette)
    for (auto& channel : colour) channel = random.byte();
  std::uint32_t ink = 0;
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x) {
      if (random.below(9) == 0) ink = random.below(6);
      for (unsigned c = 0; c < bytes; ++c) {
        std::uint8_t value = 0;
        switch (kind) {
          case Kind::noise:
            value = random.byte();
            break;
          case Kind::grain:
            value = static_cast<std::uint8_t>(60 + random.below(22));
            break;
          case Kind::gradient:
            value = static_cast<std::uint8_t>((x * (c + 1) + y * 3) / 8);
            break;
          case Kind::one_colour:
            value = palette[0][c];
            break;
          case Kind::flat:
            value = palette[ink][c];
            break;
          case Kind::stripes:
            value = palette[y / 3 % 6][c];
            break;
          case Kind::half_and_half:
            value = y < height / 2 ? palette[ink][c] : random.byte();
            break;
        }
        image.pixels[(std::size_t{y} * width + x) * bytes + c] = value;
      }
    }
  return image;
}

std::vector<std::byte> compressed(const Image& image, unsigned channels,
                                  const PngKernels& kernels = best_kernels()) {
  // Whatever memory held before must not matter.
  std::vector<std::byte> scratch(scratch_bytes(image.width, channels), std::byte{0xA5});
  std::vector<std::byte> out(compressed_bound(image.width, image.height, channels), std::byte{0x5A});
  const std::size_t bytes = compress(image.view(channels), scratch, out, kernels);
  EXPECT_LE(bytes, out.size());
  out.resize(bytes);
  return out;
}

// Undoes the row filters by the letter of the PNG specification (9.2), with code of its own.
std::vector<std::uint8_t> unfiltered(std::vector<std::uint8_t> rows, std::size_t row_bytes, unsigned bpp) {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> above(row_bytes, 0), row(row_bytes);
  for (std::size_t at = 0; at < rows.size(); at += row_bytes + 1) {
    for (std::size_t k = 0; k < row_bytes; ++k) {
      const int a = k >= bpp ? row[k - bpp] : 0, b = above[k], c = k >= bpp ? above[k - bpp] : 0;
      int predicted = 0;
      switch (rows[at]) {
        case 0:
          break;
        case 1:
          predicted = a;
          break;
        case 2:
          predicted = b;
          break;
        case 3:
          predicted = (a + b) / 2;
          break;
        case 4: {
          const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
          predicted = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
          break;
        }
        default:
          ADD_FAILURE() << "filter " << int{rows[at]};
      }
      row[k] = static_cast<std::uint8_t>(rows[at + 1 + k] + predicted);
    }
    pixels.insert(pixels.end(), row.begin(), row.end());
    above = row;
  }
  return pixels;
}

std::vector<std::uint8_t> expected_pixels(const Image& image, unsigned channels) {
  std::vector<std::uint8_t> pixels;
  const bool swap = image.layout == SourceLayout::bgra8;
  for (std::size_t k = 0; k < image.pixels.size(); k += image.source_bytes()) {
    pixels.insert(pixels.end(),
                  {image.pixels[k + (swap ? 2 : 0)], image.pixels[k + 1], image.pixels[k + (swap ? 0 : 2)]});
    if (channels == 4) pixels.push_back(image.pixels[k + 3]);
  }
  return pixels;
}

testing::AssertionResult comes_back(const Image& image, unsigned channels,
                                    const PngKernels& kernels = best_kernels()) {
  const std::vector<std::byte> stream = compressed(image, channels, kernels);
  const std::size_t row_bytes = std::size_t{image.width} * channels;
  std::vector<std::uint8_t> rows((row_bytes + 1) * image.height);
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  std::size_t in = 0, out = 0;
  const auto result = libdeflate_zlib_decompress_ex(inflater.get(), stream.data(), stream.size(), rows.data(),
                                                    rows.size(), &in, &out);
  if (result != LIBDEFLATE_SUCCESS) return testing::AssertionFailure() << "not a zlib stream: " << result;
  if (in != stream.size() || out != rows.size()) return testing::AssertionFailure() << "wrong length";
  if (unfiltered(rows, row_bytes, channels) != expected_pixels(image, channels))
    return testing::AssertionFailure() << "other pixels";
  return testing::AssertionSuccess();
}

TEST(PngCompressor, GivesEveryKindOfPictureBack) {
  for (const Kind kind : kAllKinds)
    for (const SourceLayout layout : {SourceLayout::rgba8, SourceLayout::bgra8, SourceLayout::rgb8})
      for (const unsigned channels : {3u, 4u}) {
        if (layout == SourceLayout::rgb8 && channels == 4) continue;
        EXPECT_TRUE(comes_back(make_image(kind, 213, 71, layout), channels))
            << static_cast<int>(kind) << " " << channels;
      }
}

TEST(PngCompressor, GivesEveryWidthBack) {
  for (std::uint32_t width = 1; width <= 100; ++width)
    for (std::uint32_t height = 1; height <= 5; ++height)
      for (const Kind kind : {Kind::flat, Kind::gradient, Kind::noise})
        for (const unsigned channels : {3u, 4u})
          ASSERT_TRUE(comes_back(make_image(kind, width, height, SourceLayout::bgra8, width), channels))
              << width << "x" << height << " " << static_cast<int>(kind) << " " << channels;
}

TEST(PngCompressor, CrossesBandsWithoutASeam) {
  // Several bands, several blocks, matches that reach back over their borders.
  for (const Kind kind : {Kind::flat, Kind::stripes, Kind::half_and_half})
    EXPECT_TRUE(comes_back(make_image(kind, 700, 400), 3)) << static_cast<int>(kind);
}

TEST(PngCompressor, TakesRowsLongerThanItsBandAndThanTheWindow) {
  for (const Kind kind : {Kind::flat, Kind::noise, Kind::one_colour}) {
    EXPECT_TRUE(comes_back(make_image(kind, 32768, 3), 4)) << static_cast<int>(kind);
    EXPECT_TRUE(comes_back(make_image(kind, 90000, 2), 3)) << static_cast<int>(kind);
  }
  EXPECT_TRUE(comes_back(make_image(Kind::flat, 1, 3000), 3));
}

TEST(PngCompressor, TakesFramesOfMoreThan16Megabytes) {
  EXPECT_TRUE(comes_back(make_image(Kind::half_and_half, 2560, 2200), 4));
}

TEST(PngCompressor, StoresWhatCannotBeCompressed) {
  const Image image = make_image(Kind::noise, 400, 300);
  EXPECT_LT(compressed(image, 4).size(), 4u * 400 * 300 + 300 + 200);
}

TEST(PngCompressor, MakesNextToNothingOfOneColour) {
  EXPECT_LT(compressed(make_image(Kind::one_colour, 1920, 1080), 3).size(), 20'000u);
}

// Bands whose rows are alike in every even row only: an encoder that looked at samples would misjudge them.
TEST(PngCompressor, StaysWithinItsBoundForRowsThatTakeTurns) {
  Image image = make_image(Kind::noise, 640, 240);
  for (std::uint32_t y = 0; y < image.height; y += 2)
    std::fill_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(std::size_t{y} * 640 * 4), 640 * 4,
                std::uint8_t{7});
  EXPECT_TRUE(comes_back(image, 3));
}

// Of long stretches of literals the first 16 of every 64 are counted. Here these have few values and the others are
// noise: the codes made for them would take more than eight bits a byte.
TEST(PngCompressor, StoresWhatWasMadeToFoolItsSamples) {
  Image image = make_image(Kind::noise, 21, 1200);  // rows of 64 bytes, the filter's included
  for (std::size_t k = 0; k < image.pixels.size(); ++k)
    if (k / 4 % 21 < 5) image.pixels[k] &= 15;
  EXPECT_LT(compressed(image, 3).size(), rows_bytes(21, 1200, 3) + 200);
  EXPECT_TRUE(comes_back(image, 3));
}

TEST(PngCompressor, GivesTheSameBytesWhateverMemoryHeldBefore) {
  Random random(5);
  for (const Kind kind : kAllKinds)
    for (const std::uint32_t width : {40u, 333u}) {
      const Image image = make_image(kind, width, 90);
      for (int round = 0; round < 3; ++round) {
        std::vector<std::byte> scratch(scratch_bytes(width, 3)), out(compressed_bound(width, 90, 3));
        for (std::byte& byte : scratch) byte = std::byte{random.byte()};
        out.resize(compress(image.view(3), scratch, out));
        EXPECT_TRUE(out == compressed(image, 3)) << static_cast<int>(kind);
      }
    }
}

TEST(PngCompressor, WorksInScratchMemoryThatIsNotAligned) {
  const Image image = make_image(Kind::flat, 77, 40);
  std::vector<std::byte> scratch(scratch_bytes(77, 3) + 1), out(compressed_bound(77, 40, 3));
  const std::size_t bytes = compress(image.view(3), std::span(scratch).subspan(1), out);
  out.resize(bytes);
  EXPECT_TRUE(out == compressed(image, 3));
}

TEST(PngCompressor, IgnoresWhatStandsBehindEachRow) {
  const Image image = make_image(Kind::flat, 50, 20);
  Image padded = image;
  padded.pixels.clear();
  for (std::size_t y = 0; y < 20; ++y) {
    padded.pixels.insert(padded.pixels.end(), image.pixels.begin() + static_cast<std::ptrdiff_t>(y * 200),
                         image.pixels.begin() + static_cast<std::ptrdiff_t>(y * 200 + 200));
    padded.pixels.insert(padded.pixels.end(), 24, static_cast<std::uint8_t>(y));
  }
  ImageView view = padded.view(3);
  view.stride_bytes = 224;
  std::vector<std::byte> scratch(scratch_bytes(50, 3)), out(compressed_bound(50, 20, 3));
  out.resize(compress(view, scratch, out));
  EXPECT_TRUE(out == compressed(image, 3));
}

TEST(PngFilteredRows, AreThosePixelsForAnotherCompressor) {
  for (const Kind kind : kAllKinds) {
    const Image image = make_image(kind, 701, 300);
    std::vector<std::byte> scratch(scratch_bytes(701, 3)), rows(rows_bytes(701, 300, 3) + kRowSlack);
    filter_rows(image.view(3), scratch, rows);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(rows.data());
    EXPECT_TRUE(unfiltered({bytes, bytes + rows_bytes(701, 300, 3)}, 701 * 3, 3) ==
                expected_pixels(image, 3));
  }
}

// Channels that step at different places: nearly every byte equals a neighbour and hardly any pixel does.
// Taken for a flat interface, such a picture would be larger by half; its mirror image never was.
TEST(PngFilteredRows, AreFilteredForASmoothGradientWhicheverWayItLeans) {
  for (const bool upside_down : {false, true}) {
    Image image{300, 200, SourceLayout::rgba8, {}};
    for (std::uint32_t y = 0; y < image.height; ++y)
      for (std::uint32_t x = 0; x < image.width; ++x) {
        const std::uint32_t v = upside_down ? image.height - 1 - y : y;
        for (const std::uint32_t step : {7u, 5u, 6u})
          image.pixels.push_back(static_cast<std::uint8_t>((x + v + step) / step));
        image.pixels.push_back(255);
      }
    std::vector<std::byte> scratch(scratch_bytes(300, 3)), rows(rows_bytes(300, 200, 3) + kRowSlack);
    filter_rows(image.view(3), scratch, rows);
    for (std::size_t y = 0; y < image.height; ++y)
      EXPECT_NE(std::to_integer<int>(rows[y * 901]), 0) << "row " << y << " is not filtered";
  }
}

class PngKernelTwins : public testing::Test {
 protected:
  void SetUp() override {
    if (!avx2_kernels()) GTEST_SKIP() << "this processor has no AVX2";
  }
  const PngKernels& plain_ = plain_kernels();
};

TEST_F(PngKernelTwins, GiveTheSameBytesForEveryWidth) {
  for (std::uint32_t width = 1; width <= 100; ++width)
    for (const Kind kind : kAllKinds)
      for (const SourceLayout layout : {SourceLayout::rgba8, SourceLayout::bgra8})
        for (const unsigned channels : {3u, 4u}) {
          const Image image = make_image(kind, width, 7, layout, width + 5);
          ASSERT_TRUE(compressed(image, channels, plain_) == compressed(image, channels, *avx2_kernels()))
              << width << " " << static_cast<int>(kind) << " " << channels;
        }
}

// Tall enough that literals are counted by samples and written two at a look-up.
TEST_F(PngKernelTwins, GiveTheSameBytesForEveryWidthOfATallPicture) {
  for (std::uint32_t width = 1; width <= 100; ++width)
    for (const Kind kind : {Kind::grain, Kind::gradient, Kind::half_and_half}) {
      const Image image = make_image(kind, width, 36000 / (width * 3) + 1, SourceLayout::rgba8, width);
      const auto bytes = compressed(image, 3, plain_);
      ASSERT_TRUE(bytes == compressed(image, 3, *avx2_kernels())) << width << " " << static_cast<int>(kind);
      ASSERT_TRUE(comes_back(image, 3)) << width << " " << static_cast<int>(kind);
    }
}

TEST_F(PngKernelTwins, GiveTheSameBytesForALargerPicture) {
  for (const Kind kind : kAllKinds) {
    const Image image = make_image(kind, 611, 333);
    EXPECT_TRUE(compressed(image, 3, plain_) == compressed(image, 3, *avx2_kernels()))
        << static_cast<int>(kind);
  }
}

TEST_F(PngKernelTwins, FilterAndWeighRowsAlike) {
  Random random(11);
  for (std::size_t bytes = 3; bytes <= 300; ++bytes) {
    std::vector<std::uint8_t> row(kRowLead + bytes + kRowSlack), above(row.size());
    // Few values: every tie and every sign of Paeth's three distances comes up. The slack is not zero on
    // purpose.
    for (std::size_t k = kRowLead; k < row.size(); ++k) {
      row[k] = static_cast<std::uint8_t>(random.below(4) * 85);
      above[k] = static_cast<std::uint8_t>(random.below(2) ? random.below(4) * 85 : random.byte());
    }
    for (const unsigned bpp : {3u, 4u}) {
      RowCosts a, b;
      plain_.row_costs(row.data() + kRowLead, above.data() + kRowLead, bytes, bpp, a);
      avx2_kernels()->row_costs(row.data() + kRowLead, above.data() + kRowLead, bytes, bpp, b);
      EXPECT_EQ(
          plain_.novel_pixels(row.data() + kRowLead, above.data() + kRowLead, bytes / bpp, bpp),
          avx2_kernels()->novel_pixels(row.data() + kRowLead, above.data() + kRowLead, bytes / bpp, bpp));
      for (std::size_t f = 0; f < kFilters; ++f) {
        EXPECT_EQ(a.filter[f], b.filter[f]) << bytes << " filter " << f;
        std::vector<std::uint8_t> x(bytes + kRowSlack), y(bytes + kRowSlack);
        plain_.filter_row(static_cast<Filter>(f), row.data() + kRowLead, above.data() + kRowLead, bytes, bpp,
                          x.data());
        avx2_kernels()->filter_row(static_cast<Filter>(f), row.data() + kRowLead, above.data() + kRowLead,
                                   bytes, bpp, y.data());
        ASSERT_TRUE(std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(bytes), y.begin()))
            << bytes << " filter " << f;
      }
    }
  }
}

double kraft_sum(std::span<const std::uint8_t> lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), 0.0, [](double sum, std::uint8_t length) {
    return length ? sum + 1.0 / (1u << length) : sum;
  });
}

TEST(HuffmanCode, IsCompleteAndWithinItsLimitForCountsThatGrowLikeFibonacci) {
  std::vector<std::uint32_t> counts(40);
  std::uint32_t a = 1, b = 1;
  for (std::uint32_t& count : counts) count = std::exchange(a, std::exchange(b, a + b));
  std::vector<std::uint8_t> lengths(counts.size());
  limited_code_lengths(counts, 12, lengths);
  EXPECT_EQ(*std::max_element(lengths.begin(), lengths.end()), 12);
  EXPECT_EQ(*std::min_element(lengths.begin(), lengths.end()), 1);
  EXPECT_EQ(kraft_sum(lengths), 1.0);
  EXPECT_TRUE(std::is_sorted(lengths.rbegin(), lengths.rend()));
}

TEST(HuffmanCode, IsCompleteForOneSymbolAndForNone) {
  for (const std::size_t only : {std::size_t{0}, std::size_t{5}, std::size_t{30}}) {
    std::vector<std::uint32_t> counts(30);
    if (only < counts.size()) counts[only] = 9;
    std::vector<std::uint8_t> lengths(counts.size());
    limited_code_lengths(counts, 12, lengths);
    EXPECT_EQ(kraft_sum(lengths), 1.0) << only;
    if (only < counts.size()) {
      EXPECT_EQ(lengths[only], 1);
    }
  }
}

TEST(HuffmanCode, GivesEverySymbolACodeWhenAllOccur) {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint32_t> counts(286);
    for (std::uint32_t& count : counts)
      count = 1 + (random.below(4) ? random.below(4) : random.below(1u << random.below(25)));
    std::vector<std::uint8_t> lengths(counts.size());
    limited_code_lengths(counts, 12, lengths);
    EXPECT_EQ(std::count(lengths.begin(), lengths.end(), 0), 0);
    EXPECT_LE(*std::max_element(lengths.begin(), lengths.end()), 12);
    EXPECT_EQ(kraft_sum(lengths), 1.0);
  }
}

}  // namespace
}  // namespace framespool::png
