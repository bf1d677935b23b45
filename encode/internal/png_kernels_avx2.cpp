// Compiled with -mavx2 -mbmi -mbmi2 (encode/CMakeLists.txt). Nothing but png_kernels_core.h may be used in
// here: an inline function of the standard library compiled here could be the copy the linker keeps for
// everybody.
#if defined(__x86_64__)

#include "encode/internal/png_kernels_core.h"

#ifndef __AVX2__
#error "png_kernels_avx2.cpp must be compiled for AVX2"
#endif

namespace framespool::png {

const PngKernels* avx2_kernels() {
  static constexpr PngKernels kernels = make_kernels("avx2");
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
             ? &kernels
             : nullptr;
}

}  // namespace framespool::png

#endif
