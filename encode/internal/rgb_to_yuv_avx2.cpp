// AVX2: 16 columns at a time. Only integer sums and one multiplication and one addition in single precision
// for each sample, no fused multiply-add: the bytes are those of the plain twin. This file alone is compiled
// with -mavx2 and therefore includes nothing whose inline functions could be shared with code that runs on
// processors without it.
#include "encode/internal/rgb_to_yuv_kernels.h"

#if defined(__AVX2__)

#include <immintrin.h>

namespace framespool::yuv {
namespace {

// Eight pixels (or sums of pixels) as pairs of 16-bit lanes: bytes 0 and 2 in one register, 1 and 3 in the
// other.
struct Pairs {
  __m256i even;  // R and B
  __m256i odd;   // G and alpha
};

struct WeightPairs {
  __m256i even;
  __m256i odd;  // the weight of alpha is 0
};

struct Constants {
  WeightPairs y, cb, cr;
  __m256 y_scale, cb_scale, cr_scale, y_offset, c_offset;
};

WeightPairs pair_weights(const std::int16_t (&w)[3]) {
  const auto pair = [](int low, int high) { return (high << 16) | (low & 0xffff); };
  return {_mm256_set1_epi32(pair(w[0], w[2])), _mm256_set1_epi32(pair(w[1], 0))};
}

Constants load_constants(const Context& context) {
  const auto& [weights, scale] = context;
  return {pair_weights(weights.y),        pair_weights(weights.cb),      pair_weights(weights.cr),
          _mm256_set1_ps(scale.y),        _mm256_set1_ps(scale.cb),      _mm256_set1_ps(scale.cr),
          _mm256_set1_ps(scale.y_offset), _mm256_set1_ps(scale.c_offset)};
}

__m256i load(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}
Pairs split(__m256i pixels) {
  return {_mm256_and_si256(pixels, _mm256_set1_epi16(0xff)), _mm256_srli_epi16(pixels, 8)};
}
Pairs add(Pairs a, Pairs b) {
  return {_mm256_add_epi16(a.even, b.even), _mm256_add_epi16(a.odd, b.odd)};
}
// Lanes 0 and 2 (or 1 and 3) of each half of a, then of b: from columns 0..7 and 8..15 the even columns in
// the order 0 2 8 10 | 4 6 12 14, or the odd ones.
template <int select>
__m256i every_second(__m256i a, __m256i b) {
  return _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), select));
}
template <int select>
Pairs every_second(Pairs a, Pairs b) {
  return {every_second<select>(a.even, b.even), every_second<select>(a.odd, b.odd)};
}

__m256i weigh(Pairs pixels, const WeightPairs& weights, __m256 scale, __m256 offset) {
  const __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(pixels.even, weights.even),
                                       _mm256_madd_epi16(pixels.odd, weights.odd));
  return _mm256_cvttps_epi32(_mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale), offset));
}

void store_half(void* to, __m128i value) {
  _mm_storeu_si128(static_cast<__m128i*>(to), value);
}
void store_quarter(void* to, __m128i value) {
  _mm_storel_epi64(static_cast<__m128i*>(to), value);
}

// a and b: 16 samples each, as packus_epi32 leaves them: 0-3 8-11 | 4-7 12-15.
void store_rows(std::uint8_t* a_to, std::uint8_t* b_to, __m256i a, __m256i b) {
  const __m256i both =
      _mm256_permutevar8x32_epi32(_mm256_packus_epi16(a, b), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  store_half(a_to, _mm256_castsi256_si128(both));
  store_half(b_to, _mm256_extracti128_si256(both, 1));
}
void store_rows(std::uint16_t* a_to, std::uint16_t* b_to, __m256i a, __m256i b) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(a_to), _mm256_permute4x64_epi64(a, 0xd8));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(b_to), _mm256_permute4x64_epi64(b, 0xd8));
}

// cb and cr: eight samples each in the order 0 1 4 5 | 2 3 6 7.
template <bool interleaved, typename Sample>
void store_chroma(Sample* cb_to, Sample* cr_to, __m256i cb, __m256i cr) {
  const __m256i words =
      _mm256_permutevar8x32_epi32(_mm256_packus_epi32(cb, cr), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  if constexpr (sizeof(Sample) == 2) {
    store_half(cb_to, _mm256_castsi256_si128(words));
    store_half(cr_to, _mm256_extracti128_si256(words, 1));
  } else {
    const __m256i bytes = _mm256_packus_epi16(words, words);
    const __m128i cb8 = _mm256_castsi256_si128(bytes);
    const __m128i cr8 = _mm256_extracti128_si256(bytes, 1);
    if constexpr (interleaved) {
      store_half(cb_to, _mm_unpacklo_epi8(cb8, cr8));
    } else {
      store_quarter(cb_to, cb8);
      store_quarter(cr_to, cr8);
    }
  }
}

// The columns one to the left of x..x+15, odd ones only; column -1 is column 0.
Pairs odd_columns_to_the_left(const std::uint8_t* pixels, std::size_t x) {
  const std::uint8_t* at = pixels + x * 4;
  const __m256i first =
      x > 0 ? load(at - 4) : _mm256_permutevar8x32_epi32(load(at), _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6));
  return split(every_second<0x88>(first, load(at + 28)));
}

}  // namespace

template <typename Sample, bool interleaved>
std::size_t avx2_420(const Context& context, const RowPair<Sample>& rows) {
  const Constants k = load_constants(context);
  const auto luma = [&](const Pairs& a, const Pairs& b) {
    return _mm256_packus_epi32(weigh(a, k.y, k.y_scale, k.y_offset), weigh(b, k.y, k.y_scale, k.y_offset));
  };
  std::size_t x = 0;
  for (; x + 16 <= rows.width; x += 16) {
    const std::uint8_t* const top = rows.top + x * 4;
    const std::uint8_t* const bottom = rows.bottom + x * 4;
    const Pairs top_a = split(load(top));
    const Pairs top_b = split(load(top + 32));
    const Pairs bottom_a = split(load(bottom));
    const Pairs bottom_b = split(load(bottom + 32));
    store_rows(rows.y_top + x, rows.y_bottom + x, luma(top_a, top_b), luma(bottom_a, bottom_b));

    const Pairs a = add(top_a, bottom_a);
    const Pairs b = add(top_b, bottom_b);
    const Pairs centre = every_second<0x88>(a, b);
    const Pairs left = add(odd_columns_to_the_left(rows.top, x), odd_columns_to_the_left(rows.bottom, x));
    const Pairs sum = add(add(left, every_second<0xdd>(a, b)), add(centre, centre));
    const __m256i cb = weigh(sum, k.cb, k.cb_scale, k.c_offset);
    const __m256i cr = weigh(sum, k.cr, k.cr_scale, k.c_offset);
    if constexpr (interleaved)
      store_chroma<true, Sample>(rows.cb + x, nullptr, cb, cr);
    else
      store_chroma<false, Sample>(rows.cb + x / 2, rows.cr + x / 2, cb, cr);
  }
  return x;
}

template <typename Sample>
std::size_t avx2_444(const Context& context, const Row<Sample>& row) {
  const Constants k = load_constants(context);
  std::size_t x = 0;
  for (; x + 16 <= row.width; x += 16) {
    const Pairs a = split(load(row.pixels + x * 4));
    const Pairs b = split(load(row.pixels + x * 4 + 32));
    const __m256i y =
        _mm256_packus_epi32(weigh(a, k.y, k.y_scale, k.y_offset), weigh(b, k.y, k.y_scale, k.y_offset));
    const __m256i cb =
        _mm256_packus_epi32(weigh(a, k.cb, k.cb_scale, k.c_offset), weigh(b, k.cb, k.cb_scale, k.c_offset));
    const __m256i cr =
        _mm256_packus_epi32(weigh(a, k.cr, k.cr_scale, k.c_offset), weigh(b, k.cr, k.cr_scale, k.c_offset));
    store_rows(row.y + x, row.cb + x, y, cb);
    store_rows(row.cr + x, row.cr + x, cr, cr);
  }
  return x;
}

}  // namespace framespool::yuv

#else

namespace framespool::yuv {

// Convert nothing and leave all columns to the plain code.
template <typename Sample, bool interleaved>
std::size_t avx2_420(const Context&, const RowPair<Sample>&) {
  return 0;
}
template <typename Sample>
std::size_t avx2_444(const Context&, const Row<Sample>&) {
  return 0;
}

}  // namespace framespool::yuv

#endif

namespace framespool::yuv {

template std::size_t avx2_420<std::uint8_t, false>(const Context&, const RowPair<std::uint8_t>&);
template std::size_t avx2_420<std::uint8_t, true>(const Context&, const RowPair<std::uint8_t>&);
template std::size_t avx2_420<std::uint16_t, false>(const Context&, const RowPair<std::uint16_t>&);
template std::size_t avx2_444<std::uint8_t>(const Context&, const Row<std::uint8_t>&);
template std::size_t avx2_444<std::uint16_t>(const Context&, const Row<std::uint16_t>&);

}  // namespace framespool::yuv
