// Who called a function, for libraries that stand between OpenGL's drivers and the X server.
#pragma once

#include <dlfcn.h>
#include <string.h>

#include <initializer_list>

namespace framespool {

// Whether `address` lies in a library whose file name holds one of `names`.
inline bool is_in(const void* address, std::initializer_list<const char*> names) {
  Dl_info place{};
  if (dladdr(address, &place) == 0 || place.dli_fname == nullptr) return false;
  for (const char* name : names)
    if (strstr(place.dli_fname, name) != nullptr) return true;
  return false;
}

}  // namespace framespool
