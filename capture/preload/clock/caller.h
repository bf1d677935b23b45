// Who calls a hooked function. Drivers, window system libraries and sound servers' clients talk to a world that lives on
// the real clock.
#pragma once

namespace framespool::preload::clock {

// Whether the instruction at `address` belongs to a library that keeps the real clock. Remembered by address; no lock.
[[nodiscard]] bool keeps_real_clock(const void* address);

// Whether `address` belongs to a library whose file name begins with `name`. No lock.
[[nodiscard]] bool is_in_library(const void* address, const char* name);

// Whether the library at `path` is such a one.
[[nodiscard]] bool is_real_clock_library(const char* path);

// Whether one is loaded that programs which draw with OpenGL are linked with.
[[nodiscard]] bool opengl_is_loaded();

}  // namespace framespool::preload::clock
