// A layer between us and the driver that lets the program out of its swaps: calls the program's own in_swap(0) before the real swap
// and in_swap(1) behind it, which may not return.
#include <dlfcn.h>

namespace {

// A program that loads OpenGL by name has it in nobody's reach.
template <class Function>
Function next(const char* name, const char* library) {
  void* found = dlsym(RTLD_NEXT, name);
  return reinterpret_cast<Function>(found != nullptr ? found : dlsym(dlopen(library, RTLD_LAZY), name));
}

void tell_program(int is_over) {
  using InSwap = void (*)(int);
  static const auto in_swap = reinterpret_cast<InSwap>(dlsym(RTLD_DEFAULT, "in_swap"));
  if (in_swap != nullptr) in_swap(is_over);
}

}  // namespace

#define LAYER extern "C" __attribute__((visibility("default")))

LAYER void glXSwapBuffers(void* display, unsigned long drawable) {
  tell_program(0);
  static const auto real = next<decltype(&glXSwapBuffers)>("glXSwapBuffers", "libGL.so.1");
  real(display, drawable);
  tell_program(1);
}
LAYER unsigned eglSwapBuffers(void* display, void* surface) {
  tell_program(0);
  static const auto real = next<decltype(&eglSwapBuffers)>("eglSwapBuffers", "libEGL.so.1");
  const unsigned done = real(display, surface);
  tell_program(1);
  return done;
}
