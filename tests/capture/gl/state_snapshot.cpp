#include "tests/capture/gl/state_snapshot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

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
    PARAMETER(GL_PACK_ALIGNMENT),
    PARAMETER(GL_PACK_ROW_LENGTH),
    PARAMETER(GL_PACK_SKIP_ROWS),
    PARAMETER(GL_PACK_SKIP_PIXELS),
    PARAMETER(GL_PACK_SWAP_BYTES),
    PARAMETER(GL_PACK_LSB_FIRST),
    PARAMETER(GL_PACK_IMAGE_HEIGHT),
    PARAMETER(GL_PACK_SKIP_IMAGES),
    PARAMETER(GL_PACK_INVERT_MESA),
    PARAMETER(GL_UNPACK_ALIGNMENT),
    PARAMETER(GL_UNPACK_ROW_LENGTH),
    PARAMETER(GL_UNPACK_SKIP_ROWS),
    PARAMETER(GL_PIXEL_PACK_BUFFER_BINDING),
    PARAMETER(GL_PIXEL_UNPACK_BUFFER_BINDING),
    PARAMETER(GL_ARRAY_BUFFER_BINDING),
    PARAMETER(GL_UNIFORM_BUFFER_BINDING),
    PARAMETER(GL_READ_FRAMEBUFFER_BINDING),
    PARAMETER(GL_DRAW_FRAMEBUFFER_BINDING),
    PARAMETER(GL_RENDERBUFFER_BINDING),
    PARAMETER(GL_ACTIVE_TEXTURE),
    PARAMETER(GL_TEXTURE_BINDING_2D),
    PARAMETER(GL_TEXTURE_BINDING_2D_MULTISAMPLE),
    PARAMETER(GL_CURRENT_PROGRAM),
    PARAMETER(GL_VERTEX_ARRAY_BINDING),
    PARAMETER(GL_VIEWPORT),
    PARAMETER(GL_SCISSOR_BOX),
    PARAMETER(GL_COLOR_WRITEMASK),
    PARAMETER(GL_DEPTH_WRITEMASK),
    PARAMETER(GL_STENCIL_WRITEMASK),
    PARAMETER(GL_BLEND_SRC_RGB),
    PARAMETER(GL_BLEND_DST_RGB),
    PARAMETER(GL_DEPTH_FUNC),
    PARAMETER(GL_CLAMP_READ_COLOR),
    PARAMETER(GL_POLYGON_MODE),
};
constexpr Parameter kSwitches[] = {
    PARAMETER(GL_FRAMEBUFFER_SRGB),
    PARAMETER(GL_RASTERIZER_DISCARD),
    PARAMETER(GL_BLEND),
    PARAMETER(GL_DEPTH_TEST),
    PARAMETER(GL_STENCIL_TEST),
    PARAMETER(GL_CULL_FACE),
    PARAMETER(GL_DITHER),
    PARAMETER(GL_MULTISAMPLE),
    PARAMETER(GL_SAMPLE_MASK),
    PARAMETER(GL_SAMPLE_ALPHA_TO_COVERAGE),
    PARAMETER(GL_COLOR_LOGIC_OP),
    PARAMETER(GL_PRIMITIVE_RESTART),
    PARAMETER(GL_DEBUG_OUTPUT),
};
constexpr Parameter kCompatibilityFloats[] = {
    PARAMETER(GL_MAP_COLOR),  PARAMETER(GL_RED_SCALE),   PARAMETER(GL_GREEN_SCALE),
    PARAMETER(GL_BLUE_SCALE), PARAMETER(GL_ALPHA_SCALE), PARAMETER(GL_RED_BIAS),
    PARAMETER(GL_GREEN_BIAS), PARAMETER(GL_BLUE_BIAS),   PARAMETER(GL_ALPHA_BIAS),
};
#undef PARAMETER

}  // namespace

StateSnapshot take_snapshot(const std::vector<GLuint>& framebuffers) {
  StateSnapshot snapshot;
  for (const auto [name, text] : kIntegers) {
    std::array<GLint, 16> values{};
    glGetIntegerv(name, values.data());
    snapshot[text] = fmt::format("{}", fmt::join(values, " "));
  }
  for (const auto [name, text] : kSwitches) snapshot[text] = glIsEnabled(name) ? "on" : "off";
  for (GLuint viewport = 0; viewport < 4; ++viewport)
    snapshot[fmt::format("scissor test {}", viewport)] =
        glIsEnabledi(GL_SCISSOR_TEST, viewport) ? "on" : "off";
  std::array<GLfloat, 4> colour{};
  glGetFloatv(GL_COLOR_CLEAR_VALUE, colour.data());
  snapshot["GL_COLOR_CLEAR_VALUE"] = fmt::format("{}", fmt::join(colour, " "));
  GLint profile = 0;
  glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
  if (profile & GL_CONTEXT_COMPATIBILITY_PROFILE_BIT) {
    for (const auto [name, text] : kCompatibilityFloats) {
      GLfloat value = 0;
      glGetFloatv(name, &value);
      snapshot[text] = fmt::format("{}", value);
    }
  }
  GLint read = 0, draw = 0;
  glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read);
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw);
  for (const GLuint framebuffer : framebuffers) {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    GLint read_buffer = 0, draw_buffer = 0;
    glGetIntegerv(GL_READ_BUFFER, &read_buffer);
    glGetIntegerv(GL_DRAW_BUFFER0, &draw_buffer);
    snapshot[fmt::format("buffers of framebuffer {}", framebuffer)] =
        fmt::format("read {:#x} draw {:#x}", read_buffer, draw_buffer);
  }
  glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read));
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(draw));
  return snapshot;
}

std::string differences(const StateSnapshot& before, const StateSnapshot& after) {
  std::string text;
  for (const auto& [name, value] : before)
    if (after.at(name) != value) text += fmt::format("{}: {} became {}\n", name, value, after.at(name));
  return text;
}

}  // namespace framespool::test
