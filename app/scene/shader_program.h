// Compiling and linking with errors as values.
#pragma once

#include <string_view>

#include "app/scene/gl_handles.h"
#include "cache/error.h"

namespace framespool {

// Sources are complete GLSL. `file` is named in messages about the fragment shader.
// Error: usage, with "FILE:LINE: message" in `why`.
[[nodiscard]] Result<GlProgram> link_program(std::string_view vertex_source, std::string_view fragment_source,
                                             std::string_view file);

}  // namespace framespool
