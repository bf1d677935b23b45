#include "app/scene/shader_program.h"

#include <string>

#include "app/scene/gl_state.h"
#include "app/scene/shader_log.h"

namespace framespool {
namespace {

std::string shader_log(GLuint shader) {
  GLint length = 0;
  glGetShaderiv(shader, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<std::size_t>(length > 0 ? length : 0), '\0');
  if (!log.empty()) glGetShaderInfoLog(shader, length, nullptr, log.data());
  return log;
}

std::string program_log(GLuint program) {
  GLint length = 0;
  glGetProgramiv(program, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<std::size_t>(length > 0 ? length : 0), '\0');
  if (!log.empty()) glGetProgramInfoLog(program, length, nullptr, log.data());
  return log;
}

auto refused(std::string_view log, std::string_view file) {
  ShaderError error = first_shader_error(log);
  if (error.text.find("iChannel") != error.text.npos)
    error.text += "; iChannel0 to iChannel3 (textures, buffers, sound) are not supported";
  return fail(ErrorKind::usage, "the scene does not compile", describe(error, file));
}

Result<GlShader> compile(GLenum kind, std::string_view source, std::string_view file) {
  GlShader shader(glCreateShader(kind));
  const char* text = source.data();
  const auto length = static_cast<GLint>(source.size());
  glShaderSource(shader.get(), 1, &text, &length);
  glCompileShader(shader.get());
  GLint good = GL_FALSE;
  glGetShaderiv(shader.get(), GL_COMPILE_STATUS, &good);
  if (!good) return refused(shader_log(shader.get()), file);
  return shader;
}

}  // namespace

Result<GlProgram> link_program(std::string_view vertex_source, std::string_view fragment_source,
                               std::string_view file) {
  clear_gl_errors();
  const auto vertex = compile(GL_VERTEX_SHADER, vertex_source, file);
  if (!vertex) return tl::unexpected(vertex.error());
  const auto fragment = compile(GL_FRAGMENT_SHADER, fragment_source, file);
  if (!fragment) return tl::unexpected(fragment.error());
  GlProgram program(glCreateProgram());
  glAttachShader(program.get(), vertex->get());
  glAttachShader(program.get(), fragment->get());
  glLinkProgram(program.get());
  // Detached, the shaders go when their owners do and not with the program.
  glDetachShader(program.get(), vertex->get());
  glDetachShader(program.get(), fragment->get());
  GLint good = GL_FALSE;
  glGetProgramiv(program.get(), GL_LINK_STATUS, &good);
  if (!good) return refused(program_log(program.get()), file);
  return program;
}

}  // namespace framespool
