// The parser of rows as they are, for flat interfaces: matches in whole pixels. See png_kernels_core.h for
// how it is compiled.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "encode/internal/png_kernels_runs.h"

namespace framespool::png {
namespace {

struct Match {
  std::uint32_t length = 0;
  std::uint32_t distance = 0;
  std::int32_t gain = 0;  // estimated bits saved against literals
};

// Takes the best match at each position and goes on behind it. What each branch does is hard to foretell in
// text, so that a position costs as much as its mispredicted branches: there are few of them, and no second
// look at the next position, no chain of candidates, nothing remembered within a match.
template <std::uint32_t Bpp>
class PixelParser {
 public:
  PixelParser(const ParseInput& input, PixelHistory& history, ParseOutput& output)
      : input_(input),
        history_(history),
        output_(output),
        tokens_(output),
        to_stream_(input.stream_begin - input.begin),
        above_known_(input.row_bytes <= kMaxDistance) {}

  void run() {
    literal_begin_ = input_.begin;
    for (std::uint32_t row = input_.begin; row < input_.end; row += input_.row_bytes) parse_row(row);
    tokens_.finish(input_.end - literal_begin_);
  }

 private:
  static constexpr std::uint32_t kLongest = kMaxMatch / Bpp * Bpp;
  static constexpr std::uint32_t kPixelMask = Bpp == 3 ? 0xFFFFFFu : 0xFFFFFFFFu;
  // No hash look-up beside a match with a neighbour of this length.
  static constexpr std::uint32_t kGoodEnough = 3 * Bpp;
  static constexpr std::uint32_t kPeek = 32;  // bytes that are compared without asking how many are equal
  // What the Huffman codes of interfaces with text turn out to be, in bits. Extra bits of a distance come on
  // top where the distance is not always the same one.
  static constexpr std::int32_t kLiteralBits = 8;
  static constexpr std::int32_t kPixelBackBits = 7;
  static constexpr std::int32_t kRowBackBits = 19;
  static constexpr std::int32_t kPairBits = 9;
  static constexpr std::int32_t kSingleMatchBits = 8;

  // How far back a pixel, and it and the next, were seen last; more than can be when never.
  struct Seen {
    std::uint32_t single = 0;
    std::uint32_t pair = 0;
  };

  static std::uint32_t slot_of_pair(std::uint64_t first_eight) {
    const std::uint64_t pair = Bpp == 3 ? first_eight << 16 : first_eight;
    return static_cast<std::uint32_t>((pair * 0x9E3779B185EBCA87u) >> (64 - kHashBits));
  }
  static std::uint32_t slot_of_single(std::uint32_t pixel) {
    return (pixel * 0x9E3779B1u) >> (32 - kSingleBits);
  }
  static std::uint32_t whole_pixels(std::uint32_t bytes) {
    return Bpp == 4 ? bytes & ~3u : bytes - bytes % 3;
  }
  static std::int32_t gain_of(std::uint32_t length, std::int32_t cost) {
    return static_cast<std::int32_t>(length) * kLiteralBits - cost;
  }
  static std::int32_t extra_bits(std::uint32_t distance) {
    return kSymbolTables.distance_extra_bits[distance_symbol(distance)];
  }

  // Bytes that equal those `distance` back, at most `limit` and at most kPeek. Looks behind the row's end,
  // but what stands there changes nothing: `limit` is never past it.
  std::uint32_t short_length(std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    const std::uint8_t* p = input_.window + at;
#ifdef __AVX2__
    const __m256i equal =
        _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
                          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p - distance)));
    const std::uint64_t different = ~std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(equal))};
    const auto length = static_cast<std::uint32_t>(__builtin_ctzll(different));
    return length < limit ? length : limit;
#else
    return match_length(p, p - distance, limit < kPeek ? limit : kPeek);
#endif
  }
  // The same without the bound of kPeek.
  std::uint32_t length_back(std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    const std::uint32_t length = short_length(at, distance, limit);
    return length < kPeek ? length : longer(at, distance, limit);
  }
  std::uint32_t longer(std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    const std::uint8_t* p = input_.window + at + kPeek;
    return kPeek + match_length(p, p - distance, limit - kPeek);
  }

  // One pixel back (a run, which may be as long as it likes) or one row back (which ends with its first
  // piece: what follows may be a run, whose pieces cost a third). A distance of 0 is one that does not exist.
  Match beside(std::uint32_t at, std::uint32_t left, std::uint32_t above, std::uint32_t limit) const {
    const std::uint32_t peek_left = left ? short_length(at, left, limit) : 0;
    const std::uint32_t peek_above = above ? short_length(at, above, limit) : 0;
    std::uint32_t of_left = whole_pixels(peek_left), of_above = whole_pixels(peek_above);
    if (peek_left == kPeek) of_left = whole_pixels(longer(at, left, limit));
    if (peek_above == kPeek && of_left < kLongest) {
      of_above = whole_pixels(longer(at, above, limit));
      if (of_above > kLongest) of_above = kLongest;
    }
    if (of_above > of_left) return {of_above, above, gain_of(of_above, kRowBackBits)};
    return {of_left, Bpp, of_left ? gain_of(of_left, kPixelBackBits) : 0};
  }

  // Enters `at` into the history.
  Seen remember(std::uint32_t at, std::uint32_t pixel, std::uint32_t limit) {
    const std::uint32_t stream = at + to_stream_;
    std::uint32_t& single = history_.singles[slot_of_single(pixel)];
    Seen seen{stream - single, ~0u};
    single = stream;
    // Nothing behind the row's end may be hashed: behind the last row stands whatever memory held before.
    if (limit >= 2 * Bpp) {
      std::uint32_t& pair = history_.pairs[slot_of_pair(load64(input_.window + at))];
      seen.pair = stream - pair;
      pair = stream;
    }
    return seen;
  }

  // What the history offers, where that is better than `best`.
  void look_back(Match& best, std::uint32_t at, std::uint32_t pixel, Seen seen, std::uint32_t limit) const {
    const std::uint32_t stream = at + to_stream_;
    const std::uint32_t farthest = stream < kMaxDistance ? stream : kMaxDistance;
    if (seen.pair - 1 < farthest) {
      std::uint32_t length = length_back(at, seen.pair, limit);
      length = length < kLongest ? whole_pixels(length) : kLongest;
      const std::int32_t gain = gain_of(length, kPairBits + extra_bits(seen.pair));
      if (length >= 2 * Bpp && gain > best.gain) best = {length, seen.pair, gain};
    }
    if (best.length <= Bpp && seen.single - 1 < farthest &&
        (load32(input_.window + at - seen.single) & kPixelMask) == pixel) {
      const std::int32_t gain = gain_of(Bpp, kSingleMatchBits + extra_bits(seen.single));
      if (gain > best.gain) best = {Bpp, seen.single, gain};
    }
  }

  void parse_row(std::uint32_t row) {
    const std::uint32_t row_end = row + input_.row_bytes;
    const std::uint32_t above = above_known_ && row + to_stream_ > 0 ? input_.row_bytes : 0;
    std::uint32_t left = 0;  // the first pixel has none
    std::uint32_t at = row + 1;
    ++output_.counts->litlen[input_.window[row]];  // the filter byte is a literal
    while (at < row_end) {
      const std::uint8_t* here = input_.window + at;
      const std::uint32_t limit = row_end - at, pixel = load32(here) & kPixelMask;
      const Seen seen = remember(at, pixel, limit);
      Match match = beside(at, left, above, limit);
      left = Bpp;
      if (match.length < kGoodEnough) look_back(match, at, pixel, seen, limit);
      if (match.gain <= 0) {
        for (std::uint32_t k = 0; k < Bpp; ++k) ++output_.counts->litlen[here[k]];
        at += Bpp;
        continue;
      }
      tokens_.add(at - literal_begin_, match.length, match.distance, kLongest);
      at = literal_begin_ = at + match.length;
    }
  }

  const ParseInput& input_;
  PixelHistory& history_;
  ParseOutput& output_;
  TokenWriter tokens_;
  const std::uint32_t to_stream_;  // from window to stream positions, modulo 2^32
  const bool above_known_;
  std::uint32_t literal_begin_ = 0;
};

void parse_pixels(const ParseInput& input, PixelHistory& history, ParseOutput& output) {
  if (input.bytes_per_pixel == 3)
    PixelParser<3>(input, history, output).run();
  else
    PixelParser<4>(input, history, output).run();
}

}  // namespace
}  // namespace framespool::png
