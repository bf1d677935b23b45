// A picture whose every byte follows from its number and size: 4x3 fields, no two alike, upside down and
// mirrored it is another one. Drawn by the host programs with scissored clears, which every version of OpenGL
// has; judged by the tests.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace framespool::pattern {

inline constexpr std::uint32_t kColumns = 4, kRows = 3;

// Red, green, blue, alpha; rows count from the bottom.
[[nodiscard]] constexpr std::array<std::uint8_t, 4> colour(std::uint64_t number, std::uint32_t column,
                                                           std::uint32_t row) {
  return {static_cast<std::uint8_t>(37 * column + 11 * row + number),
          static_cast<std::uint8_t>(53 * row + 7 * column + number / 256),
          static_cast<std::uint8_t>(29 * (column + 1) * (row + 1) + 13 * number), 255};
}

// Where field `index` of `count` begins; index == count is the end.
[[nodiscard]] constexpr std::uint32_t edge(std::uint32_t size, std::uint32_t index, std::uint32_t count) {
  return static_cast<std::uint32_t>(std::uint64_t{size} * index / count);
}

[[nodiscard]] inline std::vector<std::uint8_t> pixels(std::uint64_t number, std::uint32_t width,
                                                      std::uint32_t height) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(std::size_t{width} * height * 4);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    std::vector<std::uint8_t> line;
    for (std::uint32_t column = 0; column < kColumns; ++column)
      for (std::uint32_t x = edge(width, column, kColumns); x < edge(width, column + 1, kColumns); ++x)
        for (const std::uint8_t byte : colour(number, column, row)) line.push_back(byte);
    for (std::uint32_t y = edge(height, row, kRows); y < edge(height, row + 1, kRows); ++y)
      bytes.insert(bytes.end(), line.begin(), line.end());
  }
  return bytes;
}

}  // namespace framespool::pattern
