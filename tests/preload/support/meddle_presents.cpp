// What a driver might do one day with the pictures that it sends to the X server. Stands between the driver and what is
// preloaded behind it; OpenGL knows nothing of it. N counts from 1.
//   MEDDLE_PAINT_FROM=N   the Nth picture and all after it have one byte changed, as by an overlay
//   MEDDLE_HIDE_FROM=N    they go past every library but COUNT_PRESENTS_LIBRARY, as by a function that nobody hooks
#include <dlfcn.h>
#include <stdlib.h>

#include <atomic>

#include "tests/preload/support/driver_caller.h"

namespace {

// Of Xlib's XImage, the beginning.
struct Image {
  int width, height, offset, format;
  char* data;
};

std::atomic<unsigned long> pictures = 0;

bool is_from(const char* variable, unsigned long number) {
  const char* from = getenv(variable);
  return from != nullptr && number >= strtoul(from, nullptr, 10);
}

// What others than a driver send goes straight to `library`: it is not to be counted as a driver's.
template <class Function>
Function meddle(const char* library, const char* name, void* picture, const void* caller) {
  if (!framespool::is_in(caller, {"libGLX_mesa", "libEGL_mesa"}))
    return reinterpret_cast<Function>(dlsym(dlopen(library, RTLD_LAZY), name));
  const unsigned long number = ++pictures;
  if (is_from("MEDDLE_PAINT_FROM", number)) static_cast<unsigned char*>(picture)[1] ^= 0x55;
  void* from = RTLD_NEXT;
  if (is_from("MEDDLE_HIDE_FROM", number)) from = dlopen(COUNT_PRESENTS_LIBRARY, RTLD_LAZY | RTLD_NOLOAD);
  return reinterpret_cast<Function>(dlsym(from, name));
}

}  // namespace

// Types spelled out, as in count_presents.cpp.
using Word = unsigned long;
#define MEDDLER extern "C" __attribute__((visibility("default")))

MEDDLER int XPutImage(void* d, Word w, void* gc, void* image, int a, int b, int c, int e, unsigned f, unsigned g) {
  const auto next = meddle<decltype(&XPutImage)>("libX11.so.6", "XPutImage", static_cast<Image*>(image)->data,
                                                 __builtin_return_address(0));
  return next(d, w, gc, image, a, b, c, e, f, g);
}
MEDDLER int XShmPutImage(void* d, Word w, void* gc, void* image, int a, int b, int c, int e, unsigned f, unsigned g,
                         int send) {
  const auto next = meddle<decltype(&XShmPutImage)>("libXext.so.6", "XShmPutImage", static_cast<Image*>(image)->data,
                                                    __builtin_return_address(0));
  return next(d, w, gc, image, a, b, c, e, f, g, send);
}
MEDDLER Word xcb_put_image(Word a, Word b, Word c, Word d, Word e, Word f, Word g, Word h, Word i, Word j, Word k,
                           Word l) {
  const auto next = meddle<decltype(&xcb_put_image)>("libxcb.so.1", "xcb_put_image", reinterpret_cast<void*>(l),
                                                     __builtin_return_address(0));
  return next(a, b, c, d, e, f, g, h, i, j, k, l);
}
