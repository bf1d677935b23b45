// What every recording of a GLFW program has: GLFW itself presents a black frame before the first of each window.
#pragma once

#include <cstdint>

namespace framespool {

inline constexpr std::uint64_t kGlfwsOwnFrames = 1;

}  // namespace framespool
