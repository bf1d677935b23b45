// Reads a take by docs/take-format.md alone, sharing no line with the program: the second opinion of the
// tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace framespool::e2e {

struct RawFrame {
  std::uint64_t sequence = 0;
  std::int64_t pts_ns = 0;
  std::uint32_t width = 0, height = 0;
  bool bgra = false;
  bool top_down = false;
  std::uint64_t header_offset = 0, payload_offset = 0, payload_bytes = 0;
};

struct RawTake {
  std::filesystem::path path;
  std::vector<RawFrame> frames;
  bool has_end_block = false;
  // RGB, top row first: what a picture viewer should show of frame `number`.
  [[nodiscard]] std::vector<std::uint8_t> rgb(std::size_t number) const;
  // RGBA, top row first.
  [[nodiscard]] std::vector<std::uint8_t> rgba(std::size_t number) const;
};
// Stops at the first page that is not a block. Fails the test when the file cannot be read.
RawTake read_raw_take(const std::filesystem::path& path);

}  // namespace framespool::e2e
