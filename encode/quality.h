// How alike two pictures are. Pure.
//
// PSNR: 10 log10(peak^2 / MSE) in dB, with the mean squared error over all samples counted (ITU-T J.340,
// clause 6, there for one channel); infinite for equal pictures.
//
// SSIM: Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
// Similarity", IEEE Transactions on Image Processing 13 (4), 2004, equation 13, with K1 = 0.01 and K2 = 0.03
// of its section III.B. The windows are 8 x 8 samples of equal weight, one every 4 samples, as in section
// III.C before the smoothing and as x264 and FFmpeg have them; variances are over the 64 samples. The result
// is the mean over all windows: 1 for equal planes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace framespool {

// One plane of samples, 8 bits or (Sample = std::uint16_t) more. Borrowed.
template <class Sample>
struct SamplePlane {
  const Sample* data = nullptr;
  std::size_t stride = 0;  // samples from row to row
  std::size_t width = 0;
  std::size_t height = 0;
};

struct SquaredError {
  std::uint64_t sum = 0;
  std::uint64_t samples = 0;
  SquaredError& operator+=(const SquaredError& other) {
    sum += other.sum;
    samples += other.samples;
    return *this;
  }
};

// Both planes of the same size.
template <class Sample>
[[nodiscard]] SquaredError squared_error(const SamplePlane<Sample>& a, const SamplePlane<Sample>& b);

// `peak`: the greatest sample, 255 or 1023.
[[nodiscard]] double psnr_db(const SquaredError& error, double peak);

// Keeps two rows of block sums from call to call: no allocation once it has seen the width.
class Ssim {
 public:
  // Both planes of the same size. Planes smaller than a window are one window.
  template <class Sample>
  [[nodiscard]] double operator()(const SamplePlane<Sample>& a, const SamplePlane<Sample>& b, double peak);

 private:
  struct Sums {
    std::uint64_t a = 0, b = 0, squares = 0, product = 0;
  };
  template <class Sample>
  static Sums sums_of(const SamplePlane<Sample>& a, const SamplePlane<Sample>& b, std::size_t x,
                      std::size_t y, std::size_t width, std::size_t height);
  static double similarity(const Sums& sums, double samples, double peak);
  std::vector<Sums> above_, below_;
};

}  // namespace framespool
