// What the current context can do, asked once.
#pragma once

#include "capture/core/gl_functions.h"

namespace framespool {

struct GlCapabilities {
  int major = 0;  // 0: no context is current
  int minor = 0;
  bool es = false;
  bool compatibility = false;  // has the fixed-function state: pixel transfer scales and biases
  // Framebuffer objects, all of OpenGL 3.0's and OpenGL ES 3.0's: blits, multisampling, the queries. Without
  // them (OpenGL 1 and 2, OpenGL ES 2) a frame is what glReadPixels gives, which resolves a window's samples
  // itself.
  bool framebuffers = false;
  bool framebuffer_binding = false;  // there is a framebuffer object binding at all
  bool separate_bindings = false;    // one for reading, one for drawing
  bool read_buffer = false;          // glReadBuffer, or
  bool read_buffer_nv = false;       // glReadBufferNV instead: OpenGL ES 2
  bool pack_buffers = false;         // glReadPixels may write into a buffer object
  bool pack_rows = false;            // GL_PACK_ROW_LENGTH and the skips
  bool software = false;             // llvmpipe and its like: reads are synchronous, a ring only adds a copy
  bool fences = false;               // glFenceSync, and buffer objects to map
  bool bgra = false;                 // glReadPixels takes GL_BGRA
  bool srgb_control = false;         // GL_FRAMEBUFFER_SRGB can be switched
  bool indexed_scissor = false;      // the scissor test has a switch for each viewport
  GlEnum pack_inversion = 0;         // the parameter of glPixelStorei that turns the rows over; 0: there is none
  bool direct_state = false;         // glGetTextureLevelParameteriv

  [[nodiscard]] bool at_least(int wanted_major, int wanted_minor) const {
    return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
  }
};

// Wants a context current; without one `major` is 0. Leaves no OpenGL error.
[[nodiscard]] GlCapabilities query_gl_capabilities(const GlFunctions& gl);

// "4.5 (Core Profile) Mesa" or "OpenGL ES 3.2 Mesa": sets major, minor, es. False when it is neither, as with
// OpenGL ES 1.
[[nodiscard]] bool parse_gl_version(const char* text, GlCapabilities& capabilities);
// Of GL_RENDERER.
[[nodiscard]] bool is_software_renderer(const char* renderer);

}  // namespace framespool
