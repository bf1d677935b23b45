// GLX: the swaps of X11 programs, and what ends a context or a window.
#include "capture/preload/elf_objects.h"
#include "capture/preload/hooks.h"
#include "capture/preload/notices.h"
#include "capture/preload/platform.h"
#include "capture/preload/swap.h"

namespace framespool::preload {
namespace {

using GetProcAddress = Procedure (*)(const unsigned char*);

// GLX's functions behind any layer, so that a tracer does not see what we ask.
template <class Function>
Function system_function(const char* name) {
  for (const char* library : {"libGLX.so", "libGL.so"})
    if (void* found = definition_in_library(library, name)) return reinterpret_cast<Function>(found);
  return reinterpret_cast<Function>(next_definition(name));
}

struct Glx {
  void* (*current_context)();
  unsigned long (*current_drawable)();
  unsigned long (*current_read_drawable)();
  void (*query_drawable)(void*, unsigned long, int, unsigned int*);
  GetProcAddress get_proc_address;
};

const Glx& glx() {
  static Glx functions;
  // Several threads may come here at once: all of them write the same.
  if (functions.get_proc_address == nullptr) {
    functions.current_context = system_function<decltype(Glx::current_context)>("glXGetCurrentContext");
    functions.current_drawable = system_function<decltype(Glx::current_drawable)>("glXGetCurrentDrawable");
    functions.current_read_drawable =
        system_function<decltype(Glx::current_read_drawable)>("glXGetCurrentReadDrawable");
    functions.query_drawable = system_function<decltype(Glx::query_drawable)>("glXQueryDrawable");
    functions.get_proc_address = system_function<GetProcAddress>("glXGetProcAddressARB");
  }
  return functions;
}

void* context_for(void*, std::uint64_t drawable) {
  const Glx& own = glx();
  if (own.current_context == nullptr || own.current_drawable == nullptr) return nullptr;
  if (own.current_drawable() != drawable) return nullptr;
  if (own.current_read_drawable != nullptr && own.current_read_drawable() != drawable) return nullptr;
  return own.current_context();
}

void* current_context() {
  const Glx& own = glx();
  return own.current_context == nullptr ? nullptr : own.current_context();
}

bool size_of(void* display, std::uint64_t drawable, std::uint32_t& width, std::uint32_t& height) {
  constexpr int kWidth = 0x801D, kHeight = 0x801E;  // GLX_WIDTH, GLX_HEIGHT
  const Glx& own = glx();
  if (own.query_drawable == nullptr) return false;
  unsigned int answer[2] = {};
  own.query_drawable(display, static_cast<unsigned long>(drawable), kWidth, &answer[0]);
  own.query_drawable(display, static_cast<unsigned long>(drawable), kHeight, &answer[1]);
  width = answer[0];
  height = answer[1];
  return width != 0 && height != 0;
}

void* load(const char* name) {
  if (const auto get = glx().get_proc_address)
    if (const Procedure found = get(reinterpret_cast<const unsigned char*>(name)))
      return reinterpret_cast<void*>(found);
  return definition_in_library("libGL.so", name);
}

LazyGlFunctions gl_functions;

const GlFunctions* functions() {
  return gl_functions.get(load);
}

}  // namespace

const Platform kGlx{channel::Api::glx, context_for, current_context, size_of, functions};

}  // namespace framespool::preload

using framespool::channel::NoticeKind;
using framespool::preload::Hook;
using framespool::preload::HookScope;
using framespool::preload::kGlx;
using framespool::preload::next_function;

FRAMESPOOL_EXPORT void glXSwapBuffers(void* display, unsigned long drawable) {
  const framespool::preload::SwapScope scope(kGlx, display, drawable);
  const auto next = next_function<framespool::preload::glXSwapBuffersFunction>(Hook::glXSwapBuffers);
  if (next != nullptr) next(display, drawable);
}

FRAMESPOOL_EXPORT std::int64_t glXSwapBuffersMscOML(void* display, unsigned long drawable,
                                                    std::int64_t target, std::int64_t divisor,
                                                    std::int64_t remainder) {
  const framespool::preload::SwapScope scope(kGlx, display, drawable);
  const auto next =
      next_function<framespool::preload::glXSwapBuffersMscOMLFunction>(Hook::glXSwapBuffersMscOML);
  return next == nullptr ? -1 : next(display, drawable, target, divisor, remainder);
}

FRAMESPOOL_EXPORT framespool::preload::Procedure glXGetProcAddress(const unsigned char* name) {
  framespool::preload::tell_once(NoticeKind::loaded);
  const auto next = next_function<framespool::preload::glXGetProcAddressFunction>(Hook::glXGetProcAddress);
  if (next == nullptr) return nullptr;
  return framespool::preload::instead_of_procedure(reinterpret_cast<const char*>(name), next(name));
}

FRAMESPOOL_EXPORT framespool::preload::Procedure glXGetProcAddressARB(const unsigned char* name) {
  framespool::preload::tell_once(NoticeKind::loaded);
  const auto next =
      next_function<framespool::preload::glXGetProcAddressARBFunction>(Hook::glXGetProcAddressARB);
  if (next == nullptr) return nullptr;
  return framespool::preload::instead_of_procedure(reinterpret_cast<const char*>(name), next(name));
}

FRAMESPOOL_EXPORT int glXMakeCurrent(void* display, unsigned long drawable, void* context) {
  const HookScope scope;
  if (scope.is_outermost() && context == nullptr) framespool::preload::context_released(kGlx, display);
  const auto next = next_function<framespool::preload::glXMakeCurrentFunction>(Hook::glXMakeCurrent);
  const int made = next == nullptr ? 0 : next(display, drawable, context);
  if (made != 0 && context != nullptr) framespool::preload::tell_once(NoticeKind::context_made);
  return made;
}

FRAMESPOOL_EXPORT int glXMakeContextCurrent(void* display, unsigned long draw, unsigned long read,
                                            void* context) {
  const HookScope scope;
  if (scope.is_outermost() && context == nullptr) framespool::preload::context_released(kGlx, display);
  const auto next =
      next_function<framespool::preload::glXMakeContextCurrentFunction>(Hook::glXMakeContextCurrent);
  const int made = next == nullptr ? 0 : next(display, draw, read, context);
  if (made != 0 && context != nullptr) framespool::preload::tell_once(NoticeKind::context_made);
  return made;
}

FRAMESPOOL_EXPORT void glXDestroyContext(void* display, void* context) {
  const HookScope scope;
  if (scope.is_outermost()) framespool::preload::context_ends(kGlx, display, context);
  const auto next = next_function<framespool::preload::glXDestroyContextFunction>(Hook::glXDestroyContext);
  if (next != nullptr) next(display, context);
}

FRAMESPOOL_EXPORT void glXDestroyWindow(void* display, unsigned long window) {
  const HookScope scope;
  if (scope.is_outermost()) framespool::preload::drawable_ends(kGlx, display, window);
  const auto next = next_function<framespool::preload::glXDestroyWindowFunction>(Hook::glXDestroyWindow);
  if (next != nullptr) next(display, window);
}

FRAMESPOOL_EXPORT int XCloseDisplay(void* display) {
  const HookScope scope;
  if (scope.is_outermost()) framespool::preload::display_ends(kGlx, display);
  const auto next = next_function<framespool::preload::XCloseDisplayFunction>(Hook::XCloseDisplay);
  return next == nullptr ? 0 : next(display);
}
