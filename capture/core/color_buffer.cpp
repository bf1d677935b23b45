#include "capture/core/color_buffer.h"

#include <GL/gl.h>
#include <GL/glext.h>

namespace framespool {

GlEnum grabbed_buffer(const GlFunctions& gl, const GlCapabilities& can, GlName framebuffer) {
  if (framebuffer != 0) return GL_COLOR_ATTACHMENT0;
  if (can.es) return GL_BACK;
  int double_buffered = 0;
  gl.GetIntegerv(GL_DOUBLEBUFFER, &double_buffered);
  return double_buffered != 0 ? GL_BACK : GL_FRONT;
}

ColorBuffer describe_color_buffer(const GlFunctions& gl, const GlCapabilities& can, GlEnum read_buffer) {
  ColorBuffer buffer;
  buffer.read_buffer = read_buffer;
  // The desktop's queries name one buffer of the default framebuffer, ES's do not.
  GlEnum attachment = read_buffer;
  if (!can.es && read_buffer == GL_BACK) attachment = GL_BACK_LEFT;
  if (!can.es && read_buffer == GL_FRONT) attachment = GL_FRONT_LEFT;
  const auto ask = [&](GlEnum parameter) {
    int value = 0;
    gl.GetFramebufferAttachmentParameteriv(GL_READ_FRAMEBUFFER, attachment, parameter, &value);
    return value;
  };
  buffer.object_type = static_cast<GlEnum>(ask(GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE));
  buffer.present = buffer.object_type != GL_NONE;
  if (!buffer.present) return buffer;
  const int component = ask(GL_FRAMEBUFFER_ATTACHMENT_COMPONENT_TYPE);
  buffer.integer = component == GL_INT || component == GL_UNSIGNED_INT;
  buffer.floating = component == GL_FLOAT;
  buffer.srgb = ask(GL_FRAMEBUFFER_ATTACHMENT_COLOR_ENCODING) == GL_SRGB;
  constexpr GlEnum kSizes[] = {GL_FRAMEBUFFER_ATTACHMENT_RED_SIZE, GL_FRAMEBUFFER_ATTACHMENT_GREEN_SIZE,
                               GL_FRAMEBUFFER_ATTACHMENT_BLUE_SIZE, GL_FRAMEBUFFER_ATTACHMENT_ALPHA_SIZE};
  for (int i = 0; i < 4; ++i) buffer.bits[i] = ask(kSizes[i]);
  if (buffer.object_type == GL_RENDERBUFFER || buffer.object_type == GL_TEXTURE)
    buffer.object = static_cast<GlName>(ask(GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME));
  if (buffer.object_type == GL_TEXTURE) buffer.level = ask(GL_FRAMEBUFFER_ATTACHMENT_TEXTURE_LEVEL);
  return buffer;
}

GlEnum resolve_format(const ColorBuffer& buffer) {
  const int red = buffer.bits[0], blue = buffer.bits[2], alpha = buffer.bits[3];
  if (buffer.srgb) return GL_SRGB8_ALPHA8;
  if (buffer.floating) {
    if (red == 11 && blue == 10) return GL_R11F_G11F_B10F;
    if (red > 16) return GL_RGBA32F;
    return blue != 0 && alpha == 0 ? GL_RGB16F : GL_RGBA16F;
  }
  if (red == 5) return alpha == 1 ? GL_RGB5_A1 : GL_RGB565;
  if (red == 4) return GL_RGBA4;
  if (red == 10) return GL_RGB10_A2;
  if (red > 10) return GL_RGBA16;
  if (buffer.bits[1] == 0) return GL_R8;
  if (blue == 0) return GL_RG8;
  return alpha == 0 ? GL_RGB8 : GL_RGBA8;
}

}  // namespace framespool
