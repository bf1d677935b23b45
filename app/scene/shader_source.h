// A fragment shader as somebody wrote it, made into one that OpenGL 3.3 core compiles. Pure text, no OpenGL.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cache/error.h"

namespace framespool {

inline constexpr std::size_t kMaxShaderBytes = 1u << 20;

// Reads a shader's text. Errors: usage, when there is no such file, it cannot be read, is empty, is larger
// than kMaxShaderBytes, is not a regular file or not text.
[[nodiscard]] Result<std::string> read_shader_file(const std::filesystem::path& path);

// What read_shader_file() asks of a text, and a byte order mark taken off; `name` is named in the error.
[[nodiscard]] Result<std::string> check_shader_text(std::string text, const std::string& name);

// The same text with every comment replaced by blanks: line and column numbers stay.
[[nodiscard]] std::string blank_comments(std::string_view source);

// Recognises two conventions and wraps the text so that compile messages carry its own line numbers:
//   void mainImage(out vec4 color, in vec2 pixel)   Shadertoy: the i... uniforms are declared for it
//   void main()                                     it declares what it uses (u_time, u_resolution, ...) and
//                                                   writes gl_FragColor or its own `out vec4`
// A #version of 330 or newer is kept, an older one or one for OpenGL ES becomes 330 core.
// Errors: usage, when it has neither function; `name` (the file) is named in it.
[[nodiscard]] Result<std::string> make_fragment_source(std::string_view source, std::string_view name);

}  // namespace framespool
