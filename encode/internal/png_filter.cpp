#include "encode/internal/png_filter.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace framespool {
namespace {

enum Filter : std::uint8_t { kNone = 0, kSub = 1, kUp = 2, kPaeth = 4 };

std::uint32_t load_pixel(const std::byte* at) {
  std::uint32_t pixel;
  std::memcpy(&pixel, at, sizeof pixel);
  return pixel;
}

// Little-endian: red is the lowest byte of rgba8, blue that of bgra8.
std::uint32_t swap_red_and_blue(std::uint32_t pixel) {
  return (pixel & 0xff00ff00u) | ((pixel & 0xffu) << 16) | ((pixel >> 16) & 0xffu);
}

template <bool kSwap>
void pack_rgb(const std::byte* from, std::size_t width, std::byte* to) {
  // Each store is a byte too long, and the next one overwrites it; the last pixel of a row must not.
  for (std::size_t x = 0; x + 1 < width; ++x) {
    std::uint32_t pixel = load_pixel(from + 4 * x);
    if constexpr (kSwap) pixel = swap_red_and_blue(pixel);
    std::memcpy(to + 3 * x, &pixel, 4);
  }
  std::uint32_t pixel = load_pixel(from + 4 * (width - 1));
  if constexpr (kSwap) pixel = swap_red_and_blue(pixel);
  std::memcpy(to + 3 * (width - 1), &pixel, 3);
}

void pack_rgba(const std::byte* from, std::size_t width, bool swap, std::byte* to) {
  if (!swap) {
    std::memcpy(to, from, 4 * width);
    return;
  }
  for (std::size_t x = 0; x < width; ++x) {
    const std::uint32_t pixel = swap_red_and_blue(load_pixel(from + 4 * x));
    std::memcpy(to + 4 * x, &pixel, 4);
  }
}

// The loops below are plain so that the compiler vectorises them.

// The first `channels` bytes have nothing to their left.
void filter_sub(const std::uint8_t* row, std::size_t bytes, std::size_t channels, std::uint8_t* to) {
  std::memcpy(to, row, channels);
  for (std::size_t i = channels; i < bytes; ++i)
    to[i] = static_cast<std::uint8_t>(row[i] - row[i - channels]);
}

void filter_up(const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes, std::uint8_t* to) {
  for (std::size_t i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(row[i] - above[i]);
}

void filter_paeth(const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes, std::size_t channels,
                  std::uint8_t* to) {
  for (std::size_t i = 0; i < channels; ++i) to[i] = static_cast<std::uint8_t>(row[i] - above[i]);
  for (std::size_t i = channels; i < bytes; ++i) {
    const auto a = static_cast<std::int16_t>(row[i - channels]);
    const auto b = static_cast<std::int16_t>(above[i]);
    const auto c = static_cast<std::int16_t>(above[i - channels]);
    const auto b_c = static_cast<std::int16_t>(b - c);
    const auto a_c = static_cast<std::int16_t>(a - c);
    const auto sum = static_cast<std::int16_t>(a_c + b_c);
    const auto pa = static_cast<std::int16_t>(b_c < 0 ? -b_c : b_c);
    const auto pb = static_cast<std::int16_t>(a_c < 0 ? -a_c : a_c);
    const auto pc = static_cast<std::int16_t>(sum < 0 ? -sum : sum);
    const std::int16_t b_or_c = pb <= pc ? b : c;
    const std::int16_t predicted = (pa <= pb && pa <= pc) ? a : b_or_c;
    to[i] = static_cast<std::uint8_t>(row[i] - predicted);
  }
}

// Sum of the bytes taken as signed numbers, without their sign.
std::uint64_t cost(const std::uint8_t* row, std::size_t bytes) {
  std::uint64_t sum = 0;
  while (bytes > 0) {
    const std::size_t part = std::min<std::size_t>(bytes, 4096);
    std::uint32_t part_sum = 0;
    for (std::size_t i = 0; i < part; ++i) part_sum += std::min(row[i], static_cast<std::uint8_t>(-row[i]));
    sum += part_sum;
    row += part;
    bytes -= part;
  }
  return sum;
}

}  // namespace

std::size_t png_rows_bytes(std::uint32_t width, std::uint32_t height, std::size_t channels) {
  return (1 + width * channels) * height;
}

std::size_t png_filter_scratch_bytes(std::size_t row_bytes) {
  return 4 * row_bytes;
}

void pack_png_rows(const FrameView& frame, std::size_t channels, std::span<std::byte> rows) {
  const bool swap = frame.format == PixelFormat::bgra8;
  const std::size_t row_bytes = frame.width * channels;
  for (std::size_t y = 0; y < frame.height; ++y) {
    const std::byte* from = frame.pixels.data() + y * frame.stride_bytes;
    std::byte* to = rows.data() + y * (1 + row_bytes) + 1;
    if (channels == 4)
      pack_rgba(from, frame.width, swap, to);
    else if (swap)
      pack_rgb<true>(from, frame.width, to);
    else
      pack_rgb<false>(from, frame.width, to);
  }
}

void filter_png_rows(std::span<std::byte> rows, std::size_t row_bytes, std::size_t height,
                     std::size_t channels, std::span<std::byte> scratch) {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(rows.data());
  auto* const candidates = reinterpret_cast<std::uint8_t*>(scratch.data());
  std::uint8_t* const sub = candidates;
  std::uint8_t* const up = candidates + row_bytes;
  std::uint8_t* const paeth = candidates + 2 * row_bytes;
  std::uint8_t* const blank = candidates + 3 * row_bytes;
  std::memset(blank, 0, row_bytes);

  for (std::size_t y = height; y-- > 0;) {
    std::uint8_t* const row = bytes + y * (1 + row_bytes) + 1;
    const std::uint8_t* const above = y > 0 ? row - (1 + row_bytes) : blank;
    filter_sub(row, row_bytes, channels, sub);
    filter_up(row, above, row_bytes, up);
    filter_paeth(row, above, row_bytes, channels, paeth);
    struct Choice {
      Filter filter;
      const std::uint8_t* filtered;
    };
    Choice best{kNone, row};
    std::uint64_t best_cost = cost(row, row_bytes);
    for (const Choice choice : {Choice{kSub, sub}, Choice{kUp, up}, Choice{kPaeth, paeth}}) {
      const std::uint64_t candidate = cost(choice.filtered, row_bytes);
      if (candidate < best_cost) {
        best = choice;
        best_cost = candidate;
      }
    }
    row[-1] = best.filter;
    if (best.filtered != row) std::memcpy(row, best.filtered, row_bytes);
  }
}

}  // namespace framespool
