// The functions of the window systems that this library puts itself in front of, each defined in one of
// *_hooks.cpp. The types are those of GLX and EGL, spelled out: no header of theirs is needed.
#pragma once

#include <cstdint>

#define FRAMESPOOL_EXPORT extern "C" __attribute__((visibility("default")))

namespace framespool::preload {

using Procedure = void (*)();

// X(result, name, parameters)
#define FRAMESPOOL_HOOKS(X)                                                                               \
  X(void, glXSwapBuffers, (void*, unsigned long))                                                         \
  X(std::int64_t, glXSwapBuffersMscOML, (void*, unsigned long, std::int64_t, std::int64_t, std::int64_t)) \
  X(framespool::preload::Procedure, glXGetProcAddress, (const unsigned char*))                            \
  X(framespool::preload::Procedure, glXGetProcAddressARB, (const unsigned char*))                         \
  X(int, glXMakeCurrent, (void*, unsigned long, void*))                                                   \
  X(int, glXMakeContextCurrent, (void*, unsigned long, unsigned long, void*))                             \
  X(void, glXDestroyContext, (void*, void*))                                                              \
  X(void, glXDestroyWindow, (void*, unsigned long))                                                       \
  X(int, XCloseDisplay, (void*))                                                                          \
  X(unsigned int, eglSwapBuffers, (void*, void*))                                                         \
  X(unsigned int, eglSwapBuffersWithDamageEXT, (void*, void*, const int*, int))                           \
  X(unsigned int, eglSwapBuffersWithDamageKHR, (void*, void*, const int*, int))                           \
  X(framespool::preload::Procedure, eglGetProcAddress, (const char*))                                     \
  X(unsigned int, eglMakeCurrent, (void*, void*, void*, void*))                                           \
  X(unsigned int, eglDestroyContext, (void*, void*))                                                      \
  X(unsigned int, eglDestroySurface, (void*, void*))                                                      \
  X(unsigned int, eglTerminate, (void*))                                                                  \
  X(int, vkCreateInstance, (const void*, const void*, void*))

enum class Hook : int {
#define FRAMESPOOL_HOOK_NAME(result, name, parameters) name,
  FRAMESPOOL_HOOKS(FRAMESPOOL_HOOK_NAME)
#undef FRAMESPOOL_HOOK_NAME
      none
};

#define FRAMESPOOL_HOOK_TYPE(result, name, parameters) using name##Function = result(*) parameters;
FRAMESPOOL_HOOKS(FRAMESPOOL_HOOK_TYPE)
#undef FRAMESPOOL_HOOK_TYPE

[[nodiscard]] Hook hook_called(const char* name);
[[nodiscard]] void* our_function(Hook hook);

// What the program would have called without us: the first such function in the objects loaded after this
// library, else what the window system's own GetProcAddress gave. nullptr while there is none. Its library
// stays loaded.
[[nodiscard]] void* next_function(Hook hook);
template <class Function>
[[nodiscard]] Function next_function(Hook hook) {
  return reinterpret_cast<Function>(next_function(hook));
}

// A look-up of `hook` by somebody at `caller` has found `real`. What he is to get instead: our function, or
// `real`.
//  - Whoever defines such a function himself is a layer like us or the implementation; he means what he asks
//  for.
//  - A second implementation beside the one we forward to (a program that brings its own) is left alone.
[[nodiscard]] void* instead_of(Hook hook, void* real, const void* caller);
// The same for GetProcAddress, which knows functions that no library exports.
[[nodiscard]] Procedure instead_of_procedure(const char* name, Procedure real);

// Knows whether a hook was called by the program itself: a driver's swap inside a swap, or a layer's, is not the program's.
//
// A layer or a signal handler may leave a hook by longjmp() or by an exception, and nothing here is then destroyed. So the
// outermost hook of a thread is believed to be still going on only while its scope lies above the present one in the stack and
// has its mark in it. Where a later, deeper call left just these bytes alone, its hook is taken for a nested one and only passes.
class HookScope {
 public:
  HookScope() : is_outermost_(!is_inside(outermost())) {
    if (!is_outermost_) return;
    Outermost& own = outermost();
    mark_ = ++own.scopes * 0x9e3779b97f4a7c15;
    own.scope = reinterpret_cast<std::uintptr_t>(this);
    own.mark = mark_;
  }
  ~HookScope() {
    if (!is_outermost_) return;
    outermost().scope = 0;
    mark_ = 0;
  }
  HookScope(const HookScope&) = delete;
  HookScope& operator=(const HookScope&) = delete;
  [[nodiscard]] bool is_outermost() const { return is_outermost_; }

 private:
  struct Outermost {
    std::uintptr_t scope = 0;  // 0: none
    std::uint64_t mark = 0;
    std::uint64_t scopes = 0;
  };
  static Outermost& outermost() {
    // In the block that every thread has from its start: the other kinds allocate when first touched.
    static thread_local Outermost value __attribute__((tls_model("initial-exec")));
    return value;
  }
  // Stacks grow downwards on every machine that this is for.
  [[nodiscard]] bool is_inside(const Outermost& other) const {
    if (other.scope <= reinterpret_cast<std::uintptr_t>(this)) return false;
    return reinterpret_cast<const HookScope*>(other.scope)->mark_ == other.mark;
  }

  volatile std::uint64_t mark_ = 0;
  const bool is_outermost_;
};

}  // namespace framespool::preload

#define FRAMESPOOL_DECLARE_HOOK(result, name, parameters) FRAMESPOOL_EXPORT result name parameters;
FRAMESPOOL_HOOKS(FRAMESPOOL_DECLARE_HOOK)
#undef FRAMESPOOL_DECLARE_HOOK
