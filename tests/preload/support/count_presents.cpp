// An independent witness: counts the images that OpenGL's drivers send to the X server, one for each buffer
// swap on the software driver. It stands below OpenGL and knows nothing of swaps, so that what the hooks miss
// is counted too. The count is the first word of COUNT_PRESENTS_FILE.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "tests/preload/support/driver_caller.h"

namespace {

// In the file itself, so that a program that is killed has told already.
std::atomic<std::uint64_t>* counter() {
  static std::atomic<std::uint64_t>* place = [] {
    static std::atomic<std::uint64_t> nowhere = 0;
    const char* file = getenv("COUNT_PRESENTS_FILE");
    const int descriptor = file == nullptr ? -1 : open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0 || ftruncate(descriptor, 4096) != 0) return &nowhere;
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    return memory == MAP_FAILED ? &nowhere : static_cast<std::atomic<std::uint64_t>*>(memory);
  }();
  return place;
}

// COUNT_PRESENTS_SLOW_MS makes each frame take so much longer, without the C library, whose sleeps may be others'.
void slow_down() {
#ifdef __x86_64__
  static const char* wanted = getenv("COUNT_PRESENTS_SLOW_MS");
  if (wanted == nullptr) return;
  const timespec time{.tv_sec = 0, .tv_nsec = atol(wanted) * 1'000'000};
  long result = SYS_nanosleep;
  asm volatile("syscall" : "+a"(result) : "D"(&time), "S"(nullptr) : "rcx", "r11", "memory");
#endif
}

void count(const void* caller) {
  if (!framespool::is_in(caller, {"libGLX_mesa", "libEGL_mesa", "libmeddle_presents"})) return;
  const std::uint64_t number = counter()->fetch_add(1) + 1;
  // COUNT_PRESENTS_KILL_AT=N kills the program before the Nth image is sent.
  static const char* last = getenv("COUNT_PRESENTS_KILL_AT");
  if (last != nullptr && number == strtoull(last, nullptr, 10)) kill(getpid(), SIGKILL);
  slow_down();
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// Xlib, libXext and XCB, their types spelled out: nothing here is looked into.
using Word = unsigned long;
#define WITNESS extern "C" __attribute__((visibility("default")))

WITNESS int XPutImage(void* d, Word w, void* gc, void* image, int a, int b, int c, int e, unsigned f,
                      unsigned g) {
  count(__builtin_return_address(0));
  static const auto real = next<decltype(&XPutImage)>("XPutImage");
  return real(d, w, gc, image, a, b, c, e, f, g);
}
WITNESS int XShmPutImage(void* d, Word w, void* gc, void* image, int a, int b, int c, int e, unsigned f,
                         unsigned g, int send) {
  count(__builtin_return_address(0));
  static const auto real = next<decltype(&XShmPutImage)>("XShmPutImage");
  return real(d, w, gc, image, a, b, c, e, f, g, send);
}
// Passed in registers and on the stack alike; a cookie is one word.
WITNESS Word xcb_put_image(Word a, Word b, Word c, Word d, Word e, Word f, Word g, Word h, Word i, Word j,
                           Word k, Word l) {
  count(__builtin_return_address(0));
  static const auto real = next<decltype(&xcb_put_image)>("xcb_put_image");
  return real(a, b, c, d, e, f, g, h, i, j, k, l);
}
WITNESS Word xcb_shm_put_image(Word a, Word b, Word c, Word d, Word e, Word f, Word g, Word h, Word i, Word j,
                               Word k, Word l, Word m, Word n, Word o, Word p) {
  count(__builtin_return_address(0));
  static const auto real = next<decltype(&xcb_shm_put_image)>("xcb_shm_put_image");
  return real(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
}
