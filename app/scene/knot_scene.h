// A glossy striped knot: triangles, depth, four samples a pixel. The scene that is not a fragment shader.
#pragma once

#include <memory>
#include <string>

#include "app/scene/scene.h"

namespace framespool {

// Error: usage, when the driver refuses its shaders.
[[nodiscard]] Result<std::unique_ptr<Scene>> make_knot_scene(std::string name);

}  // namespace framespool
