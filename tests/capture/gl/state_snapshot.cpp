#include "tests/capture/gl/state_snapshot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <span>

namespace framespool::test {
namespace {

struct Parameter {
  GLenum name;
  const char* text;
};
#define PARAMETER(name) \
  Parameter {           \
    name, #name         \
  }

constexpr Parameter kIntegers[] = {
    PARAMETER(GL_PACK_ALIGNMENT),   PARAMETER(GL_UNPACK_ALIGNMENT),     PARAMETER(GL_ARRAY_BUFFER_BINDING),
    PARAMETER(GL_DRAW_FRAMEBUFFER_BINDING), PARAMETER(GL_RENDERBUFFER_BINDING), PARAMETER(GL_ACTIVE_TEXTURE),
    PARAMETER(GL_TEXTURE_BINDING_2D), PARAMETER(GL_CURRENT_PROGRAM),    PARAMETER(GL_VIEWPORT),
    PARAMETER(GL_SCISSOR_BOX),      PARAMETER(GL_COLOR_WRITEMASK),      PARAMETER(GL_DEPTH_WRITEMASK),
    PARAMETER(GL_STENCIL_WRITEMASK), PARAMETER(GL_BLEND_SRC_RGB),       PARAMETER(GL_BLEND_DST_RGB),
    PARAMETER(GL_DEPTH_FUNC),
};
constexpr Parameter kIntegersOfVersion3[] = {
    PARAMETER(GL_PACK_ROW_LENGTH),
    PARAMETER(GL_PACK_SKIP_ROWS),
    PARAMETER(GL_PACK_SKIP_PIXELS),
    PARAMETER(GL_UNPACK_ROW_LENGTH),
    PARAMETER(GL_UNPACK_SKIP_ROWS),
    PARAMETER(GL_PIXEL_PACK_BUFFER_BINDING),
    PARAMETER(GL_PIXEL_UNPACK_BUFFER_BINDING),
    PARAMETER(GL_COPY_READ_BUFFER_BINDING),
    PARAMETER(GL_COPY_WRITE_BUFFER_BINDING),
    PARAMETER(GL_UNIFORM_BUFFER_BINDING),
    PARAMETER(GL_READ_FRAMEBUFFER_BINDING),
    PARAMETER(GL_VERTEX_ARRAY_BINDING),
};
constexpr Parameter kIntegersOfTheDesktop[] = {
    PARAMETER(GL_PACK_SWAP_BYTES),
    PARAMETER(GL_PACK_LSB_FIRST),
    PARAMETER(GL_PACK_IMAGE_HEIGHT),
    PARAMETER(GL_PACK_SKIP_IMAGES),
    PARAMETER(GL_PACK_INVERT_MESA),
    PARAMETER(GL_TEXTURE_BINDING_2D_MULTISAMPLE),
    PARAMETER(GL_CLAMP_READ_COLOR),
    PARAMETER(GL_POLYGON_MODE),
};
constexpr Parameter kSwitches[] = {
    PARAMETER(GL_BLEND),  PARAMETER(GL_DEPTH_TEST),   PARAMETER(GL_STENCIL_TEST),
    PARAMETER(GL_CULL_FACE), PARAMETER(GL_DITHER),    PARAMETER(GL_SAMPLE_ALPHA_TO_COVERAGE),
    PARAMETER(GL_SCISSOR_TEST),
};
constexpr Parameter kSwitchesOfVersion3[] = {PARAMETER(GL_RASTERIZER_DISCARD)};
constexpr Parameter kSwitchesOfTheDesktop[] = {
    PARAMETER(GL_FRAMEBUFFER_SRGB), PARAMETER(GL_MULTISAMPLE),       PARAMETER(GL_SAMPLE_MASK),
    PARAMETER(GL_COLOR_LOGIC_OP),   PARAMETER(GL_PRIMITIVE_RESTART), PARAMETER(GL_DEBUG_OUTPUT),
};
// Of OpenGL ES, by the extension that brings them.
struct Extension {
  const char* name;
  Parameter parameter;
  bool is_switch;
  bool is_of_version_3;  // needs no extension there
};
constexpr Extension kOfExtensions[] = {
    {"GL_ANGLE_pack_reverse_row_order", PARAMETER(GL_PACK_REVERSE_ROW_ORDER_ANGLE), false, false},
    {"GL_NV_pack_subimage", PARAMETER(GL_PACK_ROW_LENGTH), false, true},
    {"GL_NV_pack_subimage", PARAMETER(GL_PACK_SKIP_ROWS), false, true},
    {"GL_NV_pack_subimage", PARAMETER(GL_PACK_SKIP_PIXELS), false, true},
    {"GL_NV_pixel_buffer_object", PARAMETER(GL_PIXEL_PACK_BUFFER_BINDING), false, true},
    {"GL_EXT_sRGB_write_control", PARAMETER(GL_FRAMEBUFFER_SRGB), true, false},
    {"GL_KHR_debug", PARAMETER(GL_DEBUG_OUTPUT), true, false},
};
constexpr Parameter kCompatibilityFloats[] = {
    PARAMETER(GL_MAP_COLOR),  PARAMETER(GL_RED_SCALE),   PARAMETER(GL_GREEN_SCALE),
    PARAMETER(GL_BLUE_SCALE), PARAMETER(GL_ALPHA_SCALE), PARAMETER(GL_RED_BIAS),
    PARAMETER(GL_GREEN_BIAS), PARAMETER(GL_BLUE_BIAS),   PARAMETER(GL_ALPHA_BIAS),
};
#undef PARAMETER

void add_integers(StateSnapshot& snapshot, std::span<const Parameter> parameters) {
  for (const auto [name, text] : parameters) {
    std::array<GLint, 16> values{};
    glGetIntegerv(name, values.data());
    snapshot[text] = fmt::format("{}", fmt::join(values, " "));
  }
}

void add_switches(StateSnapshot& snapshot, std::span<const Parameter> parameters) {
  for (const auto [name, text] : parameters) snapshot[text] = glIsEnabled(name) ? "on" : "off";
}

void add_desktop(StateSnapshot& snapshot) {
  add_integers(snapshot, kIntegersOfTheDesktop);
  add_switches(snapshot, kSwitchesOfTheDesktop);
  for (GLuint viewport = 0; viewport < 4; ++viewport)
    snapshot[fmt::format("scissor test {}", viewport)] =
        glIsEnabledi(GL_SCISSOR_TEST, viewport) ? "on" : "off";
  GLint profile = 0;
  glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
  if ((profile & GL_CONTEXT_COMPATIBILITY_PROFILE_BIT) == 0) return;
  for (const auto [name, text] : kCompatibilityFloats) {
    GLfloat value = 0;
    glGetFloatv(name, &value);
    snapshot[text] = fmt::format("{}", value);
  }
}

void add_extensions_of_es(StateSnapshot& snapshot, bool is_version_3) {
  for (const Extension& each : kOfExtensions) {
    if ((each.is_of_version_3 && is_version_3) || !epoxy_has_gl_extension(each.name)) continue;
    const std::span<const Parameter> parameter(&each.parameter, 1);
    each.is_switch ? add_switches(snapshot, parameter) : add_integers(snapshot, parameter);
  }
}

}  // namespace

StateSnapshot take_snapshot(const std::vector<GLuint>& framebuffers) {
  StateSnapshot snapshot;
  const bool is_desktop = epoxy_is_desktop_gl(), is_version_3 = is_desktop || epoxy_gl_version() >= 30;
  add_integers(snapshot, kIntegers);
  add_switches(snapshot, kSwitches);
  if (is_version_3) {
    add_integers(snapshot, kIntegersOfVersion3);
    add_switches(snapshot, kSwitchesOfVersion3);
  }
  is_desktop ? add_desktop(snapshot) : add_extensions_of_es(snapshot, is_version_3);
  std::array<GLfloat, 4> colour{};
  glGetFloatv(GL_COLOR_CLEAR_VALUE, colour.data());
  snapshot["GL_COLOR_CLEAR_VALUE"] = fmt::format("{}", fmt::join(colour, " "));
  const bool has_read_buffer = is_version_3 || epoxy_has_gl_extension("GL_NV_read_buffer");
  GLint read = 0, draw = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw);
  if (is_version_3) glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read);
  for (const GLuint framebuffer : framebuffers) {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    GLint read_buffer = 0, draw_buffer = 0;
    if (has_read_buffer) glGetIntegerv(GL_READ_BUFFER, &read_buffer);
    if (is_version_3) glGetIntegerv(GL_DRAW_BUFFER0, &draw_buffer);
    snapshot[fmt::format("buffers of framebuffer {}", framebuffer)] =
        fmt::format("read {:#x} draw {:#x}", read_buffer, draw_buffer);
  }
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(draw));
  if (is_version_3) glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read));
  return snapshot;
}

std::string differences(const StateSnapshot& before, const StateSnapshot& after) {
  std::string text;
  for (const auto& [name, value] : before)
    if (after.at(name) != value) text += fmt::format("{}: {} became {}\n", name, value, after.at(name));
  return text;
}

}  // namespace framespool::test
