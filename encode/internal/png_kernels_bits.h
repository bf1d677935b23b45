// Tokens into bits. See png_kernels_core.h for how it is compiled.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "encode/internal/png_kernels_runs.h"

namespace framespool::png {
namespace {

inline void put_four(const std::uint8_t* p, const CodeEntry* code, BitWriter& out) {
  // Two and two together first: fewer steps that wait for each other.
  const CodeEntry a = code[p[0]], b = code[p[1]], c = code[p[2]], d = code[p[3]];
  const unsigned ab = (a >> 16) + (b >> 16), cd = (c >> 16) + (d >> 16);
  const std::uint64_t low = (a & 0xFFFF) | std::uint64_t{b & 0xFFFF} << (a >> 16);
  const std::uint64_t high = (c & 0xFFFF) | std::uint64_t{d & 0xFFFF} << (c >> 16);
  static_assert(4 * kMaxCodeBits + 7 <= 64);
  out.put(low | high << ab, ab + cd);
  out.flush();
}

struct OneByOne {
  [[gnu::always_inline]] bool put_eight(const std::uint8_t*, BitWriter&) const { return false; }
};

#ifdef __AVX2__
// The codes of two bytes in one look-up, for residuals from -32 to 31, which are nearly all there are.
class PairCodes {
 public:
  explicit PairCodes(const BlockCodes& codes) {
    CodeEntry code[kValues];
    for (unsigned value = 0; value < kValues; ++value) code[value] = codes.litlen[(value - kLowest) & 255];
    for (unsigned second = 0; second < kValues; ++second)
      for (unsigned first = 0; first < kValues; ++first) {
        const unsigned bits = code[first] >> 16;
        pairs_[second * kValues + first] =
            (code[first] & 0xFFFF) | (code[second] & 0xFFFF) << bits | (bits + (code[second] >> 16)) << 24;
      }
    static_assert(2 * kMaxCodeBits <= 24);
  }
  // Eight bytes; false, and nothing done, when one of them lies outside.
  [[gnu::always_inline]] bool put_eight(const std::uint8_t* p, BitWriter& out) const {
    const __m128i values = _mm_add_epi8(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)),
                                        _mm_set1_epi8(static_cast<char>(kLowest)));
    if (!_mm_testz_si128(values, _mm_set1_epi8(static_cast<char>(~(kValues - 1))))) return false;
    const __m128i weights = _mm_set1_epi16(static_cast<short>(kValues << 8 | 1));
    const auto index = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_maddubs_epi16(values, weights)));
    const Bits low = two(pairs_[index & 0xFFFF], pairs_[index >> 16 & 0xFFFF]);
    const Bits high = two(pairs_[index >> 32 & 0xFFFF], pairs_[index >> 48]);
    // Each flush waits for the one before it, so one for all eight where that is possible.
    if (low.count + high.count <= 56) {
      out.put(low.bits | high.bits << low.count, low.count + high.count);
    } else {
      out.put(low.bits, low.count);
      out.flush();
      out.put(high.bits, high.count);
    }
    out.flush();
    return true;
  }

 private:
  static constexpr unsigned kLowest = 32, kValues = 64;
  struct Bits {
    std::uint64_t bits;
    unsigned count;
  };
  [[gnu::always_inline]] static Bits two(std::uint32_t a, std::uint32_t b) {
    return {(a & 0xFFFFFF) | std::uint64_t{b & 0xFFFFFF} << (a >> 24), (a >> 24) + (b >> 24)};
  }
  std::uint32_t pairs_[kValues * kValues];  // code | bits << 24, by second * kValues + first
};
#endif

template <class Pairs>
inline void put_literals(const std::uint8_t* p, std::size_t count, const BlockCodes& codes,
                         const Pairs& pairs, BitWriter& out) {
  const CodeEntry* code = codes.litlen;
  std::size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    if (pairs.put_eight(p + k, out)) continue;
    put_four(p + k, code, out);
    put_four(p + k + 4, code, out);
  }
  if (k + 4 <= count) {
    put_four(p + k, code, out);
    k += 4;
  }
  for (; k < count; ++k) out.put(code[p[k]] & 0xFFFF, code[p[k]] >> 16);
}

template <class Pairs>
void write_all(const std::uint8_t* literals, const Token* tokens, std::size_t count, const BlockCodes& codes,
               const Pairs& pairs, BitWriter& out) {
  BitWriter bits = out;  // a copy that can live in registers
  for (const Token* token = tokens; token != tokens + count; ++token) {
    put_literals(literals, token->literals, codes, pairs, bits);
    literals += token->literals + token->length;
    if (token->length == 0) {
      bits.flush();
      continue;
    }
    const std::uint32_t length = codes.length[token->length];
    static_assert(3 * kMaxCodeBits + kMaxCodeBits + 5 + 7 <= 64);  // the last literals and the length
    bits.put(length & 0xFFFFFF, length >> 24);
    bits.flush();
    const unsigned symbol = distance_symbol(token->distance);
    const CodeEntry distance = codes.distance[symbol];
    bits.put(distance & 0xFFFF, distance >> 16);
    bits.put(token->distance - kSymbolTables.distance_base[symbol],
             kSymbolTables.distance_extra_bits[symbol]);
    bits.flush();
  }
  out = bits;
}

void write_tokens(const std::uint8_t* literals, const Token* tokens, std::size_t count,
                  const BlockCodes& codes, BitWriter& out) {
#ifdef __AVX2__
  // Flat bands have few literals, and would only make the table.
  constexpr std::size_t kWorthATable = 32768;
  std::size_t literal_count = 0;
  for (const Token* token = tokens; token != tokens + count; ++token) literal_count += token->literals;
  if (literal_count >= kWorthATable) {
    write_all(literals, tokens, count, codes, PairCodes(codes), out);
    return;
  }
#endif
  write_all(literals, tokens, count, codes, OneByOne(), out);
}

}  // namespace
}  // namespace framespool::png
