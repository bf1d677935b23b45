#include "capture/preload/hooks.h"

#include <dlfcn.h>

#include <atomic>

#include "capture/preload/elf_objects.h"

namespace framespool::preload {
namespace {

constexpr int kHooks = static_cast<int>(Hook::none);

constexpr const char* kNames[] = {
#define FRAMESPOOL_HOOK_TEXT(result, name, parameters) #name,
    FRAMESPOOL_HOOKS(FRAMESPOOL_HOOK_TEXT)
#undef FRAMESPOOL_HOOK_TEXT
};

std::atomic<void*> nexts[kHooks];       // found in a library, or below
std::atomic<void*> procedures[kHooks];  // what GetProcAddress gave, for those that no library exports

// Libraries that all forward to one implementation, so that it does not matter which of them is called.
bool is_system_library(const void* function) {
  Dl_info place{};
  if (dladdr(function, &place) == 0) return false;
  for (const char* known : {"libGL.so", "libGLX.so", "libEGL.so", "libX11.so", "libvulkan.so"})
    if (is_library(place.dli_fname, known)) return true;
  return false;
}

}  // namespace

Hook hook_called(const char* name) {
  for (int i = 0; i < kHooks; ++i)
    if (same_text(name, kNames[i])) return static_cast<Hook>(i);
  return Hook::none;
}

void* our_function(Hook hook) {
  switch (hook) {
#define FRAMESPOOL_HOOK_ADDRESS(result, name, parameters) \
  case Hook::name:                                        \
    return reinterpret_cast<void*>(&::name);
    FRAMESPOOL_HOOKS(FRAMESPOOL_HOOK_ADDRESS)
#undef FRAMESPOOL_HOOK_ADDRESS
    case Hook::none:
      break;
  }
  return nullptr;
}

void* next_function(Hook hook) {
  const auto index = static_cast<int>(hook);
  void* found = next_definition_kept(nexts[index], kNames[index]);
  return found != nullptr ? found : procedures[index].load(std::memory_order_acquire);
}

void* instead_of(Hook hook, void* real, const void* caller) {
  if (real == our_function(hook)) {
    // Found in the global scope, where we stand too: without us, would anybody have been found?
    return next_function(hook) == nullptr ? nullptr : real;
  }
  if (object_at_defines(caller, kNames[static_cast<int>(hook)])) return real;
  if (real != next_function(hook) && !is_system_library(real)) return real;
  return our_function(hook);
}

Procedure instead_of_procedure(const char* name, Procedure real) {
  if (name == nullptr || real == nullptr) return real;
  const Hook hook = hook_called(name);
  if (hook == Hook::none) return real;
  procedures[static_cast<int>(hook)].store(reinterpret_cast<void*>(real), std::memory_order_release);
  return reinterpret_cast<Procedure>(our_function(hook));
}

}  // namespace framespool::preload
