#include "capture/core/gl_capabilities.h"

#include <GL/gl.h>
#include <GL/glext.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace framespool {
namespace {

constexpr GlEnum kPackReverseRowOrder = 0x93A4;  // GL_PACK_REVERSE_ROW_ORDER_ANGLE, of <GLES2/gl2ext.h>

const char* text_of(const unsigned char* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

}  // namespace

bool parse_gl_version(const char* text, GlCapabilities& capabilities) {
  constexpr const char* kEsPrefix = "OpenGL ES ";
  capabilities.es = std::strncmp(text, kEsPrefix, std::strlen(kEsPrefix)) == 0;
  if (capabilities.es) text += std::strlen(kEsPrefix);
  if (text[0] < '0' || text[0] > '9' || text[1] != '.' || text[2] < '0' || text[2] > '9') return false;
  capabilities.major = text[0] - '0';
  capabilities.minor = text[2] - '0';
  return true;
}

bool is_software_renderer(const char* renderer) {
  for (const char* name : {"llvmpipe", "softpipe", "swrast", "Software Rasterizer", "SWR", "SwiftShader"})
    if (std::strstr(renderer, name) != nullptr) return true;
  return false;
}

namespace {

// Calls `visit` with each extension's name, as long as it is.
template <class Visit>
void for_each_extension(const GlFunctions& gl, const GlCapabilities& can, Visit visit) {
  if (can.at_least(3, 0)) {
    int extensions = 0;
    gl.GetIntegerv(GL_NUM_EXTENSIONS, &extensions);
    for (int i = 0; i < extensions; ++i) {
      const char* name = text_of(gl.GetStringi(GL_EXTENSIONS, static_cast<unsigned int>(i)));
      visit(name, std::strlen(name));
    }
    return;
  }
  const char* at = text_of(gl.GetString(GL_EXTENSIONS));
  while (*at != '\0') {
    const std::size_t length = std::strcspn(at, " ");
    visit(at, length);
    at += length;
    while (*at == ' ') ++at;
  }
}

}  // namespace

GlCapabilities query_gl_capabilities(const GlFunctions& gl) {
  GlCapabilities can;
  if (!parse_gl_version(text_of(gl.GetString(GL_VERSION)), can)) return can;
  can.software = is_software_renderer(text_of(gl.GetString(GL_RENDERER)));

  bool sync = false, viewport_array = false, read_bgra = false, srgb_writes = false,
       framebuffer_object = false, old_framebuffer_object = false, es_blit = false,
       pixel_buffer_object = false, pack_subimage = false, compatibility = false, map_range = false, nv_read_buffer = false;
  for_each_extension(gl, can, [&](const char* name, std::size_t length) {
    const auto is = [&](const char* wanted) {
      return std::strlen(wanted) == length && std::memcmp(name, wanted, length) == 0;
    };
    if (is("GL_ARB_sync")) sync = true;
    if (is("GL_ARB_viewport_array")) viewport_array = true;
    if (is("GL_EXT_read_format_bgra")) read_bgra = true;
    if (is("GL_EXT_sRGB_write_control") || is("GL_ARB_framebuffer_sRGB") || is("GL_EXT_framebuffer_sRGB"))
      srgb_writes = true;
    if (!can.es && is("GL_MESA_pack_invert")) can.pack_inversion = GL_PACK_INVERT_MESA;
    if (can.es && is("GL_ANGLE_pack_reverse_row_order")) can.pack_inversion = kPackReverseRowOrder;
    if (is("GL_NV_read_buffer")) nv_read_buffer = true;
    if (is("GL_ARB_framebuffer_object")) framebuffer_object = true;
    if (is("GL_EXT_framebuffer_object")) old_framebuffer_object = true;
    if (is("GL_ANGLE_framebuffer_blit") || is("GL_NV_framebuffer_blit")) es_blit = true;
    if (is("GL_ARB_pixel_buffer_object") || is("GL_EXT_pixel_buffer_object") ||
        is("GL_NV_pixel_buffer_object"))
      pixel_buffer_object = true;
    if (is("GL_NV_pack_subimage")) pack_subimage = true;
    if (is("GL_ARB_compatibility")) compatibility = true;
    if (is("GL_ARB_map_buffer_range")) map_range = true;
  });
  int profile = 0;
  if (!can.es && can.at_least(3, 2)) gl.GetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
  can.compatibility =
      !can.es && gl.PixelTransferf != nullptr &&
      ((profile & GL_CONTEXT_COMPATIBILITY_PROFILE_BIT) != 0 || compatibility || !can.at_least(3, 1));
  can.framebuffers = (can.at_least(3, 0) || (!can.es && framebuffer_object)) &&
                     gl.BlitFramebuffer != nullptr && gl.GetFramebufferAttachmentParameteriv != nullptr &&
                     gl.BindFramebuffer != nullptr && gl.RenderbufferStorage != nullptr &&
                     gl.CheckFramebufferStatus != nullptr;
  can.framebuffer_binding =
      can.framebuffers || ((can.es || old_framebuffer_object) && gl.BindFramebuffer != nullptr);
  can.separate_bindings = can.framebuffers || (can.framebuffer_binding && can.es && es_blit);
  const bool has_read_buffer = !can.es || can.at_least(3, 0);
  can.read_buffer_nv = !has_read_buffer && nv_read_buffer && gl.ReadBufferNV != nullptr;
  can.read_buffer = can.read_buffer_nv || (has_read_buffer && gl.ReadBuffer != nullptr);
  can.pack_buffers = (can.at_least(3, 0) || (!can.es && can.at_least(2, 1)) || pixel_buffer_object) &&
                     gl.BindBuffer != nullptr && gl.BufferData != nullptr;
  can.pack_rows = !can.es || can.at_least(3, 0) || pack_subimage;
  can.fences = can.pack_buffers && (can.at_least(3, 0) || map_range) &&
               (can.es ? can.at_least(3, 0) : can.at_least(3, 2) || sync) && gl.MapBufferRange != nullptr &&
               gl.UnmapBuffer != nullptr && gl.FenceSync != nullptr && gl.ClientWaitSync != nullptr &&
               gl.DeleteSync != nullptr;
  can.bgra = !can.es || read_bgra;
  can.srgb_control = srgb_writes || (!can.es && can.at_least(3, 0));
  can.indexed_scissor =
      !can.es && (can.at_least(4, 1) || viewport_array) && gl.Enablei != nullptr && gl.Disablei != nullptr;
  can.direct_state = !can.es && can.at_least(4, 5) && gl.GetTextureLevelParameteriv != nullptr;
  return can;
}

}  // namespace framespool
