// The OpenGL functions that capture calls, as a table: libepoxy fills it in the program, the host's own
// GetProcAddress in a preloaded library. No C++ run-time library, no exceptions, no OpenGL header here:
// the types below are OpenGL's own, spelled out.
#pragma once

#include <cstddef>
#include <cstdint>

struct __GLsync;  // OpenGL's name for what a GLsync points to

namespace framespool {

using GlEnum = unsigned int;
using GlName = unsigned int;
using GlSync = ::__GLsync*;

// X(result, name without "gl", parameters). Every context has these, whatever its version.
#define FRAMESPOOL_GL_REQUIRED(X)              \
  X(void, Disable, (GlEnum))                   \
  X(void, Enable, (GlEnum))                    \
  X(GlEnum, GetError, (void))                  \
  X(void, GetFloatv, (GlEnum, float*))         \
  X(void, GetIntegerv, (GlEnum, int*))         \
  X(const unsigned char*, GetString, (GlEnum)) \
  X(unsigned char, IsEnabled, (GlEnum))        \
  X(void, PixelStorei, (GlEnum, int))          \
  X(void, ReadPixels, (int, int, int, int, GlEnum, GlEnum, void*))

// Called only where the context's version or an extension has them (see GlCapabilities).
#define FRAMESPOOL_GL_OPTIONAL(X)                                                          \
  X(void, BindBuffer, (GlEnum, GlName))                                                    \
  X(void, BindFramebuffer, (GlEnum, GlName))                                               \
  X(void, BindRenderbuffer, (GlEnum, GlName))                                              \
  X(void, BlitFramebuffer, (int, int, int, int, int, int, int, int, unsigned int, GlEnum)) \
  X(void, BufferData, (GlEnum, std::ptrdiff_t, const void*, GlEnum))                       \
  X(GlEnum, CheckFramebufferStatus, (GlEnum))                                              \
  X(GlEnum, ClientWaitSync, (GlSync, unsigned int, std::uint64_t))                         \
  X(void, DeleteBuffers, (int, const GlName*))                                             \
  X(void, DeleteFramebuffers, (int, const GlName*))                                        \
  X(void, DeleteRenderbuffers, (int, const GlName*))                                       \
  X(void, DeleteSync, (GlSync))                                                            \
  X(void, Disablei, (GlEnum, unsigned int))                                                \
  X(void, Enablei, (GlEnum, unsigned int))                                                 \
  X(GlSync, FenceSync, (GlEnum, unsigned int))                                             \
  X(void, FramebufferRenderbuffer, (GlEnum, GlEnum, GlEnum, GlName))                       \
  X(void, GenBuffers, (int, GlName*))                                                      \
  X(void, GenFramebuffers, (int, GlName*))                                                 \
  X(void, GenRenderbuffers, (int, GlName*))                                                \
  X(void, GetFramebufferAttachmentParameteriv, (GlEnum, GlEnum, GlEnum, int*))             \
  X(void, GetRenderbufferParameteriv, (GlEnum, GlEnum, int*))                              \
  X(const unsigned char*, GetStringi, (GlEnum, unsigned int))                              \
  X(void, GetTextureLevelParameteriv, (GlName, int, GlEnum, int*))                         \
  X(unsigned char, IsFramebuffer, (GlName))                                                \
  X(void*, MapBufferRange, (GlEnum, std::ptrdiff_t, std::ptrdiff_t, unsigned int))         \
  X(void, PixelTransferf, (GlEnum, float))                                                 \
  X(void, ReadBuffer, (GlEnum))                                                            \
  X(void, ReadBufferNV, (GlEnum))                                                          \
  X(void, RenderbufferStorage, (GlEnum, GlEnum, int, int))                                 \
  X(unsigned char, UnmapBuffer, (GlEnum))

struct GlFunctions {
#define FRAMESPOOL_GL_MEMBER(result, name, parameters) result(*name) parameters = nullptr;
  FRAMESPOOL_GL_REQUIRED(FRAMESPOOL_GL_MEMBER)
  FRAMESPOOL_GL_OPTIONAL(FRAMESPOOL_GL_MEMBER)
#undef FRAMESPOOL_GL_MEMBER
};

// Fills the table from `get_proc("glReadPixels")` and so on. Returns nullptr, or the name of the first
// required function that is missing (a string literal). Optional ones may stay null.
using GlProcLoader = void* (*)(const char* name);
[[nodiscard]] const char* load_gl_functions(GlFunctions& functions, GlProcLoader get_proc);

}  // namespace framespool
