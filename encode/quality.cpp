#include "encode/quality.h"

#include <cmath>
#include <limits>
#include <utility>

namespace framespool {
namespace {

constexpr std::size_t kBlock = 4;  // a window is two by two of them

}  // namespace

template <class Sample>
SquaredError squared_error(const SamplePlane<Sample>& a, const SamplePlane<Sample>& b) {
  SquaredError error;
  for (std::size_t y = 0; y < a.height; ++y) {
    const Sample* const row_a = a.data + y * a.stride;
    const Sample* const row_b = b.data + y * b.stride;
    std::uint64_t sum = 0;
    for (std::size_t x = 0; x < a.width; ++x) {
      const int difference = int{row_a[x]} - int{row_b[x]};
      sum += static_cast<std::uint32_t>(difference * difference);
    }
    error.sum += sum;
  }
  error.samples = std::uint64_t{a.width} * a.height;
  return error;
}

double psnr_db(const SquaredError& error, double peak) {
  if (error.sum == 0) return std::numeric_limits<double>::infinity();
  const double mean = static_cast<double>(error.sum) / static_cast<double>(error.samples);
  return 10 * std::log10(peak * peak / mean);
}

template <class Sample>
Ssim::Sums Ssim::sums_of(const SamplePlane<Sample>& a, const SamplePlane<Sample>& b, std::size_t x,
                         std::size_t y, std::size_t width, std::size_t height) {
  Sums sums;
  for (std::size_t row = y; row < y + height; ++row)
    for (std::size_t column = x; column < x + width; ++column) {
      const std::uint32_t p = a.data[row * a.stride + column], q = b.data[row * b.stride + column];
      sums.a += p;
      sums.b += q;
      sums.squares += p * p + q * q;
      sums.product += p * q;
    }
  return sums;
}

double Ssim::similarity(const Sums& sums, double samples, double peak) {
  const double c1 = 0.01 * peak * 0.01 * peak, c2 = 0.03 * peak * 0.03 * peak;
  const double mean_a = static_cast<double>(sums.a) / samples, mean_b = static_cast<double>(sums.b) / samples;
  // Only the sum of the two variances is needed.
  const double variances = static_cast<double>(sums.squares) / samples - mean_a * mean_a - mean_b * mean_b;
  const double covariance = static_cast<double>(sums.product) / samples - mean_a * mean_b;
  return (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
         ((mean_a * mean_a + mean_b * mean_b + c1) * (variances + c2));
}

template <class Sample>
double Ssim::operator()(const SamplePlane<Sample>& a, const SamplePlane<Sample>& b, double peak) {
  const std::size_t across = a.width / kBlock, down = a.height / kBlock;
  if (across < 2 || down < 2)
    return similarity(sums_of(a, b, 0, 0, a.width, a.height), static_cast<double>(a.width * a.height), peak);
  above_.resize(across);
  below_.resize(across);
  double total = 0;
  for (std::size_t row = 0; row < down; ++row) {
    std::swap(above_, below_);
    for (std::size_t i = 0; i < across; ++i)
      below_[i] = sums_of(a, b, i * kBlock, row * kBlock, kBlock, kBlock);
    if (row == 0) continue;
    for (std::size_t i = 0; i + 1 < across; ++i) {
      Sums window = above_[i];
      for (const Sums* part : {&above_[i + 1], &below_[i], &below_[i + 1]}) {
        window.a += part->a;
        window.b += part->b;
        window.squares += part->squares;
        window.product += part->product;
      }
      total += similarity(window, 4 * kBlock * kBlock, peak);
    }
  }
  return total / static_cast<double>((across - 1) * (down - 1));
}

template SquaredError squared_error(const SamplePlane<std::uint8_t>&, const SamplePlane<std::uint8_t>&);
template SquaredError squared_error(const SamplePlane<std::uint16_t>&, const SamplePlane<std::uint16_t>&);
template double Ssim::operator()(const SamplePlane<std::uint8_t>&, const SamplePlane<std::uint8_t>&, double);
template double Ssim::operator()(const SamplePlane<std::uint16_t>&, const SamplePlane<std::uint16_t>&,
                                 double);

}  // namespace framespool
