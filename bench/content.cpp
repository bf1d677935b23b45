#include "bench/content.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace framespool::bench {
namespace {

struct Colour {
  std::uint8_t r, g, b;
};

// A small generator that is the same everywhere (splitmix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 16);
  }
  std::uint32_t below(std::uint32_t limit) { return next() % limit; }

 private:
  std::uint64_t state_;
};

class Canvas {
 public:
  Canvas(std::uint32_t width, std::uint32_t height)
      : width_(static_cast<int>(width)),
        height_(static_cast<int>(height)),
        pixels_(std::size_t{width} * height * 4, std::byte{255}) {}

  void set(int x, int y, Colour c) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
    std::byte* p = &pixels_[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                             static_cast<std::size_t>(x)) *
                            4];
    p[0] = std::byte{c.r};
    p[1] = std::byte{c.g};
    p[2] = std::byte{c.b};
  }
  [[nodiscard]] Colour get(int x, int y) const {
    const std::byte* p = &pixels_[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                                   static_cast<std::size_t>(x)) *
                                  4];
    return {std::to_integer<std::uint8_t>(p[0]), std::to_integer<std::uint8_t>(p[1]),
            std::to_integer<std::uint8_t>(p[2])};
  }
  void rectangle(int x, int y, int w, int h, Colour c) {
    for (int j = y; j < y + h; ++j)
      for (int i = x; i < x + w; ++i) set(i, j, c);
  }
  void blend(int x, int y, Colour c, int alpha) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_ || alpha == 0) return;
    const Colour under = get(x, y);
    const auto mix = [alpha](int a, int b) {
      return static_cast<std::uint8_t>((a * (255 - alpha) + b * alpha + 127) / 255);
    };
    set(x, y, {mix(under.r, c.r), mix(under.g, c.g), mix(under.b, c.b)});
  }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(pixels_); }

 private:
  int width_, height_;
  std::vector<std::byte> pixels_;
};

std::uint8_t to_byte(double v) {
  return static_cast<std::uint8_t>(std::clamp(v, 0.0, 1.0) * 255 + 0.5);
}

// Sums of waves with soft rings: what a fragment shader of a dozen lines shows.
std::vector<std::byte> shader_frame(std::uint32_t width, std::uint32_t height, std::uint32_t number) {
  Canvas canvas(width, height);
  const double t = number / 60.0;
  for (int y = 0; y < canvas.height(); ++y)
    for (int x = 0; x < canvas.width(); ++x) {
      const double u = (x - 0.5 * width) / height, v = (y - 0.5 * height) / height;
      const double r = std::hypot(u, v);
      const double a = std::sin(7 * u + t) + std::sin(6 * v - 1.3 * t) + std::sin(10 * r - 2 * t);
      const double b = std::cos(3 * u * v + 2 * r + t);
      canvas.set(x, y,
                 {to_byte(0.5 + 0.25 * a * std::exp(-r)), to_byte(0.4 + 0.35 * b),
                  to_byte(0.55 + 0.3 * std::sin(a + 0.7 * b + t))});
    }
  return canvas.take();
}

// A soft gradient with grain.
std::vector<std::byte> noise_frame(std::uint32_t width, std::uint32_t height, std::uint32_t number) {
  Canvas canvas(width, height);
  Random random(number + 1);
  for (int y = 0; y < canvas.height(); ++y)
    for (int x = 0; x < canvas.width(); ++x) {
      const auto grain = [&random] { return static_cast<int>(random.below(22)); };
      const int base = 40 + 150 * x / canvas.width(), lower = 30 + 170 * y / canvas.height();
      canvas.set(x, y,
                 {static_cast<std::uint8_t>(base + grain()), static_cast<std::uint8_t>(lower + grain()),
                  static_cast<std::uint8_t>((base + lower) / 2 + grain())});
    }
  return canvas.take();
}

constexpr int kGlyphHeight = 16;
constexpr int kGlyphWidth = 9;
constexpr int kGlyphs = 64;

struct Glyph {
  int advance = 0;
  std::array<std::uint8_t, kGlyphHeight * kGlyphWidth> coverage{};
};

// Letters of a made-up alphabet: three to five strokes with soft edges, as a font rasteriser leaves them.
std::array<Glyph, kGlyphs> make_alphabet() {
  std::array<Glyph, kGlyphs> alphabet;
  Random random(7);
  for (Glyph& glyph : alphabet) {
    glyph.advance = 6 + static_cast<int>(random.below(4));
    const std::uint32_t strokes = 2 + random.below(3);
    for (std::uint32_t s = 0; s < strokes; ++s) {
      const bool stem = random.below(3) != 0;
      const double x0 = 0.5 + random.below(80) / 80.0 * (glyph.advance - 2), y0 = 3 + random.below(10);
      const double x1 = stem ? x0 : 0.5 + random.below(80) / 80.0 * (glyph.advance - 2),
                   y1 = 3 + random.below(10);
      for (int y = 0; y < kGlyphHeight; ++y)
        for (int x = 0; x < kGlyphWidth; ++x) {
          const double dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy + 1e-9;
          const double k = std::clamp(((x - x0) * dx + (y - y0) * dy) / length, 0.0, 1.0);
          const double distance = std::hypot(x - x0 - k * dx, y - y0 - k * dy);
          auto& c = glyph.coverage[static_cast<std::size_t>(y * kGlyphWidth + x)];
          c = std::max(c, to_byte(1.15 - distance));
        }
    }
  }
  return alphabet;
}

int draw_text(Canvas& canvas, const std::array<Glyph, kGlyphs>& alphabet, Random& random, int x, int y,
              int letters, Colour colour) {
  for (int k = 0; k < letters; ++k) {
    // Squared, so that some letters are common and most are rare, as in any language.
    const std::uint32_t pick = random.below(kGlyphs * kGlyphs);
    const Glyph& glyph = alphabet[static_cast<std::size_t>(std::sqrt(static_cast<double>(pick)))];
    for (int j = 0; j < kGlyphHeight; ++j)
      for (int i = 0; i < kGlyphWidth; ++i)
        canvas.blend(x + i, y + j, colour, glyph.coverage[static_cast<std::size_t>(j * kGlyphWidth + i)]);
    x += glyph.advance;
  }
  return x;
}

// An editor: a tool bar, a tree, lines of coloured text, a panel of fields, a status line. Scrolls by a line
// a frame.
std::vector<std::byte> interface_frame(std::uint32_t width, std::uint32_t height, std::uint32_t number) {
  Canvas canvas(width, height);
  const std::array<Glyph, kGlyphs> alphabet = make_alphabet();
  const int w = canvas.width(), h = canvas.height();
  canvas.rectangle(0, 0, w, h, {30, 31, 34});
  canvas.rectangle(0, 0, w, 36, {43, 45, 48});
  canvas.rectangle(0, 36, 260, h - 36, {37, 38, 41});
  canvas.rectangle(w - 320, 36, 320, h - 36, {43, 45, 48});
  canvas.rectangle(0, h - 24, w, 24, {0, 122, 204});
  Random fixed(3);
  for (int x = 12; x + 80 < w; x += 110)
    draw_text(canvas, alphabet, fixed, x, 10, 6 + static_cast<int>(fixed.below(6)), {220, 220, 220});
  for (int y = 44; y + 20 < h - 24; y += 20) {
    canvas.rectangle(14 + static_cast<int>(fixed.below(3)) * 12, y + 4, 9, 9, {214, 157, 60});
    draw_text(canvas, alphabet, fixed, 52, y, 8 + static_cast<int>(fixed.below(14)), {190, 190, 192});
  }
  for (int y = 52; y + 30 < h - 24; y += 30) {
    draw_text(canvas, alphabet, fixed, w - 308, y, 10, {200, 200, 200});
    canvas.rectangle(w - 190, y - 3, 176, 22, {60, 63, 68});
    draw_text(canvas, alphabet, fixed, w - 184, y, 4 + static_cast<int>(fixed.below(10)), {230, 230, 230});
  }
  constexpr std::array<Colour, 5> kInk{Colour{206, 208, 214}, Colour{86, 156, 214}, Colour{206, 145, 120},
                                       Colour{106, 153, 85}, Colour{197, 134, 192}};
  int line = static_cast<int>(number);
  for (int y = 40; y + 18 < h - 24; y += 18, ++line) {
    Random text(static_cast<std::uint64_t>(line) + 1000);
    draw_text(canvas, alphabet, text, 270, y, 4, {110, 118, 129});
    int x = 320 + static_cast<int>(text.below(5)) * 28;
    const int words = 2 + static_cast<int>(text.below(10));
    for (int k = 0; k < words && x < w - 440; ++k)
      x = 7 +
          draw_text(canvas, alphabet, text, x, y, 2 + static_cast<int>(text.below(9)), kInk[text.below(5)]);
  }
  draw_text(canvas, alphabet, fixed, 10, h - 20, 40, {255, 255, 255});
  return canvas.take();
}

}  // namespace

std::string_view content_name(Content content) {
  switch (content) {
    case Content::shader:
      return "shader";
    case Content::interface:
      return "interface";
    case Content::noise:
      return "noise";
  }
  return "";
}

std::vector<std::byte> make_content(Content content, std::uint32_t width, std::uint32_t height,
                                    std::uint32_t number) {
  switch (content) {
    case Content::shader:
      return shader_frame(width, height, number);
    case Content::interface:
      return interface_frame(width, height, number);
    case Content::noise:
      return noise_frame(width, height, number);
  }
  return {};
}

}  // namespace framespool::bench
