// What comes with the program, and how a scene is found by name or path.
#include <filesystem>

#include "app/platform/assets.h"
#include "app/scene/knot_scene.h"
#include "app/scene/scene.h"
#include "app/scene/shader_scene.h"

namespace framespool {

const std::vector<SceneDescription>& bundled_scenes() {
  static const std::vector<SceneDescription> scenes = {
      {"silk", "Silk", "folds of light: smooth gradients in slow motion"},
      {"poster", "Poster", "flat colours, hard edges and type that counts its own frames"},
      {"stardust", "Stardust", "a flight through stars on grainy film: noise that never repeats"},
      {"knot", "Knot", "a lacquered trefoil: lit triangles with depth, four samples a pixel"},
      {"petals", "Petals", "translucent layers over a transparent background: try --alpha"},
      {"aurora", "Aurora", "curtains of light over a lake: dark gradients, fine ripples"},
  };
  return scenes;
}

namespace {

Result<std::unique_ptr<Scene>> make_bundled_scene(const std::string& name) {
  if (name == "knot") return make_knot_scene(name);
  const auto assets = assets_directory();
  if (!assets) return tl::unexpected(assets.error());
  return make_shader_scene(*assets / "scenes" / (name + ".frag"), name);
}

}  // namespace

Result<std::unique_ptr<Scene>> make_scene(std::string_view name_or_path) {
  std::string asked(name_or_path);
  for (const SceneDescription& scene : bundled_scenes())
    if (scene.name == asked) return make_bundled_scene(asked);

  const bool looks_like_a_path = asked.find_first_of("/.") != asked.npos;
  std::error_code ignored;
  if (!asked.empty() && (looks_like_a_path || std::filesystem::exists(asked, ignored)))
    return make_shader_scene(asked, asked);

  std::string names;
  for (const SceneDescription& scene : bundled_scenes()) names += (names.empty() ? "" : ", ") + scene.name;
  return fail(ErrorKind::usage, "no such scene", "'" + asked + "'",
              "the bundled ones are " + names + "; or give the path of a fragment shader");
}

}  // namespace framespool
