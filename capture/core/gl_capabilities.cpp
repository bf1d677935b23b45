#include "capture/core/gl_capabilities.h"

#include <GL/gl.h>
#include <GL/glext.h>

#include <cstring>
#include <initializer_list>

namespace framespool {
namespace {

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

GlCapabilities query_gl_capabilities(const GlFunctions& gl) {
  GlCapabilities can;
  if (!parse_gl_version(text_of(gl.GetString(GL_VERSION)), can)) return can;
  can.software = is_software_renderer(text_of(gl.GetString(GL_RENDERER)));
  can.usable = can.at_least(3, 0);
  if (!can.usable) return can;

  bool sync = false, viewport_array = false, read_bgra = false, write_control = false;
  int extensions = 0;
  gl.GetIntegerv(GL_NUM_EXTENSIONS, &extensions);
  for (int i = 0; i < extensions; ++i) {
    const char* name = text_of(gl.GetStringi(GL_EXTENSIONS, static_cast<unsigned int>(i)));
    const auto is = [name](const char* wanted) { return std::strcmp(name, wanted) == 0; };
    if (is("GL_ARB_sync")) sync = true;
    if (is("GL_ARB_viewport_array")) viewport_array = true;
    if (is("GL_EXT_read_format_bgra")) read_bgra = true;
    if (is("GL_EXT_sRGB_write_control")) write_control = true;
    if (is("GL_MESA_pack_invert")) can.pack_invert = true;
  }
  int profile = 0;
  if (!can.es && can.at_least(3, 2)) gl.GetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
  can.compatibility = !can.es && (profile & GL_CONTEXT_COMPATIBILITY_PROFILE_BIT || !can.at_least(3, 1)) &&
                      gl.PixelTransferf != nullptr;
  can.fences = (can.es || can.at_least(3, 2) || sync) && gl.FenceSync != nullptr &&
               gl.ClientWaitSync != nullptr && gl.DeleteSync != nullptr;
  can.bgra = !can.es || read_bgra;
  can.srgb_control = !can.es || write_control;
  can.indexed_scissor =
      !can.es && (can.at_least(4, 1) || viewport_array) && gl.Enablei != nullptr && gl.Disablei != nullptr;
  can.direct_state = !can.es && can.at_least(4, 5) && gl.GetTextureLevelParameteriv != nullptr;
  return can;
}

}  // namespace framespool
