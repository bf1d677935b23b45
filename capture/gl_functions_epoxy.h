// The capture core's table of OpenGL functions, filled from libepoxy: for programs that link it.
#pragma once

#include "capture/core/gl_functions.h"

namespace framespool {

// Whatever context is current when they are called. Lives for ever.
[[nodiscard]] const GlFunctions& epoxy_gl_functions();

}  // namespace framespool
