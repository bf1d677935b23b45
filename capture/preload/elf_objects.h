// Looks symbols up in the loaded objects by reading their tables, because dlsym itself is one of our hooks.
// Changes no dlerror() state, allocates nothing, needs no constructor to have run.
#pragma once

#include <atomic>

namespace framespool::preload {

// The first function called `name` in the objects loaded after this library: what RTLD_NEXT means, but
// objects that were loaded with RTLD_LOCAL count too. nullptr when there is none. Safe while other threads
// load and unload; not to be called from an interposed allocation or loader function.
[[nodiscard]] void* next_definition(const char* name);

// The same without the loader's lock: for functions of the C library, which is never unloaded. Calls nothing
// at all, so that it also works before anything is initialised.
[[nodiscard]] void* next_definition_early(const char* name);

// Whether the object that the instruction at `code` belongs to defines a function called `name` itself.
[[nodiscard]] bool object_at_defines(const void* code, const char* name);

// The function called `name` in the loaded library `soname` ("libEGL.so"), whoever stands in front of it.
[[nodiscard]] void* definition_in_library(const char* soname, const char* name);

// Whether `path` names the library `soname`, with whatever numbers behind: "libGL.so" is /usr/lib/libGL.so.1.7.0 too. A
// program that was loaded with the name for developers has it under that name.
[[nodiscard]] bool is_library(const char* path, const char* soname);

// The loaded object that `address` lies in will not be unloaded any more.
void pin_object_at(const void* address);

// next_definition(name), looked up once: remembered in `slot`, its library kept loaded.
[[nodiscard]] void* next_definition_kept(std::atomic<void*>& slot, const char* name);

// strcmp() == 0 without the C library: sanitizers replace its functions by ones that do not work early.
[[nodiscard]] inline bool same_text(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

}  // namespace framespool::preload
