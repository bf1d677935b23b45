#include "capture/preload/picture.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "capture/preload/clock/real_calls.h"

namespace framespool::preload {
namespace {

using Pixel [[gnu::may_alias]] = std::uint32_t;
constexpr std::uint32_t kAlpha = 0xff000000;
constexpr std::size_t kBytesPerPixel = 4;

thread_local PictureJob* current __attribute__((tls_model("initial-exec"))) = nullptr;

// Written past the caches where the processor can: the lines of a slot need not be fetched first. SSE2 belongs to every
// x86-64 processor (the compiler says so by __SSE2__), so nothing is to be chosen at run time; elsewhere the loop below does all.
void copy_row(Pixel* __restrict to, const Pixel* __restrict from, std::size_t count, std::uint32_t alpha) {
  std::size_t i = 0;
#ifdef __SSE2__
  const __m128i mask = _mm_set1_epi32(static_cast<int>(alpha));
  for (; i < count && reinterpret_cast<std::uintptr_t>(to + i) % sizeof mask != 0; ++i) to[i] = from[i] | alpha;
  for (; i + 4 <= count; i += 4) {
    const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_or_si128(four, mask));
  }
#endif
  for (; i < count; ++i) to[i] = from[i] | alpha;
}

bool is_equal_row(const Pixel* a, const Pixel* b, std::size_t count, std::uint32_t alpha) {
  std::uint32_t differs = 0;
  for (std::size_t i = 0; i < count; ++i) differs |= a[i] ^ (b[i] | alpha);
  return differs == 0;
}

bool has_colour(const Pixel* row, std::size_t count) {
  std::uint32_t differs = 0;
  for (std::size_t i = 0; i < count; ++i) differs |= (row[i] ^ (row[i] >> 16)) & 0xff;
  return differs != 0;
}

}  // namespace

PictureJob* job_of_this_swap() { return current; }
void set_job_of_this_swap(PictureJob* job) { current = job; }

void add_part(PictureJob& job, const PicturePart& part) {
  using Address = std::uintptr_t;
  const Address data = reinterpret_cast<Address>(part.data), begin = data - part.stride * static_cast<Address>(part.y);
  const bool is_another = job.memory != nullptr && reinterpret_cast<Address>(job.memory) != begin;
  if (is_another && job.kind == PictureJob::Kind::copy) return;
  const bool fits = !is_another && part.data != nullptr && data % kBytesPerPixel == 0 &&
                    part.stride % kBytesPerPixel == 0 && part.stride / kBytesPerPixel >= part.width && part.x == 0 &&
                    part.width >= job.width && part.y >= 0 && static_cast<std::uint32_t>(part.y) == job.rows;
  if (job.is_unfit || !fits) {
    job.is_unfit = true;
    return;
  }
  job.memory = reinterpret_cast<const void*>(begin);
  const std::int64_t begun_ns = clock::real_now_ns();
  const std::uint32_t alpha = job.has_alpha ? 0 : kAlpha;
  const auto* from = static_cast<const Pixel*>(part.data);
  const auto row_of_frame = [&](std::uint32_t row) { return job.pixels + std::size_t{row} * job.width; };
  for (std::uint32_t i = 0; i < part.height && job.rows < job.height; ++i, ++job.rows) {
    const Pixel* row = from + part.stride / kBytesPerPixel * i;
    Pixel* own = row_of_frame(job.height - 1 - job.rows);
    if (job.kind == PictureJob::Kind::copy) {
      copy_row(own, row, job.width, alpha);
      continue;
    }
    job.is_equal = job.is_equal && is_equal_row(own, row, job.width, alpha);
    job.has_colour = job.has_colour || has_colour(row, job.width);
    job.has_direction = job.has_direction || !is_equal_row(row_of_frame(job.rows), row, job.width, alpha);
  }
#ifdef __SSE2__
  _mm_sfence();
#endif
  job.took_ns += clock::real_now_ns() - begun_ns;
  if (job.is_whole() && job.when_whole != nullptr) job.when_whole(job.owner);
}

PictureTrial::Use PictureTrial::next(bool tried, std::uint32_t width, std::uint32_t height) {
  if (is_off_) return Use::none;
  if (width != width_ || height != height_) {
    width_ = width;
    height_ = height;
    proofs_ = 0;
  }
  if (proofs_ == 0) memory_ = nullptr;
  ++frames_;
  if (proofs_ >= kProofs) return frames_ % kCheckEvery == 0 ? Use::compare : Use::copy;
  return tried || frames_ % kLookEvery == 0 ? Use::compare : Use::none;
}

void PictureTrial::count(const PictureJob& job) {
  if (!job.is_whole()) {
    is_off_ = job.is_unfit || ++missing_ >= kMostMissing;
    proofs_ = 0;
    return;
  }
  if (job.kind == PictureJob::Kind::copy) return;
  if (!job.is_equal) is_off_ = true;
  if (proofs_ >= kProofs || !job.has_colour || !job.has_direction) return;
  ++proofs_;
  memory_ = job.memory;
}

}  // namespace framespool::preload
