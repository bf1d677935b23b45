// Something that draws: a bundled scene or a fragment shader from a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/error.h"

namespace framespool {

struct SceneFrame {
  double time_s = 0;        // iTime, u_time
  double time_delta_s = 0;  // iTimeDelta
  std::uint64_t frame = 0;  // iFrame
  std::uint32_t width = 0;  // iResolution, u_resolution
  std::uint32_t height = 0;
  float mouse[4] = {0, 0, 0, 0};  // iMouse: pixels, bottom-up
};

class Scene {
 public:
  virtual ~Scene() = default;
  // Draws into the framebuffer that is bound for drawing (width x height, single-sampled; a scene that wants
  // multisampling brings its own and resolves it). The same SceneFrame gives the same pixels every time. Sets
  // what OpenGL state it needs and does not put it back, except for the framebuffer bindings; allocates
  // nothing unless the size changed. Alpha below 1 is kept in the framebuffer, colours then premultiplied.
  virtual void draw(const SceneFrame& frame) = 0;
  [[nodiscard]] virtual const std::string& name() const = 0;
};

struct SceneDescription {
  std::string name;     // "silk"
  std::string title;    // "Silk"
  std::string summary;  // one line
};
// The first is the one to open with. Safe from any thread, without a context.
[[nodiscard]] const std::vector<SceneDescription>& bundled_scenes();

// The name of a bundled scene or else the path of a fragment shader (`./silk` where a file is named like a
// bundled scene). assets/scenes/README.md says what a shader may use. Wants an OpenGL 3.3 core context
// current, now and whenever the scene is used or destroyed. Errors: usage (no such scene; a shader that does
// not compile, with FILE:LINE: message in `why`).
[[nodiscard]] Result<std::unique_ptr<Scene>> make_scene(std::string_view name_or_path);

}  // namespace framespool
