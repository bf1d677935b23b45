// Every OpenGL state that grabbing a frame could disturb, and many that it has no reason to, as text.
#pragma once

#include <epoxy/gl.h>

#include <map>
#include <string>
#include <vector>

namespace framespool::test {

using StateSnapshot = std::map<std::string, std::string>;

// Of the current context, and the read and draw buffers of these framebuffers. OpenGL from 3.2 on, OpenGL ES from 2.0 on.
[[nodiscard]] StateSnapshot take_snapshot(const std::vector<GLuint>& framebuffers);

// "GL_PACK_ALIGNMENT: 8 became 4", one line a difference; empty when there is none.
[[nodiscard]] std::string differences(const StateSnapshot& before, const StateSnapshot& after);

}  // namespace framespool::test
