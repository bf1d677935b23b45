// What shader compilers say, made into one line that a person can act on. Pure text, no OpenGL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace framespool {

struct ShaderError {
  std::optional<int> line;  // in the shader's file, from 1
  std::string text;         // what is wrong, in the compiler's words
  int further = 0;          // how many more errors the log holds
};

// The first error of a compile or link log as Mesa, NVIDIA, AMD or Intel write it; warnings are skipped.
[[nodiscard]] ShaderError first_shader_error(std::string_view log);

// "FILE:LINE: TEXT (and N more errors)".
[[nodiscard]] std::string describe(const ShaderError& error, std::string_view file);

}  // namespace framespool
