// What OpenGL says about one colour buffer of a framebuffer.
#pragma once

#include "capture/core/gl_capabilities.h"

namespace framespool {

struct ColorBuffer {
  GlEnum read_buffer = 0;  // for glReadBuffer
  bool present = false;
  bool integer = false;
  bool floating = false;
  bool srgb = false;
  int bits[4] = {};        // red, green, blue, alpha
  GlEnum object_type = 0;  // GL_RENDERBUFFER, GL_TEXTURE, GL_FRAMEBUFFER_DEFAULT
  GlName object = 0;
  int level = 0;  // of a texture
};

// The name of the buffer that is grabbed: color attachment 0, or of framebuffer 0 the back buffer.
// Framebuffer `framebuffer` must be bound for drawing.
[[nodiscard]] GlEnum grabbed_buffer(const GlFunctions& gl, const GlCapabilities& can, GlName framebuffer);

// Asks about `read_buffer` of the framebuffer bound for reading, which must be complete.
[[nodiscard]] ColorBuffer describe_color_buffer(const GlFunctions& gl, const GlCapabilities& can,
                                                GlEnum read_buffer);

// The sized internal format with these bits. A blit that resolves wants the same format on both sides.
// What has no renderable twin becomes the nearest one that holds its bits.
[[nodiscard]] GlEnum resolve_format(const ColorBuffer& buffer);

}  // namespace framespool
