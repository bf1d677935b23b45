// The parser of filtered rows: literals, and runs of bytes that repeat one pixel back. See png_kernels_core.h
// for how it is compiled.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "encode/internal/png_kernels_rows.h"

namespace framespool::png {
namespace {

inline unsigned distance_symbol(unsigned distance) {
  if (distance <= 2) return distance - 1;
  const unsigned high = 31u - static_cast<unsigned>(__builtin_clz(distance - 1));
  return 2 * high + (((distance - 1) >> (high - 1)) & 1u);
}

// Counts literals in eight tables: adding to one cell twice in a row waits for the first sum, and most bytes
// are zero. Of a long stretch only a quarter is counted, which tells its code as well; every byte that could
// occur in it has a count of at least one, so that it has a code.
class LiteralCounter {
 public:
  void add(const std::uint8_t* p, std::size_t count) {
    std::size_t k = 0;
    if (count >= kLong) {
      for (; k + kStep <= count; k += kStep) {
        add_exactly(p + k, kStep / kShare, sampled_);
        note_range(p + k);
      }
    }
    add_exactly(p + k, count - k, exact_);
  }
  void add_to(SymbolCounts& counts) const {
    for (unsigned s = 0; s < 256; ++s) {
      std::uint32_t sampled = 0, exact = 0;
      for (unsigned lane = 0; lane < 8; ++lane) {
        sampled += sampled_[lane][s];
        exact += exact_[lane][s];
      }
      const auto value = static_cast<signed char>(s);
      if (sampled == 0 && exact == 0 && value >= least_ && value <= most_) exact = 1;
      counts.litlen[s] += exact + kShare * sampled;
    }
  }

 private:
  static constexpr std::size_t kLong = 256, kStep = 64;
  static constexpr std::uint32_t kShare = 4;
  using Tables = std::uint32_t[8][256];

  static void add_exactly(const std::uint8_t* p, std::size_t count, Tables& tables) {
    std::size_t k = 0;
    for (; k + 8 <= count; k += 8) {
      const std::uint64_t v = load64(p + k);
      for (unsigned lane = 0; lane < 8; ++lane) ++tables[lane][v >> (8 * lane) & 255];
    }
    for (; k < count; ++k) ++tables[0][p[k]];
  }
  // As signed numbers: residuals lie around zero.
  void note_range(const std::uint8_t* p) {
#ifdef __AVX2__
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
                  b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
    const __m256i beyond = _mm256_or_si256(_mm256_or_si256(_mm256_cmpgt_epi8(a, _mm256_set1_epi8(most_)),
                                                           _mm256_cmpgt_epi8(b, _mm256_set1_epi8(most_))),
                                           _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(least_), a),
                                                           _mm256_cmpgt_epi8(_mm256_set1_epi8(least_), b)));
    if (_mm256_testz_si256(beyond, beyond)) return;
#endif
    for (std::size_t k = 0; k < kStep; ++k) {
      const auto value = static_cast<signed char>(p[k]);
      if (value < least_) least_ = value;
      if (value > most_) most_ = value;
    }
  }

  signed char least_ = 127, most_ = -128;  // of the long stretches
  Tables exact_ = {}, sampled_ = {};
};

class TokenWriter {
 public:
  explicit TokenWriter(ParseOutput& output) : output_(output), next_(output.tokens + output.token_count) {}
  // `length` may be any multiple of `unit` or any length whose last piece is at least kMinMatch.
  void add(std::uint32_t literals, std::uint32_t length, std::uint32_t distance, std::uint32_t longest) {
    const unsigned symbol = distance_symbol(distance);
    do {
      std::uint32_t piece = length < longest ? length : longest;
      if (length - piece - 1 < kMinMatch - 1) piece = length - kMinMatch;  // leave no piece of 1 or 2
      *next_++ = {literals, static_cast<std::uint16_t>(piece), static_cast<std::uint16_t>(distance)};
      ++output_.counts->litlen[kSymbolTables.length_symbol[piece]];
      ++output_.counts->distance[symbol];
      literals = 0;
      length -= piece;
    } while (length);
  }
  void finish(std::uint32_t literals) {
    if (literals) *next_++ = {literals, 0, 0};
    output_.token_count = static_cast<std::size_t>(next_ - output_.tokens);
  }

 private:
  ParseOutput& output_;
  Token* next_;
};

// Eight would be smaller by 5 % on smooth shaders, and slower by a quarter.
constexpr std::uint32_t kMinRun = 16;

// Bit k: byte k equals the one `back` before it; 64 of them.
inline std::uint64_t equal_mask(const std::uint8_t* p, std::uint32_t back) {
#ifdef __AVX2__
  const auto half = [back](const std::uint8_t* q) {
    const __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(q)),
                                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q - back)));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(equal));
  };
  return half(p) | std::uint64_t{half(p + 32)} << 32;
#else
  std::uint64_t mask = 0;
  for (unsigned word = 0; word < 8; ++word) {
    // High bit of each byte that is zero in the difference, gathered by a multiplication.
    const std::uint64_t difference = load64(p + 8 * word) ^ load64(p + 8 * word - back);
    constexpr std::uint64_t kLow = 0x7F7F7F7F7F7F7F7Fu;
    const std::uint64_t zero = ~(((difference & kLow) + kLow) | difference | kLow);
    mask |= (((zero >> 7) * 0x0102040810204080u) >> 56) << (8 * word);
  }
  return mask;
#endif
}

void parse_runs(const ParseInput& input, ParseOutput& output) {
  const std::uint8_t* window = input.window;
  const std::uint32_t bpp = input.bytes_per_pixel;
  LiteralCounter counter;
  TokenWriter tokens(output);
  std::uint32_t literal_begin = input.begin;
  const auto emit = [&](std::uint32_t begin, std::uint32_t end) {
    counter.add(window + literal_begin, begin - literal_begin);
    tokens.add(begin - literal_begin, end - begin, bpp, kMaxMatch);
    literal_begin = end;
  };

  // The first pixel of the stream has nothing before it.
  std::uint32_t at = input.begin + (input.stream_begin < bpp ? bpp - input.stream_begin : 0);
  std::uint32_t run = 0;  // equal bytes that end just before `at`
  while (at < input.end) {
    std::uint64_t mask = equal_mask(window + at, bpp);
    const std::uint32_t left = input.end - at;
    const std::uint32_t count = left < 64 ? left : 64;
    if (count < 64) mask &= (std::uint64_t{1} << count) - 1;
    if (mask == ~std::uint64_t{0}) {
      run += 64;
      at += 64;
      continue;
    }
    const unsigned first = static_cast<unsigned>(__builtin_ctzll(~mask));
    if (run + first >= kMinRun) emit(at - run, at + first);
    mask &= ~std::uint64_t{0} << first;
    run = static_cast<std::uint32_t>(mask ? __builtin_clzll(~mask) : 0);
    if (count < 64) run = 0;  // the end: what is left is found below
    // Bit k stays where sixteen ones begin at k.
    std::uint64_t starts = mask & mask >> 1;
    starts &= starts >> 2;
    starts &= starts >> 4;
    starts &= starts >> 8;
    static_assert(kMinRun == 16);
    while (starts) {
      const unsigned begin = static_cast<unsigned>(__builtin_ctzll(starts));
      const unsigned length = static_cast<unsigned>(__builtin_ctzll(~(mask >> begin)));
      if (begin + length == 64) break;  // may go on
      emit(at + begin, at + begin + length);
      starts &= ~std::uint64_t{0} << (begin + length);
    }
    at += count;
  }
  if (run >= kMinRun) emit(at - run, at);
  counter.add(window + literal_begin, input.end - literal_begin);
  counter.add_to(*output.counts);
  tokens.finish(input.end - literal_begin);
}

// How many of the `limit` bytes at `p` equal those at `q`.
inline std::uint32_t match_length(const std::uint8_t* p, const std::uint8_t* q, std::uint32_t limit) {
  std::uint32_t k = 0;
#ifdef __AVX2__
  const auto equal = [p, q](std::uint32_t at) {
    return _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + at)),
                             _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q + at)));
  };
  // Four at a time: most of what is equal here is empty background.
  for (; k + 128 <= limit; k += 128) {
    const __m256i all = _mm256_and_si256(_mm256_and_si256(equal(k), equal(k + 32)),
                                         _mm256_and_si256(equal(k + 64), equal(k + 96)));
    if (_mm256_movemask_epi8(all) != -1) break;
  }
  for (; k < limit; k += 32) {
    const std::uint32_t different = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(equal(k)));
    if (different) {
      k += static_cast<std::uint32_t>(__builtin_ctz(different));
      return k < limit ? k : limit;
    }
  }
#else
  for (; k < limit; k += 8) {
    const std::uint64_t different = load64(p + k) ^ load64(q + k);
    if (different) {
      k += static_cast<std::uint32_t>(__builtin_ctzll(different)) >> 3;
      return k < limit ? k : limit;
    }
  }
#endif
  return limit;
}

}  // namespace
}  // namespace framespool::png
