#include "encode/internal/png_jump.h"

#include <csetjmp>
#include <cstdio>

namespace framespool {

bool run_until_jump(png_structp png, bool (*work)(png_structp, void*), void* context) noexcept {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  return work(png, context);
}

void keep_reason_and_jump(png_structp png, png_const_charp message) {
  auto& reason = *static_cast<PngReason*>(png_get_error_ptr(png));
  std::snprintf(reason.data(), reason.size(), "%s", message);
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

}  // namespace framespool
