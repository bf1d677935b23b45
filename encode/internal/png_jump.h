// Where libpng jumps to when it gives up: one place for writing and reading.
#pragma once

#include <png.h>

#include <array>

namespace framespool {

using PngReason = std::array<char, 128>;  // libpng's words

// Calls work(png, context); false when it asked to stop by returning false or libpng jumped out of it.
// Nothing with a destructor may live in `work` or between it and libpng's callbacks.
[[nodiscard]] bool run_until_jump(png_structp png, bool (*work)(png_structp, void*), void* context) noexcept;

// libpng's error callback, for a PngReason as error_ptr.
[[noreturn]] void keep_reason_and_jump(png_structp png, png_const_charp message);
void ignore_warning(png_structp, png_const_charp);

}  // namespace framespool
