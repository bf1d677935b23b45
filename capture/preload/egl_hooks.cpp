// EGL: the swaps of Wayland programs and of many X11 ones, and what ends a context or a surface.
#include "capture/preload/elf_objects.h"
#include "capture/preload/hooks.h"
#include "capture/preload/notices.h"
#include "capture/preload/platform.h"
#include "capture/preload/swap.h"

namespace framespool::preload {
namespace {

// EGL's functions behind any layer, so that a tracer does not see what we ask.
template <class Function>
Function system_function(const char* name) {
  if (void* found = definition_in_library("libEGL.so", name)) return reinterpret_cast<Function>(found);
  return reinterpret_cast<Function>(next_definition(name));
}

struct Egl {
  void* (*current_context)();
  void* (*current_surface)(int);
  unsigned int (*query_surface)(void*, void*, int, int*);
  Procedure (*get_proc_address)(const char*);
};

const Egl& egl() {
  static Egl functions;
  // Several threads may come here at once: all of them write the same.
  if (functions.get_proc_address == nullptr) {
    functions.current_context = system_function<decltype(Egl::current_context)>("eglGetCurrentContext");
    functions.current_surface = system_function<decltype(Egl::current_surface)>("eglGetCurrentSurface");
    functions.query_surface = system_function<decltype(Egl::query_surface)>("eglQuerySurface");
    functions.get_proc_address = system_function<decltype(Egl::get_proc_address)>("eglGetProcAddress");
  }
  return functions;
}

std::uint64_t number_of(const void* handle) {
  return reinterpret_cast<std::uintptr_t>(handle);
}

void* context_for(void*, std::uint64_t surface) {
  constexpr int kDraw = 0x3059, kRead = 0x305A;  // EGL_DRAW, EGL_READ
  const Egl& own = egl();
  if (own.current_context == nullptr || own.current_surface == nullptr) return nullptr;
  if (number_of(own.current_surface(kDraw)) != surface || number_of(own.current_surface(kRead)) != surface)
    return nullptr;
  return own.current_context();
}

void* current_context() {
  const Egl& own = egl();
  return own.current_context == nullptr ? nullptr : own.current_context();
}

bool size_of(void* display, std::uint64_t surface, std::uint32_t& width, std::uint32_t& height) {
  constexpr int kHeight = 0x3056, kWidth = 0x3057;  // EGL_HEIGHT, EGL_WIDTH
  const Egl& own = egl();
  if (own.query_surface == nullptr) return false;
  auto* handle = reinterpret_cast<void*>(static_cast<std::uintptr_t>(surface));
  int answer[2] = {};
  if (own.query_surface(display, handle, kWidth, &answer[0]) == 0 ||
      own.query_surface(display, handle, kHeight, &answer[1]) == 0)
    return false;
  width = answer[0] > 0 ? static_cast<std::uint32_t>(answer[0]) : 0;
  height = answer[1] > 0 ? static_cast<std::uint32_t>(answer[1]) : 0;
  return width != 0 && height != 0;
}

void* load(const char* name) {
  if (const auto get = egl().get_proc_address)
    if (const Procedure found = get(name)) return reinterpret_cast<void*>(found);
  // Before EGL 1.5 it knows extensions only.
  for (const char* library : {"libGLESv2.so", "libOpenGL.so", "libGL.so"})
    if (void* found = definition_in_library(library, name)) return found;
  return nullptr;
}

LazyGlFunctions gl_functions;

const GlFunctions* functions() {
  return gl_functions.get(load);
}

}  // namespace

const Platform kEgl{channel::Api::egl, context_for, current_context, size_of, functions};

}  // namespace framespool::preload

using framespool::channel::NoticeKind;
using framespool::preload::Hook;
using framespool::preload::HookScope;
using framespool::preload::kEgl;
using framespool::preload::next_function;

FRAMESPOOL_EXPORT unsigned int eglSwapBuffers(void* display, void* surface) {
  const framespool::preload::SwapScope scope(kEgl, display, framespool::preload::number_of(surface));
  const auto next = next_function<framespool::preload::eglSwapBuffersFunction>(Hook::eglSwapBuffers);
  return next == nullptr ? 0 : next(display, surface);
}

FRAMESPOOL_EXPORT unsigned int eglSwapBuffersWithDamageEXT(void* display, void* surface,
                                                           const int* rectangles, int count) {
  const framespool::preload::SwapScope scope(kEgl, display, framespool::preload::number_of(surface),
                                             framespool::preload::SwapScope::Presents::damage);
  const auto next = next_function<framespool::preload::eglSwapBuffersWithDamageEXTFunction>(
      Hook::eglSwapBuffersWithDamageEXT);
  return next == nullptr ? 0 : next(display, surface, rectangles, count);
}

FRAMESPOOL_EXPORT unsigned int eglSwapBuffersWithDamageKHR(void* display, void* surface,
                                                           const int* rectangles, int count) {
  const framespool::preload::SwapScope scope(kEgl, display, framespool::preload::number_of(surface),
                                             framespool::preload::SwapScope::Presents::damage);
  const auto next = next_function<framespool::preload::eglSwapBuffersWithDamageKHRFunction>(
      Hook::eglSwapBuffersWithDamageKHR);
  return next == nullptr ? 0 : next(display, surface, rectangles, count);
}

FRAMESPOOL_EXPORT framespool::preload::Procedure eglGetProcAddress(const char* name) {
  framespool::preload::tell_once(NoticeKind::loaded);
  const auto next = next_function<framespool::preload::eglGetProcAddressFunction>(Hook::eglGetProcAddress);
  if (next == nullptr) return nullptr;
  return framespool::preload::instead_of_procedure(name, next(name));
}

FRAMESPOOL_EXPORT unsigned int eglMakeCurrent(void* display, void* draw, void* read, void* context) {
  const HookScope scope;
  if (scope.is_outermost() && context == nullptr) framespool::preload::context_released(kEgl, display);
  const auto next = next_function<framespool::preload::eglMakeCurrentFunction>(Hook::eglMakeCurrent);
  const unsigned int made = next == nullptr ? 0 : next(display, draw, read, context);
  if (made != 0 && context != nullptr) framespool::preload::tell_once(NoticeKind::context_made);
  return made;
}

FRAMESPOOL_EXPORT unsigned int eglDestroyContext(void* display, void* context) {
  const HookScope scope;
  if (scope.is_outermost()) framespool::preload::context_ends(kEgl, display, context);
  const auto next = next_function<framespool::preload::eglDestroyContextFunction>(Hook::eglDestroyContext);
  return next == nullptr ? 0 : next(display, context);
}

FRAMESPOOL_EXPORT unsigned int eglDestroySurface(void* display, void* surface) {
  const HookScope scope;
  if (scope.is_outermost())
    framespool::preload::drawable_ends(kEgl, display, framespool::preload::number_of(surface));
  const auto next = next_function<framespool::preload::eglDestroySurfaceFunction>(Hook::eglDestroySurface);
  return next == nullptr ? 0 : next(display, surface);
}

FRAMESPOOL_EXPORT unsigned int eglTerminate(void* display) {
  const HookScope scope;
  if (scope.is_outermost()) framespool::preload::display_ends(kEgl, display);
  const auto next = next_function<framespool::preload::eglTerminateFunction>(Hook::eglTerminate);
  return next == nullptr ? 0 : next(display);
}
