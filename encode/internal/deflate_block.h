// What one deflate block is made of between the parse and the bits: literals and matches, their counts, their
// codes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace framespool::png {

inline constexpr unsigned kMinMatch = 3;
inline constexpr unsigned kMaxMatch = 258;
inline constexpr std::uint32_t kMaxDistance = 32768;
inline constexpr unsigned kLitLenSymbols = 286;
inline constexpr unsigned kDistanceSymbols = 30;
inline constexpr unsigned kEndOfBlock = 256;
// Deflate allows 15. Twelve lets the writer put four literals between two flushes and costs less than 0.1 %.
inline constexpr unsigned kMaxCodeBits = 12;

// `literals` bytes as they stand in the window, then one match (none when length is 0).
struct Token {
  std::uint32_t literals;
  std::uint16_t length;    // 3..258 or 0
  std::uint16_t distance;  // 1..32768
};

// The structs below hold plain arrays: they are used where no function of the standard library may be (see
// png_kernels_core.h).

// How often each symbol occurs.
struct SymbolCounts {
  std::uint32_t litlen[kLitLenSymbols];
  std::uint32_t distance[kDistanceSymbols];
};

// A symbol's code, bit-reversed and ready to be put, with its length: code | bits << 16.
using CodeEntry = std::uint32_t;

struct BlockCodes {
  CodeEntry litlen[kLitLenSymbols];
  CodeEntry distance[kDistanceSymbols];
  // For each match length its code and extra bits together: bits | count << 24.
  std::uint32_t length[kMaxMatch + 1];
};

// Deflate's tables of symbols (RFC 1951, 3.2.5).
struct SymbolTables {
  std::uint16_t length_symbol[kMaxMatch + 1];
  std::uint16_t length_base[kLitLenSymbols - 257];
  std::uint8_t length_extra_bits[kLitLenSymbols - 257];
  std::uint16_t distance_base[kDistanceSymbols];
  std::uint8_t distance_extra_bits[kDistanceSymbols];
};

consteval SymbolTables make_symbol_tables() {
  SymbolTables t{};
  unsigned base = kMinMatch;
  for (unsigned k = 0; k < 29; ++k) {
    t.length_extra_bits[k] = static_cast<std::uint8_t>(k < 8 || k == 28 ? 0 : k / 4 - 1);
    if (k == 28) base = kMaxMatch;  // the last has a symbol of its own
    t.length_base[k] = static_cast<std::uint16_t>(base);
    for (unsigned length = base; length <= kMaxMatch; ++length)
      t.length_symbol[length] = static_cast<std::uint16_t>(257 + k);
    base += 1u << t.length_extra_bits[k];
  }
  base = 1;
  for (unsigned k = 0; k < kDistanceSymbols; ++k) {
    t.distance_extra_bits[k] = static_cast<std::uint8_t>(k < 4 ? 0 : k / 2 - 1);
    t.distance_base[k] = static_cast<std::uint16_t>(base);
    base += 1u << t.distance_extra_bits[k];
  }
  return t;
}
inline constexpr SymbolTables kSymbolTables = make_symbol_tables();

}  // namespace framespool::png
