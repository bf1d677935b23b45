// dlsym and dlvsym: toolkits that load OpenGL by name (GLFW, SDL, Qt, Python) find our functions through
// these.
//
// Whatever is none of our business goes on to the next dlsym by a tail call, a jump: dlsym looks at its
// return address to know who asks, which is what RTLD_NEXT, RTLD_DEFAULT and link-map name spaces go by. This
// file is always compiled so that it is one (see CMakeLists.txt), and a test asks with RTLD_NEXT through it.
//
// Sanitizers call dlsym before anything is initialised: until a name is one of ours nothing outside this
// library is called and nothing is allocated.
#include <dlfcn.h>

#include <atomic>

#include "capture/preload/clock/process.h"
#include "capture/preload/elf_objects.h"
#include "capture/preload/hooks.h"
#include "capture/preload/notices.h"

namespace framespool::preload {
namespace {

using DlsymFunction = void* (*)(void*, const char*);
using DlvsymFunction = void* (*)(void*, const char*, const char*);

std::atomic<DlsymFunction> next_dlsym;
std::atomic<DlvsymFunction> next_dlvsym;

template <class Function>
Function resolved(std::atomic<Function>& slot, const char* name) {
  Function known = slot.load(std::memory_order_relaxed);
  if (known == nullptr) {
    known = reinterpret_cast<Function>(next_definition_early(name));
    slot.store(known, std::memory_order_relaxed);
  }
  return known;
}

// Most look-ups end here.
Hook wanted(void* handle, const char* name) {
  if (name == nullptr || (name[0] != 'g' && name[0] != 'e' && name[0] != 'X' && name[0] != 'v'))
    return Hook::none;
  // Who asks for the next one stands in front of others himself.
  return handle == RTLD_NEXT ? Hook::none : hook_called(name);
}

void* answer(Hook hook, const char* name, void* real, const void* caller) {
  if (real == nullptr) return nullptr;
  if (name[0] == 'g' || name[0] == 'e') tell_once(channel::NoticeKind::loaded);
  return instead_of(hook, real, caller);
}

}  // namespace
}  // namespace framespool::preload

FRAMESPOOL_EXPORT void* dlsym(void* __restrict handle, const char* __restrict name) noexcept {
  using namespace framespool::preload;
  const DlsymFunction next = resolved(next_dlsym, "dlsym");
  const Hook hook = wanted(handle, name);
  if (hook == Hook::none) return next(handle, name);
  clock::program_draws();
  void* real = next(handle, name);
  return answer(hook, name, real, __builtin_return_address(0));
}

FRAMESPOOL_EXPORT void* dlvsym(void* __restrict handle, const char* __restrict name,
                               const char* __restrict version) noexcept {
  using namespace framespool::preload;
  const DlvsymFunction next = resolved(next_dlvsym, "dlvsym");
  const Hook hook = wanted(handle, name);
  if (hook == Hook::none) return next(handle, name, version);
  clock::program_draws();
  void* real = next(handle, name, version);
  return answer(hook, name, real, __builtin_return_address(0));
}
