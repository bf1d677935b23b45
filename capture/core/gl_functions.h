// The OpenGL functions that capture calls, as a table: libepoxy fills it in the program, the host's own
// GetProcAddress in a preloaded library. No C++ run-time library, no exceptions.
#pragma once

#include <cstdint>

namespace framespool {

struct GlFunctions;  // defined by the capture core

}  // namespace framespool
