#include "capture/preload/clock/sound.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/preload/clock/real_calls.h"

namespace framespool::preload::clock {
namespace {

bool contains(const char* text, const char* part) {
  for (; *text != '\0'; ++text) {
    int at = 0;
    while (part[at] != '\0' && text[at] == part[at]) ++at;
    if (part[at] == '\0') return true;
  }
  return false;
}

bool is_sound(int folder, const char* name) {
  char target[128] = {};
  if (readlinkat(folder, name, target, sizeof target - 1) <= 0) return false;
  if (contains(target, "/dev/snd/pcm") || contains(target, "/dev/dsp")) return true;
  if (!contains(target, "socket:")) return false;
  int descriptor = 0;
  for (const char* digit = name; *digit >= '0' && *digit <= '9'; ++digit)
    descriptor = descriptor * 10 + (*digit - '0');
  sockaddr_un address{};
  socklen_t bytes = sizeof address - 1;
  if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &bytes) != 0 || address.sun_family != AF_UNIX)
    return false;
  return contains(address.sun_path, "/pulse/") || contains(address.sun_path, "pipewire") ||
         contains(address.sun_path, "jack");
}

}  // namespace

bool sound_is_open() {
  const int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  bool found = false;
  alignas(dirent64) char bytes[2048];
  for (;;) {
    const long got = real_syscall()(SYS_getdents64, folder, bytes, sizeof bytes);
    if (got <= 0 || found) break;
    for (long at = 0; at < got && !found;) {
      const auto* entry = reinterpret_cast<const dirent64*>(bytes + at);
      at += entry->d_reclen;
      found = is_sound(folder, entry->d_name);
    }
  }
  close(folder);
  return found;
}

}  // namespace framespool::preload::clock
