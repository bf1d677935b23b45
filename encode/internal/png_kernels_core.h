// The one source of the plain and of the AVX2 kernels: this file and png_kernels_{rows,runs,pixels,bits}.h
// are included by png_kernels_plain.cpp and png_kernels_avx2.cpp and by nobody else. Everything has internal
// linkage and uses no function of the standard library, because the two files are compiled for different
// processors. Where vector code and plain code differ, they stand side by side under `#ifdef __AVX2__`, and
// compute the same.
#pragma once

#include <bit>

#include "encode/internal/png_kernels_bits.h"
#include "encode/internal/png_kernels_pixels.h"
#include "encode/internal/png_kernels_rows.h"
#include "encode/internal/png_kernels_runs.h"

namespace framespool::png {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the parsers and the bit writer load bytes as little-endian words");

constexpr PngKernels make_kernels(const char* name) {
  return {name, pack_row, row_costs, novel_pixels, filter_row, parse_runs, parse_pixels, write_tokens};
}

}  // namespace
}  // namespace framespool::png
