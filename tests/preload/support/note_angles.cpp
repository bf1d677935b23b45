// Notes by how much a program turns: the angle of each of its glRotatef(), one float behind the other in ANGLES_FILE.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

extern "C" __attribute__((visibility("default"))) void glRotatef(float angle, float x, float y, float z) {
  static const auto real = reinterpret_cast<decltype(&glRotatef)>(dlsym(RTLD_NEXT, "glRotatef"));
  static const char* path = getenv("ANGLES_FILE");
  static const int file = path == nullptr ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file >= 0 && write(file, &angle, sizeof angle) < 0) abort();
  real(angle, x, y, z);
}
