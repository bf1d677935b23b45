#include "capture/preload/clock/caller.h"

#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <cstdint>

namespace framespool::preload::clock {
namespace {

// Beginnings of file names.
constexpr const char* kRealClock[] = {
    // OpenGL, its drivers and what these are made of
    "libGL.so", "libGLX", "libEGL", "libGLES", "libOpenGL.so", "libGLdispatch", "libglapi", "libgallium", "libgbm",
    "libdrm", "libLLVM", "libvulkan", "libnvidia", "libcuda", "libOSMesa", "egltrace", "glxtrace",
    // window systems
    "libX11", "libxcb", "libXext", "libXi.so", "libXrandr", "libXfixes", "libXcursor", "libXrender", "libXss",
    "libXxf86vm", "libXinerama", "libxshmfence", "libXau", "libXdmcp", "libxkbcommon", "libwayland-",
    // sound
    "libasound", "libpulse", "libpipewire", "libspa-", "libjack",
    // keys that must stay secret
    "libcrypto", "libssl", "libgnutls", "libgcrypt", "libnss3", "libfreebl",
    // this library, the loader and the sanitizers
    "libframespool-preload", "ld-linux", "libasan", "libtsan", "libubsan", "liblsan"};

// Whoever is linked with one of these draws, whether or not he has called OpenGL yet.
constexpr const char* kDrawing[] = {"libGL.so",   "libGLX.so",  "libEGL.so",    "libOpenGL.so", "libGLESv2.so",
                                    "libglfw.so", "libSDL2-2.", "libSDL-1.",    "libSDL3.so",   "libepoxy.so",
                                    "libQt5Gui",  "libQt6Gui",  "libgtk-3.so",  "libgtk-4.so",  "libglut.so",
                                    "libGLEW.so", "liballegro", "libsfml-window"};

const char* base_name(const char* path) {
  const char* name = path;
  for (const char* at = path; *at != '\0'; ++at)
    if (*at == '/') name = at + 1;
  return name;
}

bool begins_with(const char* text, const char* beginning) {
  for (; *beginning != '\0'; ++text, ++beginning)
    if (*text != *beginning) return false;
  return true;
}

bool ends_with_dri(const char* name) {  // swrast_dri.so
  for (; *name != '\0'; ++name)
    if (begins_with(name, "_dri.so")) return true;
  return false;
}

// The file of the library that holds `address`, or nullptr. Takes no lock and may be called from a signal handler, unlike
// dladdr().
const char* library_of(const void* address) {
  dl_find_object object{};
  if (_dl_find_object(const_cast<void*>(address), &object) != 0 || object.dlfo_link_map == nullptr) return nullptr;
  return object.dlfo_link_map->l_name;
}

constexpr std::uintptr_t kEntries = 4096;  // a power of two
std::atomic<std::uintptr_t> answers[kEntries];  // address * 2 + answer

}  // namespace

bool is_real_clock_library(const char* path) {
  const char* name = base_name(path);
  for (const char* known : kRealClock)
    if (begins_with(name, known)) return true;
  return ends_with_dri(name);
}

bool is_in_library(const void* address, const char* name) {
  const char* path = library_of(address);
  return path != nullptr && begins_with(base_name(path), name);
}

bool keeps_real_clock(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  std::atomic<std::uintptr_t>& slot = answers[(at ^ (at >> 12)) & (kEntries - 1)];
  const std::uintptr_t known = slot.load(std::memory_order_relaxed);
  if (known >> 1 == at) return (known & 1) != 0;
  const char* path = library_of(address);
  const bool answer = path != nullptr && is_real_clock_library(path);
  slot.store(at << 1 | (answer ? 1U : 0U), std::memory_order_relaxed);
  return answer;
}

bool opengl_is_loaded() {
  for (const link_map* object = _r_debug.r_map; object != nullptr; object = object->l_next) {
    if (object->l_name == nullptr) continue;
    const char* name = base_name(object->l_name);
    for (const char* known : kDrawing)
      if (begins_with(name, known)) return true;
  }
  return false;
}

}  // namespace framespool::preload::clock
