// The one source of the plain and of the AVX2 kernels: included by png_kernels_plain.cpp and
// png_kernels_avx2.cpp and by nobody else. Everything has internal linkage and uses no function of the
// standard library but memcpy, because the two files are compiled for different processors. Where vector code
// and plain code differ, they stand side by side under `#ifdef __AVX2__`, and compute the same.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include <bit>
#include <cstring>

#include "encode/internal/png_kernels.h"

namespace framespool::png {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the parsers and the bit writer load bytes as little-endian words");

inline std::uint32_t load32(const std::uint8_t* p) {
  std::uint32_t v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline std::uint64_t load64(const std::uint8_t* p) {
  std::uint64_t v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

inline unsigned distance_symbol(unsigned distance) {
  if (distance <= 2) return distance - 1;
  const unsigned high = 31u - static_cast<unsigned>(__builtin_clz(distance - 1));
  return 2 * high + (((distance - 1) >> (high - 1)) & 1u);
}

// ---- packing ----

template <unsigned Channels, bool SwapRedBlue>
void pack_pixels(const std::uint8_t* source, std::size_t pixels, std::uint8_t* row) {
  std::size_t k = 0;
#ifdef __AVX2__
  // Eight pixels a step: within each half to twelve bytes, then the halves together.
  constexpr char r = SwapRedBlue ? 2 : 0, b = SwapRedBlue ? 0 : 2;
  __m256i order;
  if constexpr (Channels == 3) {
    order =
        _mm256_setr_epi8(r, 1, b, r + 4, 5, b + 4, r + 8, 9, b + 8, r + 12, 13, b + 12, -1, -1, -1, -1,  //
                         r, 1, b, r + 4, 5, b + 4, r + 8, 9, b + 8, r + 12, 13, b + 12, -1, -1, -1, -1);
  } else {
    order = _mm256_setr_epi8(r, 1, b, 3, r + 4, 5, b + 4, 7, r + 8, 9, b + 8, 11, r + 12, 13, b + 12, 15,  //
                             r, 1, b, 3, r + 4, 5, b + 4, 7, r + 8, 9, b + 8, 11, r + 12, 13, b + 12, 15);
  }
  const __m256i together = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  for (; k + 8 <= pixels; k += 8) {
    __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source + 4 * k));
    v = _mm256_shuffle_epi8(v, order);
    if constexpr (Channels == 3) v = _mm256_permutevar8x32_epi32(v, together);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + Channels * k), v);
  }
#endif
  for (; k < pixels; ++k) {
    const std::uint8_t* from = source + 4 * k;
    std::uint8_t* to = row + Channels * k;
    to[0] = from[SwapRedBlue ? 2 : 0];
    to[1] = from[1];
    to[2] = from[SwapRedBlue ? 0 : 2];
    if constexpr (Channels == 4) to[3] = from[3];
  }
}

void pack_row(const std::uint8_t* source, std::size_t pixels, SourceLayout layout, unsigned channels,
              std::uint8_t* row) {
  if (layout == SourceLayout::rgb8)
    __builtin_memcpy(row, source, pixels * 3);
  else if (layout == SourceLayout::rgba8 && channels == 4)
    __builtin_memcpy(row, source, pixels * 4);
  else if (layout == SourceLayout::rgba8)
    pack_pixels<3, false>(source, pixels, row);
  else if (channels == 4)
    pack_pixels<4, true>(source, pixels, row);
  else
    pack_pixels<3, true>(source, pixels, row);
}

// ---- row filters ----

inline unsigned magnitude(std::uint8_t filtered) {
  return filtered < 128 ? filtered : 256u - filtered;
}

inline std::uint8_t paeth(unsigned left, unsigned above, unsigned corner) {
  const int to_left = static_cast<int>(above) - static_cast<int>(corner);
  const int to_above = static_cast<int>(left) - static_cast<int>(corner);
  const int a = to_left < 0 ? -to_left : to_left, b = to_above < 0 ? -to_above : to_above;
  const int both = to_left + to_above, c = both < 0 ? -both : both;
  return static_cast<std::uint8_t>(a <= b && a <= c ? left : b <= c ? above : corner);
}

inline std::uint8_t predicted(Filter filter, const std::uint8_t* row, const std::uint8_t* above, unsigned bpp,
                              std::size_t k) {
  switch (filter) {
    case Filter::none:
      return 0;
    case Filter::sub:
      return row[k - bpp];
    case Filter::up:
      return above[k];
    case Filter::average:
      return static_cast<std::uint8_t>((unsigned{row[k - bpp]} + above[k]) / 2);
    case Filter::paeth:
      return paeth(row[k - bpp], above[k], above[k - bpp]);
  }
  return 0;
}

#ifdef __AVX2__
struct Neighbours {
  __m256i here, left, above, corner;
};
inline Neighbours load_neighbours(const std::uint8_t* row, const std::uint8_t* above, unsigned bpp,
                                  std::size_t k) {
  const auto load = [](const std::uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  };
  return {load(row + k), load(row + k - bpp), load(above + k), load(above + k - bpp)};
}
inline __m256i distance_u8(__m256i a, __m256i b) {
  return _mm256_sub_epi8(_mm256_max_epu8(a, b), _mm256_min_epu8(a, b));
}
inline __m256i average_down(__m256i a, __m256i b) {  // pavgb rounds up
  return _mm256_sub_epi8(_mm256_avg_epu8(a, b),
                         _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_set1_epi8(1)));
}
// In bytes alone: with p = above - corner and q = left - corner, |p + q| is |p| + |q| where they point the
// same way (then it is the largest of the three, so saturating does no harm) and their difference where they
// do not.
inline __m256i paeth_prediction(const Neighbours& n) {
  const __m256i a = distance_u8(n.above, n.corner), b = distance_u8(n.left, n.corner);
  const __m256i above_up = _mm256_cmpeq_epi8(_mm256_max_epu8(n.above, n.corner), n.above);
  const __m256i left_up = _mm256_cmpeq_epi8(_mm256_max_epu8(n.left, n.corner), n.left);
  const __m256i opposite = _mm256_xor_si256(above_up, left_up);
  const __m256i c = _mm256_blendv_epi8(_mm256_adds_epu8(a, b), distance_u8(a, b), opposite);
  const __m256i take_left = _mm256_cmpeq_epi8(_mm256_min_epu8(a, _mm256_min_epu8(b, c)), a);
  const __m256i take_above = _mm256_cmpeq_epi8(_mm256_min_epu8(b, c), b);
  return _mm256_blendv_epi8(_mm256_blendv_epi8(n.corner, n.above, take_above), n.left, take_left);
}
inline std::uint64_t sum_of(__m256i sums) {
  return static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 0)) +
         static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 1)) +
         static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 2)) +
         static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 3));
}
#endif

void row_costs(const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes, unsigned bpp,
               RowCosts& costs) {
  costs = {};
  std::size_t k = 0;
#ifdef __AVX2__
  const __m256i zero = _mm256_setzero_si256();
  __m256i none = zero, sub = zero, up = zero, average = zero, paeth_sum = zero;
  const auto step = [&](std::size_t at, __m256i keep) {
    const Neighbours n = load_neighbours(row, above, bpp, at);
    const auto cost = [&](__m256i filtered) {
      return _mm256_sad_epu8(_mm256_and_si256(_mm256_abs_epi8(filtered), keep), zero);
    };
    const __m256i by_sub = _mm256_sub_epi8(n.here, n.left), by_up = _mm256_sub_epi8(n.here, n.above);
    none = _mm256_add_epi64(none, cost(n.here));
    sub = _mm256_add_epi64(sub, cost(by_sub));
    up = _mm256_add_epi64(up, cost(by_up));
    average = _mm256_add_epi64(average, cost(_mm256_sub_epi8(n.here, average_down(n.left, n.above))));
    paeth_sum = _mm256_add_epi64(paeth_sum, cost(_mm256_sub_epi8(n.here, paeth_prediction(n))));
  };
  const __m256i all = _mm256_set1_epi8(-1);
  for (; k + 32 <= bytes; k += 32) step(k, all);
  if (k < bytes) {
    alignas(32) static constexpr std::uint8_t kKeep[64] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    step(k, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kKeep + 32 - (bytes - k))));
    k = bytes;
  }
  costs.filter[0] = sum_of(none);
  costs.filter[1] = sum_of(sub);
  costs.filter[2] = sum_of(up);
  costs.filter[3] = sum_of(average);
  costs.filter[4] = sum_of(paeth_sum);
#endif
  for (; k < bytes; ++k) {
    for (unsigned f = 0; f < kFilters; ++f)
      costs.filter[f] += magnitude(
          static_cast<std::uint8_t>(row[k] - predicted(static_cast<Filter>(f), row, above, bpp, k)));
  }
}

std::size_t novel_pixels(const std::uint8_t* row, const std::uint8_t* above, std::size_t pixels,
                         unsigned bpp) {
  const std::uint32_t mask = bpp == 3 ? 0xFFFFFFu : 0xFFFFFFFFu;
  std::size_t novel = 0;
  for (std::size_t k = 0; k < pixels * bpp; k += bpp) {
    const std::uint32_t here = load32(row + k);
    // No branch: where the answer changes from pixel to pixel nothing could foretell it.
    novel += static_cast<std::size_t>(((here ^ load32(row + k - bpp)) & mask) != 0) &
             static_cast<std::size_t>(((here ^ load32(above + k)) & mask) != 0);
  }
  return novel;
}

template <Filter F>
void filter_by(const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes, unsigned bpp,
               std::uint8_t* filtered) {
  std::size_t k = 0;
#ifdef __AVX2__
  for (; k < bytes; k += 32) {
    const Neighbours n = load_neighbours(row, above, bpp, k);
    __m256i prediction;
    if constexpr (F == Filter::sub)
      prediction = n.left;
    else if constexpr (F == Filter::up)
      prediction = n.above;
    else if constexpr (F == Filter::average)
      prediction = average_down(n.left, n.above);
    else
      prediction = paeth_prediction(n);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(filtered + k), _mm256_sub_epi8(n.here, prediction));
  }
#endif
  for (; k < bytes; ++k) filtered[k] = static_cast<std::uint8_t>(row[k] - predicted(F, row, above, bpp, k));
}

void filter_row(Filter filter, const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes,
                unsigned bpp, std::uint8_t* filtered) {
  switch (filter) {
    case Filter::none:
      __builtin_memcpy(filtered, row, bytes);
      break;
    case Filter::sub:
      filter_by<Filter::sub>(row, above, bytes, bpp, filtered);
      break;
    case Filter::up:
      filter_by<Filter::up>(row, above, bytes, bpp, filtered);
      break;
    case Filter::average:
      filter_by<Filter::average>(row, above, bytes, bpp, filtered);
      break;
    case Filter::paeth:
      filter_by<Filter::paeth>(row, above, bytes, bpp, filtered);
      break;
  }
}

// ---- parsing ----

// Counts bytes in eight tables: adding to one cell twice in a row waits for the first sum, and most bytes are
// zero.
class ByteCounter {
 public:
  void add(const std::uint8_t* p, std::size_t count) {
    std::size_t k = 0;
    for (; k + 8 <= count; k += 8) {
      const std::uint64_t v = load64(p + k);
      for (unsigned lane = 0; lane < 8; ++lane) ++table_[lane][v >> (8 * lane) & 255];
    }
    for (; k < count; ++k) ++table_[0][p[k]];
  }
  void remove(std::uint8_t value, std::uint32_t count) { table_[0][value] -= count; }
  void add_to(SymbolCounts& counts) const {
    for (unsigned s = 0; s < 256; ++s)
      for (unsigned lane = 0; lane < 8; ++lane)
        counts.litlen[s] += table_[lane][s];  // modulo 2^32, so removals are fine
  }

 private:
  std::uint32_t table_[8][256] = {};
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
  ByteCounter counter;
  TokenWriter tokens(output);
  std::uint32_t literal_begin = input.begin;
  const auto emit = [&](std::uint32_t begin, std::uint32_t end) {
    tokens.add(begin - literal_begin, end - begin, bpp, kMaxMatch);
    literal_begin = end;
    // All bytes are counted as if they were literals; take these out again. They repeat with a period of one
    // pixel.
    const std::uint32_t length = end - begin;
    for (std::uint32_t k = 0; k < bpp; ++k) counter.remove(window[begin + k], (length - k + bpp - 1) / bpp);
  };

  counter.add(window + input.begin, input.end - input.begin);
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
  counter.add_to(*output.counts);
  tokens.finish(input.end - literal_begin);
}

// How many of the `limit` bytes at `p` equal those at `q`.
inline std::uint32_t match_length(const std::uint8_t* p, const std::uint8_t* q, std::uint32_t limit) {
  std::uint32_t k = 0;
#ifdef __AVX2__
  for (; k < limit; k += 32) {
    const __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + k)),
                                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q + k)));
    const std::uint32_t different = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(equal));
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

struct Match {
  std::uint32_t length = 0;
  std::uint32_t distance = 0;
  std::int32_t gain = 0;  // estimated bits saved against literals
};

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
    count_literals(input_.end);
    tokens_.finish(input_.end - literal_begin_);
  }

 private:
  static constexpr std::uint32_t kLongest = kMaxMatch / Bpp * Bpp;
  static constexpr std::uint32_t kPixelMask = Bpp == 3 ? 0xFFFFFFu : 0xFFFFFFFFu;
  // No hash look-up beside a match of this length, and no second thought.
  static constexpr std::uint32_t kGoodEnough = 16 * Bpp;
  static constexpr unsigned kContext = 6;  // pixels that a look-up for long matches goes by
  static constexpr unsigned kDepth = 4;    // candidates of one hash that are tried
  // What the Huffman codes of interfaces with text turn out to be, in bits. Extra bits of a distance come on
  // top where the distance is not always the same one.
  static constexpr std::int32_t kLiteralBits = 8;
  static constexpr std::int32_t kPixelBackBits = 7;
  static constexpr std::int32_t kRowBackBits = 19;
  static constexpr std::int32_t kPairBits = 9;
  static constexpr std::int32_t kSingleMatchBits = 8;
  // How much better a match one pixel later must be: the pixel before it costs its literals.
  static constexpr std::int32_t kSecondThoughtBits = 24;

  static std::uint32_t slot_of_pair(std::uint64_t first_eight) {
    const std::uint64_t pair = Bpp == 3 ? first_eight << 16 : first_eight;
    return static_cast<std::uint32_t>((pair * 0x9E3779B185EBCA87u) >> (64 - kHashBits));
  }
  // Of kContext pixels: text in two colours has four pairs, and all of them everywhere.
  static std::uint32_t slot_of_several(const std::uint8_t* p) {
    std::uint64_t hash = 0;
    for (unsigned k = 0; k < kContext; k += 2) {
      const std::uint64_t pair = load64(p + k * Bpp);
      hash = (hash ^ (Bpp == 3 ? pair << 16 : pair)) * 0x9E3779B185EBCA87u;
      hash ^= hash >> 29;
    }
    return static_cast<std::uint32_t>((hash * 0xC2B2AE3D27D4EB4Fu) >> (64 - kHashBits));
  }

  static std::uint32_t whole_pixels(std::uint32_t bytes) {
    return Bpp == 4 ? bytes & ~3u : bytes - bytes % 3;
  }

  std::uint32_t length_back(std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    return whole_pixels(match_length(input_.window + at, input_.window + at - distance, limit));
  }

  void consider(Match& best, std::uint32_t length, std::uint32_t distance, std::int32_t cost) const {
    const std::int32_t gain =
        static_cast<std::int32_t>(length < kLongest ? length : kLongest) * kLiteralBits - cost;
    // Runs go on for as many pieces as they need. Any other match ends with its first piece: what follows may
    // be a run, whose pieces cost a third.
    if (length && gain > best.gain)
      best = {distance == Bpp || length < kLongest ? length : kLongest, distance, gain};
  }

  static std::int32_t extra_bits(std::uint32_t distance) {
    return kSymbolTables.distance_extra_bits[distance_symbol(distance)];
  }

  // The best match at `at`, and `at` entered into the history.
  Match find(std::uint32_t at, std::uint32_t row_begin, std::uint32_t row_end) {
    const std::uint8_t* here = input_.window + at;
    const std::uint32_t limit = row_end - at;
    const std::uint32_t pixel = load32(here) & kPixelMask;
    Match best;
    if (at > row_begin + 1 && (load32(here - Bpp) & kPixelMask) == pixel)
      consider(best, length_back(at, Bpp, limit), Bpp, kPixelBackBits);
    if (above_known_ && at + to_stream_ > input_.row_bytes &&
        (load32(here - input_.row_bytes) & kPixelMask) == pixel)
      consider(best, length_back(at, input_.row_bytes, limit), input_.row_bytes, kRowBackBits);
    const std::uint32_t stream = at + to_stream_;
    std::uint32_t& single = single_slot(pixel);
    const std::uint32_t to_single = stream - single;
    single = stream;
    if (limit < 2 * Bpp) return best;
    std::uint32_t& pair = history_.pairs[slot_of_pair(load64(here))];
    const std::uint32_t to_pair = stream - pair;
    pair = stream;
    // Nothing behind the row's end may be looked at: behind the last row stands whatever memory held before.
    std::uint32_t distance = limit >= kContext * Bpp ? remember(at) : 0;
    if (best.length >= kGoodEnough) return best;
    const std::uint32_t farthest = stream < kMaxDistance ? stream : kMaxDistance;
    for (unsigned k = 0; k < kDepth && distance && distance <= farthest; ++k) {
      look_at(best, at, distance, limit);
      const std::uint32_t step = history_.back[(stream - distance) % kMaxDistance];
      if (!step) break;
      distance += step;
    }
    if (best.length < kContext * Bpp && to_pair - 1 < farthest) look_at(best, at, to_pair, limit);
    if (best.length <= Bpp && to_single - 1 < farthest && (load32(here - to_single) & kPixelMask) == pixel)
      consider(best, Bpp, to_single, kSingleMatchBits + extra_bits(to_single));
    return best;
  }

  void look_at(Match& best, std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    const std::uint32_t length = length_back(at, distance, limit);
    if (length >= 2 * Bpp) consider(best, length, distance, kPairBits + extra_bits(distance));
  }

  std::uint32_t& single_slot(std::uint32_t pixel) const {
    return history_.singles[(pixel * 0x9E3779B1u) >> (32 - kSingleBits)];
  }

  // Enters several pixels into the history; gives the distance back to its latest predecessor, 0 for none.
  std::uint32_t remember(std::uint32_t at) {
    const std::uint32_t stream = at + to_stream_;
    std::uint32_t& latest = history_.latest[slot_of_several(input_.window + at)];
    std::uint32_t distance = stream - latest;
    if (distance > kMaxDistance) distance = 0;
    history_.back[stream % kMaxDistance] = static_cast<std::uint16_t>(distance);
    latest = stream;
    return distance;
  }

  void parse_row(std::uint32_t row) {
    const std::uint32_t row_end = row + input_.row_bytes;
    std::uint32_t at = row + 1;  // the filter byte is a literal
    while (at < row_end) {
      Match match = find(at, row, row_end);
      if (match.gain <= 0) {
        at += Bpp;
        continue;
      }
      // A second thought: a longer match that begins one pixel later.
      while (match.length < kGoodEnough && at + Bpp < row_end) {
        const Match later = find(at + Bpp, row, row_end);
        if (later.gain <= match.gain + kSecondThoughtBits) break;
        at += Bpp;
        match = later;
      }
      const std::uint32_t end = at + match.length;
      // Of a long match only its end is entered into the history, where something new begins.
      if (end + kContext * Bpp <= row_end)
        for (std::uint32_t p = match.length <= kGoodEnough ? at + 2 * Bpp : end - 2 * Bpp; p < end;
             p += Bpp) {
          single_slot(load32(input_.window + p) & kPixelMask) = p + to_stream_;
          history_.pairs[slot_of_pair(load64(input_.window + p))] = p + to_stream_;
          remember(p);
        }
      // Backwards into the bytes before it, pixel or not.
      while (at > literal_begin_ && match.length < kLongest && match.distance <= at - 1 + to_stream_ &&
             input_.window[at - 1] == input_.window[at - 1 - match.distance]) {
        --at;
        ++match.length;
      }
      count_literals(at);
      tokens_.add(at - literal_begin_, match.length, match.distance, kLongest);
      at = literal_begin_ = end;
    }
  }

  void count_literals(std::uint32_t end) {
    for (std::uint32_t k = literal_begin_; k < end; ++k) ++output_.counts->litlen[input_.window[k]];
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

// ---- bits ----

inline void put_literals(const std::uint8_t* p, std::size_t count, const BlockCodes& codes, BitWriter& out) {
  const CodeEntry* code = codes.litlen;
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4) {
    // Two and two together first: fewer steps that wait for each other.
    const CodeEntry a = code[p[k]], b = code[p[k + 1]], c = code[p[k + 2]], d = code[p[k + 3]];
    const unsigned ab = (a >> 16) + (b >> 16), cd = (c >> 16) + (d >> 16);
    const std::uint64_t low = (a & 0xFFFF) | std::uint64_t{b & 0xFFFF} << (a >> 16);
    const std::uint64_t high = (c & 0xFFFF) | std::uint64_t{d & 0xFFFF} << (c >> 16);
    static_assert(4 * kMaxCodeBits + 7 <= 64);
    out.put(low | high << ab, ab + cd);
    out.flush();
  }
  for (; k < count; ++k) out.put(code[p[k]] & 0xFFFF, code[p[k]] >> 16);
  out.flush();
}

void write_tokens(const std::uint8_t* literals, const Token* tokens, std::size_t count,
                  const BlockCodes& codes, BitWriter& out) {
  BitWriter bits = out;  // a copy that can live in registers
  for (const Token* token = tokens; token != tokens + count; ++token) {
    put_literals(literals, token->literals, codes, bits);
    literals += token->literals + token->length;
    if (token->length == 0) continue;
    const std::uint32_t length = codes.length[token->length];
    bits.put(length & 0xFFFFFF, length >> 24);
    const unsigned symbol = distance_symbol(token->distance);
    const CodeEntry distance = codes.distance[symbol];
    bits.put(distance & 0xFFFF, distance >> 16);
    bits.put(token->distance - kSymbolTables.distance_base[symbol],
             kSymbolTables.distance_extra_bits[symbol]);
    bits.flush();
  }
  out = bits;
}

constexpr PngKernels make_kernels(const char* name) {
  return {name, pack_row, row_costs, novel_pixels, filter_row, parse_runs, parse_pixels, write_tokens};
}

}  // namespace
}  // namespace framespool::png
