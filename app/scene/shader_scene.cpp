#include "app/scene/shader_scene.h"

#include "app/scene/gl_handles.h"
#include "app/scene/gl_state.h"
#include "app/scene/shader_program.h"
#include "app/scene/shader_source.h"

namespace framespool {
namespace {

// One triangle that covers the frame. The texture coordinate is for shaders written for glslViewer.
constexpr const char* kVertexSource = R"(#version 330 core
out vec2 v_texcoord;
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  v_texcoord = corner * 0.5 + 0.5;
  gl_Position = vec4(corner, 0.0, 1.0);
}
)";

// iDate is a morning that never changes, 10:08, plus the scene's own time: a recording must not depend on the
// clock on the wall.
constexpr float kYear = 2026, kMonth = 0, kDay = 1, kSecondsOfDay = 10 * 3600 + 8 * 60;

class ShaderScene final : public Scene {
 public:
  ShaderScene(GlProgram program, std::string name)
      : program_(std::move(program)), vertices_(GlVertexArray::generate()), name_(std::move(name)) {}

  void draw(const SceneFrame& frame) override {
    set_plain_draw_state(frame.width, frame.height);
    glUseProgram(program_.get());
    const auto width = static_cast<float>(frame.width), height = static_cast<float>(frame.height);
    const auto time = static_cast<float>(frame.time_s), delta = static_cast<float>(frame.time_delta_s);
    const auto number = static_cast<GLint>(frame.frame & 0x7fffffff);
    glUniform3f(at_.resolution, width, height, 1.0f);
    glUniform1f(at_.time, time);
    glUniform1f(at_.time_delta, delta);
    glUniform1f(at_.frame_rate, delta > 0 ? 1.0f / delta : 60.0f);
    glUniform1i(at_.frame, number);
    glUniform4fv(at_.mouse, 1, frame.mouse);
    glUniform4f(at_.date, kYear, kMonth, kDay, kSecondsOfDay + time);
    glUniform2f(at_.u_resolution, width, height);
    glUniform1f(at_.u_time, time);
    glUniform1f(at_.u_delta, delta);
    glUniform1i(at_.u_frame, number);
    glUniform2f(at_.u_mouse, frame.mouse[0], frame.mouse[1]);
    glBindVertexArray(vertices_.get());
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glBindVertexArray(0);
    glUseProgram(0);
  }

  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  // -1 (which OpenGL ignores) where the shader does not use the uniform, or declares it as another type:
  // setting that would be an OpenGL error, and somebody else would be blamed for it.
  [[nodiscard]] GLint find(const char* uniform, GLenum type) const {
    GLuint index = GL_INVALID_INDEX;
    glGetUniformIndices(program_.get(), 1, &uniform, &index);
    if (index == GL_INVALID_INDEX) return -1;
    GLint declared = 0;
    glGetActiveUniformsiv(program_.get(), 1, &index, GL_UNIFORM_TYPE, &declared);
    return static_cast<GLenum>(declared) == type ? glGetUniformLocation(program_.get(), uniform) : -1;
  }

  GlProgram program_;
  GlVertexArray vertices_;
  std::string name_;
  struct Locations {
    GLint resolution, time, time_delta, frame_rate, frame, mouse, date;
    GLint u_resolution, u_time, u_delta, u_frame, u_mouse;
  } at_{find("iResolution", GL_FLOAT_VEC3),
        find("iTime", GL_FLOAT),
        find("iTimeDelta", GL_FLOAT),
        find("iFrameRate", GL_FLOAT),
        find("iFrame", GL_INT),
        find("iMouse", GL_FLOAT_VEC4),
        find("iDate", GL_FLOAT_VEC4),
        find("u_resolution", GL_FLOAT_VEC2),
        find("u_time", GL_FLOAT),
        find("u_delta", GL_FLOAT),
        find("u_frame", GL_INT),
        find("u_mouse", GL_FLOAT_VEC2)};
};

}  // namespace

Result<std::unique_ptr<Scene>> make_shader_scene(const std::filesystem::path& file, std::string name) {
  const auto text = read_shader_file(file);
  if (!text) return tl::unexpected(text.error());
  const auto source = make_fragment_source(*text, file.string());
  if (!source) return tl::unexpected(source.error());
  auto program = link_program(kVertexSource, *source, file.string());
  if (!program) return tl::unexpected(program.error());
  return std::make_unique<ShaderScene>(std::move(*program), std::move(name));
}

}  // namespace framespool
