// Kernels on rows: packing pixels, weighing the row filters, filtering. See png_kernels_core.h for how it is
// compiled.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "encode/internal/png_kernels.h"

namespace framespool::png {
namespace {

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
  std::size_t novel = 0, k = 0;
#ifdef __AVX2__
  // Ten pixels a step, or eight of four bytes: bit k of a mask says that byte k is the neighbour's.
  const std::uint32_t starts = bpp == 3 ? 0x09249249u : 0x11111111u;
  const std::size_t step = bpp == 3 ? 30 : 32;
  const auto changed = [bpp](const std::uint8_t* here, const std::uint8_t* neighbour) {
    const auto equal = static_cast<std::uint32_t>(_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(here)),
                          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(neighbour)))));
    const std::uint32_t three = equal & equal >> 1 & equal >> 2;
    return ~(bpp == 3 ? three : three & equal >> 3);
  };
  for (; k + step <= pixels * bpp; k += step)
    novel += static_cast<std::size_t>(
        __builtin_popcount(changed(row + k, row + k - bpp) & changed(row + k, above + k) & starts));
#endif
  const std::uint32_t mask = bpp == 3 ? 0xFFFFFFu : 0xFFFFFFFFu;
  for (; k < pixels * bpp; k += bpp) {
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

}  // namespace
}  // namespace framespool::png
