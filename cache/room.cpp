#include "cache/room.h"

#include <fmt/format.h>

#include "cache/internal/take_layout.h"

namespace framespool {

std::string room_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", value / 1e3);
  return bytes < 1'000'000'000 ? fmt::format("{:.1f} MB", value / 1e6) : fmt::format("{:.2f} GB", value / 1e9);
}

std::uint64_t room_of_frame(std::uint64_t payload_bytes) { return layout::record_bytes(payload_bytes); }

std::uint64_t room_of_empty_take() { return layout::kFirstRecord + layout::kClosingBytes; }

}  // namespace framespool
