#include <cstdlib>

#include "encode/internal/png_kernels_core.h"

namespace framespool::png {

const PngKernels& plain_kernels() {
  static constexpr PngKernels kernels = make_kernels("plain");
  return kernels;
}

const PngKernels& best_kernels() {
  static const PngKernels& best = [&]() -> const PngKernels& {
    const char* plain = std::getenv("FRAMESPOOL_PLAIN");
    const PngKernels* vector = plain && *plain == '1' ? nullptr : avx2_kernels();
    return vector ? *vector : plain_kernels();
  }();
  return best;
}

#if !defined(__x86_64__)
const PngKernels* avx2_kernels() {
  return nullptr;
}
#endif

}  // namespace framespool::png
