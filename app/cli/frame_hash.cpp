#include "app/cli/frame_hash.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <memory>

namespace framespool {

namespace {

struct FreeState {
  void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

template <class T>
void put_little_endian(std::byte*& out, T value) {
  for (std::size_t at = 0; at < sizeof value; ++at, value = static_cast<T>(value >> 8))
    *out++ = static_cast<std::byte>(value & 0xffu);
}

// BGRA is turned over in pieces that fit into the first cache.
void update_swapped(XXH3_state_t* state, std::span<const std::byte> row) {
  std::array<std::byte, 4096> piece;
  while (!row.empty()) {
    const std::size_t bytes = std::min(row.size(), piece.size());
    for (std::size_t at = 0; at + 3 < bytes; at += 4) {
      piece[at] = row[at + 2];
      piece[at + 1] = row[at + 1];
      piece[at + 2] = row[at];
      piece[at + 3] = row[at + 3];
    }
    XXH3_64bits_update(state, piece.data(), bytes);
    row = row.subspan(bytes);
  }
}

}  // namespace

std::uint64_t frame_hash(const FrameInfo& info, std::span<const std::byte> pixels) {
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  XXH3_64bits_reset(state.get());
  std::array<std::byte, 16> head;
  std::byte* out = head.data();
  put_little_endian(out, info.width);
  put_little_endian(out, info.height);
  put_little_endian(out, static_cast<std::uint64_t>(info.pts_ns));
  XXH3_64bits_update(state.get(), head.data(), head.size());
  for (std::size_t k = 0; k < info.height; ++k) {
    const std::size_t row = info.row_order == RowOrder::bottom_up ? k : info.height - 1 - k;
    const auto bytes = pixels.subspan(row * info.stride_bytes, info.width * kBytesPerPixel);
    if (info.format == PixelFormat::bgra8)
      update_swapped(state.get(), bytes);
    else
      XXH3_64bits_update(state.get(), bytes.data(), bytes.size());
  }
  return XXH3_64bits_digest(state.get());
}

}  // namespace framespool
