// A libGL.so.1 whose symbols have versions, so that dlvsym() can find them.
#include <dlfcn.h>

extern "C" __attribute__((visibility("default"))) void glXSwapBuffers(void* display, unsigned long drawable) {
  static const auto real =
      reinterpret_cast<void (*)(void*, unsigned long)>(dlsym(dlopen("libGL.so.1", RTLD_LAZY), "glXSwapBuffers"));
  real(display, drawable);
}
