// A layer between us and the driver, or alone in front of the driver: notes which OpenGL errors there are when a swap comes to it and
// when it is done, one line a swap in ERRORS_FILE ("500 | " is GL_INVALID_ENUM before, none after). Asking takes them away, so a program
// has to be watched like this with us and without us.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace {

using GetError = unsigned (*)();
constexpr int kMost = 4;  // without a context some drivers never stop

// A program that loads OpenGL by name has it in nobody's reach.
void* next(const char* name, const char* library) {
  void* found = dlsym(RTLD_NEXT, name);
  return found != nullptr ? found : dlsym(dlopen(library, RTLD_LAZY), name);
}

class Line {
 public:
  void ask(GetError get_error) {
    for (int i = 0; i < kMost && get_error != nullptr; ++i) {
      const unsigned error = get_error();
      if (error == 0) return;
      add("%x ", error);
    }
  }
  void add(const char* format, unsigned value = 0) {
    length_ += snprintf(text_ + length_, sizeof text_ - static_cast<unsigned>(length_), format, value);
  }
  void write_down() const {
    static const char* path = getenv("ERRORS_FILE");
    static const int file = path == nullptr ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file >= 0 && write(file, text_, static_cast<unsigned>(length_)) != length_) abort();
  }

 private:
  char text_[200] = {};
  int length_ = 0;
};

template <class Swap>
auto watch(GetError get_error, const Swap& swap) {
  Line line;
  line.ask(get_error);
  line.add("| ");
  const auto result = swap();
  line.ask(get_error);
  line.add("\n");
  line.write_down();
  return result;
}

}  // namespace

#define LAYER extern "C" __attribute__((visibility("default")))

LAYER void glXSwapBuffers(void* display, unsigned long drawable) {
  static const auto real = reinterpret_cast<decltype(&glXSwapBuffers)>(next("glXSwapBuffers", "libGL.so.1"));
  static const auto get_error = reinterpret_cast<GetError>(next("glGetError", "libGL.so.1"));
  watch(get_error, [&] {
    real(display, drawable);
    return 0;
  });
}
LAYER unsigned eglSwapBuffers(void* display, void* surface) {
  using GetProcAddress = void* (*)(const char*);
  static const auto real = reinterpret_cast<decltype(&eglSwapBuffers)>(next("eglSwapBuffers", "libEGL.so.1"));
  static const auto find = reinterpret_cast<GetProcAddress>(next("eglGetProcAddress", "libEGL.so.1"));
  static const auto get_error = reinterpret_cast<GetError>(find("glGetError"));
  return watch(get_error, [&] { return real(display, surface); });
}
