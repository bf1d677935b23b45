// EGL's display where there is no display.
#pragma once

#include <epoxy/egl.h>

#include "cache/error.h"

namespace framespool {

// Started when first asked for and never terminated: EGL knows one display object for each platform in a
// process, ending it would end the contexts of others, and Mesa loses memory with every end. Thread: any.
// Error: failed, with what is missing; the next call tries again.
[[nodiscard]] Result<EGLDisplay> headless_display();

// The error of everything that keeps us from OpenGL without a display.
[[nodiscard]] tl::unexpected<Error> no_headless_opengl(std::string why);

}  // namespace framespool
