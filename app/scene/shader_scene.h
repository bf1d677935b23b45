// A scene that is one fragment shader over the whole frame.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/scene/scene.h"

namespace framespool {

// `name` is what the scene calls itself. Errors: usage (the file cannot be read; the shader does not
// compile).
[[nodiscard]] Result<std::unique_ptr<Scene>> make_shader_scene(const std::filesystem::path& file,
                                                               std::string name);

}  // namespace framespool
