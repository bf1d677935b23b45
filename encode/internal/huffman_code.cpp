#include "encode/internal/huffman_code.h"

#include <algorithm>
#include <array>

namespace framespool::png {
namespace {

constexpr std::size_t kMaxSymbols = 288;

constexpr std::array<std::uint8_t, 19> kLengthCodeOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                           11, 4,  12, 3, 13, 2, 14, 1, 15};
constexpr std::array<std::uint8_t, 19> kLengthCodeExtra = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                                           0, 0, 0, 0, 0, 0, 2, 3, 7};

unsigned reverse_bits(unsigned value, unsigned count) {
  unsigned reversed = 0;
  for (unsigned k = 0; k < count; ++k) reversed |= ((value >> k) & 1u) << (count - 1 - k);
  return reversed;
}

}  // namespace

void limited_code_lengths(std::span<const std::uint32_t> counts, unsigned limit,
                          std::span<std::uint8_t> lengths) {
  std::fill(lengths.begin(), lengths.end(), std::uint8_t{0});
  // Symbols in order of their counts; the symbol in the low bits makes the order total, hence the same
  // everywhere.
  std::array<std::uint64_t, kMaxSymbols> leaves;
  std::size_t used = 0;
  for (std::size_t s = 0; s < counts.size(); ++s)
    if (counts[s]) leaves[used++] = std::uint64_t{counts[s]} << 16 | s;
  if (used < 2) {
    const std::size_t only = used ? leaves[0] & 0xFFFF : 0;
    lengths[only] = 1;
    lengths[only ? 0 : 1] = 1;
    return;
  }
  std::sort(leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(used));

  // Huffman's algorithm with two queues: leaves, and inner nodes which come out in order by themselves.
  std::array<std::uint64_t, kMaxSymbols> weight;
  std::array<std::uint16_t, 2 * kMaxSymbols> parent;  // leaves first, then inner nodes
  std::size_t leaf = 0, inner = 0;
  for (std::size_t made = 0; made < used - 1; ++made) {
    std::uint64_t sum = 0;
    for (int k = 0; k < 2; ++k) {
      const bool take_leaf = leaf < used && (inner == made || leaves[leaf] >> 16 <= weight[inner]);
      sum += take_leaf ? leaves[leaf] >> 16 : weight[inner];
      parent[take_leaf ? leaf++ : used + inner++] = static_cast<std::uint16_t>(used + made);
    }
    weight[made] = sum;
  }
  // How many leaves at each depth, from the root (the last node) down.
  std::array<std::uint16_t, 2 * kMaxSymbols> depth;
  std::array<std::uint32_t, 64> at_depth{};
  depth[2 * used - 2] = 0;
  for (std::size_t node = 2 * used - 2; node-- > 0;) {
    depth[node] = static_cast<std::uint16_t>(depth[parent[node]] + 1);
    if (node < used) ++at_depth[std::min<unsigned>(depth[node], limit)];
  }
  // Cutting the deep leaves off at the limit overfills the code. Each step moves one leaf from the deepest
  // level above the limit one down, where it makes room for one of the leaves at the limit beside it.
  std::uint64_t kraft = 0;
  for (unsigned d = 1; d <= limit; ++d) kraft += std::uint64_t{at_depth[d]} << (limit - d);
  while (kraft > std::uint64_t{1} << limit) {
    unsigned d = limit - 1;
    while (at_depth[d] == 0) --d;
    --at_depth[d];
    at_depth[d + 1] += 2;
    --at_depth[limit];
    --kraft;
  }
  // The rarest symbols get the longest codes.
  std::size_t next = 0;
  for (unsigned d = limit; d > 0; --d)
    for (std::uint32_t k = 0; k < at_depth[d]; ++k)
      lengths[leaves[next++] & 0xFFFF] = static_cast<std::uint8_t>(d);
}

void canonical_codes(std::span<const std::uint8_t> lengths, std::span<CodeEntry> codes) {
  std::array<unsigned, 17> of_length{}, next{};
  for (const std::uint8_t length : lengths) ++of_length[length];
  of_length[0] = 0;
  for (unsigned bits = 1; bits <= 16; ++bits) next[bits] = (next[bits - 1] + of_length[bits - 1]) << 1;
  for (std::size_t s = 0; s < lengths.size(); ++s)
    codes[s] = lengths[s]
                   ? reverse_bits(next[lengths[s]]++, lengths[s]) | static_cast<CodeEntry>(lengths[s]) << 16
                   : 0;
}

BlockHeader::BlockHeader(const SymbolCounts& counts, BlockCodes& codes) {
  std::array<std::uint8_t, kLitLenSymbols> litlen;
  std::array<std::uint8_t, kDistanceSymbols> distance;
  const std::span<const std::uint32_t> litlen_counts(counts.litlen), distance_counts(counts.distance);
  limited_code_lengths(litlen_counts, kMaxCodeBits, litlen);
  limited_code_lengths(distance_counts, kMaxCodeBits, distance);
  canonical_codes(litlen, codes.litlen);
  canonical_codes(distance, codes.distance);
  for (unsigned length = kMinMatch; length <= kMaxMatch; ++length) {
    const unsigned symbol = kSymbolTables.length_symbol[length];
    const CodeEntry code = codes.litlen[symbol];
    const unsigned bits = code >> 16;
    codes.length[length] = (code & 0xFFFF) | (length - kSymbolTables.length_base[symbol - 257]) << bits |
                           (bits + kSymbolTables.length_extra_bits[symbol - 257]) << 24;
  }

  for (unsigned s = 0; s < kLitLenSymbols; ++s) {
    if (litlen[s]) litlen_used_ = std::max(litlen_used_, s + 1);
    const unsigned extra = s < 257 ? 0 : kSymbolTables.length_extra_bits[s - 257];
    block_bits_ += std::uint64_t{litlen_counts[s]} * (litlen[s] + extra);
  }
  for (unsigned s = 0; s < kDistanceSymbols; ++s) {
    if (distance[s]) distance_used_ = std::max(distance_used_, s + 1);
    block_bits_ += std::uint64_t{distance_counts[s]} * (distance[s] + kSymbolTables.distance_extra_bits[s]);
  }

  // The lengths themselves, run-length coded in one sequence and Huffman coded again.
  std::array<std::uint8_t, kLitLenSymbols + kDistanceSymbols> both;
  std::copy_n(litlen.begin(), litlen_used_, both.begin());
  std::copy_n(distance.begin(), distance_used_, both.begin() + litlen_used_);
  pack_lengths(std::span(both).first(litlen_used_ + distance_used_));
  std::array<std::uint32_t, 19> order_counts{};
  for (std::size_t k = 0; k < run_count_; ++k) ++order_counts[runs_[k].symbol];
  limited_code_lengths(order_counts, 7, order_lengths_);
  canonical_codes(order_lengths_, order_codes_);
  for (unsigned k = 4; k < 19; ++k)
    if (order_lengths_[kLengthCodeOrder[k]]) order_used_ = k + 1;
  block_bits_ += 3 + 5 + 5 + 4 + std::uint64_t{order_used_} * 3;
  for (unsigned s = 0; s < 19; ++s)
    block_bits_ += std::uint64_t{order_counts[s]} * (order_lengths_[s] + kLengthCodeExtra[s]);
}

void BlockHeader::pack_lengths(std::span<const std::uint8_t> lengths) {
  const auto add = [this](unsigned symbol, std::size_t extra) {
    runs_[run_count_++] = {static_cast<std::uint8_t>(symbol), static_cast<std::uint8_t>(extra)};
  };
  for (std::size_t begin = 0; begin < lengths.size();) {
    const std::uint8_t value = lengths[begin];
    std::size_t end = begin + 1;
    while (end < lengths.size() && lengths[end] == value) ++end;
    std::size_t left = end - begin;
    if (value == 0) {
      for (; left >= 11; left -= std::min<std::size_t>(left, 138))
        add(18, std::min<std::size_t>(left, 138) - 11);
      if (left >= 3) {
        add(17, left - 3);
        left = 0;
      }
    } else {
      add(value, 0);
      --left;
      for (; left >= 3; left -= std::min<std::size_t>(left, 6)) add(16, std::min<std::size_t>(left, 6) - 3);
    }
    for (; left > 0; --left) add(value, 0);
    begin = end;
  }
}

void BlockHeader::write(BitWriter& out, bool last) const {
  out.put((last ? 1u : 0u) | 2u << 1, 3);
  out.put(litlen_used_ - 257, 5);
  out.put(distance_used_ - 1, 5);
  out.put(order_used_ - 4, 4);
  out.flush();
  for (unsigned k = 0; k < order_used_; ++k) {
    out.put(order_lengths_[kLengthCodeOrder[k]], 3);
    out.flush();
  }
  for (std::size_t k = 0; k < run_count_; ++k) {
    const RunSymbol run = runs_[k];
    out.put(order_codes_[run.symbol] & 0xFFFF, order_codes_[run.symbol] >> 16);
    out.put(run.extra, kLengthCodeExtra[run.symbol]);
    out.flush();
  }
}

}  // namespace framespool::png
