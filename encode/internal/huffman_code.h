// Huffman codes for one dynamic deflate block (RFC 1951, 3.2.7), built from counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/internal/bit_writer.h"
#include "encode/internal/deflate_block.h"

namespace framespool::png {

// Code lengths of at most `limit` bits for every symbol with a count; 0 for the others. A lone symbol gets 1
// bit; a lone or absent symbol is joined by another so that the code is complete, which some decoders insist
// on. At most 288 symbols; 2^limit is at least their number.
void limited_code_lengths(std::span<const std::uint32_t> counts, unsigned limit,
                          std::span<std::uint8_t> lengths);

// The canonical codes of these lengths, bit-reversed.
void canonical_codes(std::span<const std::uint8_t> lengths, std::span<CodeEntry> codes);

// A dynamic block's codes, its header, and what the whole will cost.
class BlockHeader {
 public:
  // Builds the codes for `counts` into `codes`.
  BlockHeader(const SymbolCounts& counts, BlockCodes& codes);
  // Bits of the block: header (3 bits of type included), symbols, extra bits and the end-of-block symbol.
  [[nodiscard]] std::uint64_t block_bits() const { return block_bits_; }
  void write(BitWriter& out, bool last) const;

 private:
  struct RunSymbol {
    std::uint8_t symbol;
    std::uint8_t extra;
  };
  void pack_lengths(std::span<const std::uint8_t> lengths);

  std::array<RunSymbol, kLitLenSymbols + kDistanceSymbols> runs_{};
  std::size_t run_count_ = 0;
  std::array<std::uint8_t, 19> order_lengths_{};
  std::array<CodeEntry, 19> order_codes_{};
  unsigned litlen_used_ = 257, distance_used_ = 1, order_used_ = 4;
  std::uint64_t block_bits_ = 0;
};

}  // namespace framespool::png
