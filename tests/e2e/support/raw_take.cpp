#include "tests/e2e/support/raw_take.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <fstream>

namespace framespool::e2e {

namespace {

constexpr std::uint64_t kPage = 4096;
using Page = std::array<char, kPage>;

template <class T>
T field(const Page& page, std::size_t offset) {
  T value;
  std::memcpy(&value, page.data() + offset, sizeof value);
  return value;
}

bool is(const Page& page, const char* magic) {
  return std::memcmp(page.data(), magic, 8) == 0;
}

}  // namespace

RawTake read_raw_take(const std::filesystem::path& path) {
  RawTake take{path, {}, false};
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  Page page{};
  for (std::uint64_t at = 3 * kPage;
       file.seekg(static_cast<std::streamoff>(at)) && file.read(page.data(), kPage);) {
    if (is(page, "FSPOOL-F")) {
      RawFrame frame;
      frame.sequence = field<std::uint64_t>(page, 40);
      frame.pts_ns = field<std::int64_t>(page, 56);
      frame.width = field<std::uint32_t>(page, 64);
      frame.height = field<std::uint32_t>(page, 68);
      frame.bgra = field<std::uint32_t>(page, 80) == 2;
      frame.top_down = field<std::uint32_t>(page, 84) == 2;
      frame.payload_bytes = field<std::uint64_t>(page, 112);
      frame.header_offset = at;
      frame.payload_offset = at + kPage;
      at += kPage + (frame.payload_bytes + kPage - 1) / kPage * kPage;
      take.frames.push_back(frame);
    } else if (is(page, "FSPOOL-I")) {
      at += 3 * kPage;
    } else {
      take.has_end_block = is(page, "FSPOOL-E");
      break;
    }
  }
  return take;
}

std::vector<std::uint8_t> RawTake::rgba(std::size_t number) const {
  const RawFrame& frame = frames.at(number);
  std::vector<std::uint8_t> stored(frame.payload_bytes), shown(frame.payload_bytes);
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(frame.payload_offset));
  file.read(reinterpret_cast<char*>(stored.data()), static_cast<std::streamsize>(stored.size()));
  EXPECT_TRUE(file);
  const std::size_t stride = std::size_t{frame.width} * 4;
  EXPECT_EQ(stored.size(), stride * frame.height);
  for (std::size_t y = 0; y < frame.height; ++y) {
    const std::uint8_t* from = stored.data() + (frame.top_down ? y : frame.height - 1 - y) * stride;
    std::uint8_t* to = shown.data() + y * stride;
    for (std::size_t x = 0; x < stride; x += 4) {
      to[x] = from[x + (frame.bgra ? 2 : 0)];
      to[x + 1] = from[x + 1];
      to[x + 2] = from[x + (frame.bgra ? 0 : 2)];
      to[x + 3] = from[x + 3];
    }
  }
  return shown;
}

std::vector<std::uint8_t> RawTake::rgb(std::size_t number) const {
  const auto with_alpha = rgba(number);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(with_alpha.size() / 4 * 3);
  for (std::size_t at = 0; at < with_alpha.size(); at += 4)
    pixels.insert(pixels.end(), {with_alpha[at], with_alpha[at + 1], with_alpha[at + 2]});
  return pixels;
}

}  // namespace framespool::e2e
