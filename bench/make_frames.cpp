// Raw frames to measure exporters with, on standard output: make_frames shader|interface|noise WIDTH HEIGHT
// FRAMES RGBA, top to bottom, the same bytes on every machine. Three kinds, as the design page has them: a
// smooth moving gradient, flat areas with hard edges and small text, fine noise.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

struct Canvas {
  int width, height;
  std::vector<std::uint8_t> pixels;
  void set(int x, int y, int red, int green, int blue) {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    std::uint8_t* const at = &pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                      static_cast<std::size_t>(x)) *
                                     4];
    at[0] = static_cast<std::uint8_t>(red);
    at[1] = static_cast<std::uint8_t>(green);
    at[2] = static_cast<std::uint8_t>(blue);
    at[3] = 255;
  }
  void fill(int x, int y, int w, int h, int red, int green, int blue) {
    for (int row = y; row < y + h; ++row)
      for (int column = x; column < x + w; ++column) set(column, row, red, green, blue);
  }
};

std::uint32_t hash(std::uint32_t value) {
  value = (value ^ (value >> 16)) * 0x7feb352du;
  value = (value ^ (value >> 15)) * 0x846ca68bu;
  return value ^ (value >> 16);
}

int level(double value) {
  return std::clamp(static_cast<int>(std::lround(255 * value)), 0, 255);
}

void draw_shader(Canvas& canvas, int frame) {
  const double t = frame / 60.0;
  for (int y = 0; y < canvas.height; ++y)
    for (int x = 0; x < canvas.width; ++x) {
      const double u = static_cast<double>(x) / canvas.height, v = static_cast<double>(y) / canvas.height;
      const double wave = std::sin(6 * u + t) + std::sin(5 * v - 1.3 * t) + std::sin(4 * (u + v) + 0.7 * t);
      const double ring = std::sin(20 * std::hypot(u - 0.9 - 0.3 * std::cos(t), v - 0.5 - 0.2 * std::sin(t)));
      canvas.set(x, y, level(0.5 + 0.16 * wave + 0.02 * ring), level(0.5 + 0.3 * std::sin(wave + t)),
                 level(0.45 + 0.25 * std::cos(1.5 * wave - t) + 0.1 * ring));
    }
}

void draw_interface(Canvas& canvas, int frame) {
  canvas.fill(0, 0, canvas.width, canvas.height, 30, 32, 38);
  canvas.fill(0, 0, canvas.width, 36, 44, 48, 58);
  canvas.fill(0, 36, canvas.width / 5, canvas.height - 36, 38, 41, 49);
  for (int row = 0; row < canvas.height / 28; ++row) {
    const int y = 48 + row * 28;
    if (row % 5 == 2) canvas.fill(8, y - 4, canvas.width / 5 - 16, 24, 60, 110, 200);
    // Words of five-by-seven letters, smoothed at one edge as fonts are, that scroll a little.
    for (int letter = 0; letter < canvas.width / 8; ++letter) {
      const auto seed = hash(static_cast<std::uint32_t>(letter + (row + frame / 4) * 977));
      if (seed % 6 == 0) continue;
      for (int dot = 0; dot < 35; ++dot) {
        const auto ink = hash(seed % 64 + static_cast<std::uint32_t>(dot) * 131) % 5;
        if (ink > 2) continue;
        const int shade = ink == 2 ? 120 : 215;
        canvas.set(16 + letter * 8 + dot % 5, y + dot / 5, shade, shade, shade + 5);
      }
    }
  }
  const int done = (canvas.width - 80) * (frame % 120) / 120;
  canvas.fill(40, canvas.height - 40, canvas.width - 80, 18, 52, 56, 66);
  canvas.fill(40, canvas.height - 40, done, 18, 80, 180, 120);
}

void draw_noise(Canvas& canvas, int frame) {
  for (int y = 0; y < canvas.height; ++y)
    for (int x = 0; x < canvas.width; ++x) {
      const auto seed = static_cast<std::uint32_t>((frame * canvas.height + y) * canvas.width + x);
      const std::uint32_t grain = hash(seed);
      const auto add = [&](int shift) { return static_cast<int>((grain >> shift) & 31); };
      const int base = 60 + 100 * x / canvas.width + 40 * y / canvas.height;
      canvas.set(x, y, base + add(0), base + add(8), base - 20 + add(16));
    }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "make_frames shader|interface|noise WIDTH HEIGHT FRAMES\n");
    return 2;
  }
  const std::string_view kind = argv[1];
  const auto draw = kind == "shader" ? draw_shader : kind == "interface" ? draw_interface : draw_noise;
  Canvas canvas{std::atoi(argv[2]), std::atoi(argv[3]), {}};
  canvas.pixels.resize(static_cast<std::size_t>(canvas.width) * static_cast<std::size_t>(canvas.height) * 4);
  for (int frame = 0; frame < std::atoi(argv[4]); ++frame) {
    draw(canvas, frame);
    if (std::fwrite(canvas.pixels.data(), 1, canvas.pixels.size(), stdout) != canvas.pixels.size()) return 1;
  }
  return 0;
}
