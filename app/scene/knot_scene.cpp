#include "app/scene/knot_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "app/scene/gl_handles.h"
#include "app/scene/gl_state.h"
#include "app/scene/knot_mesh.h"
#include "app/scene/multisample_target.h"
#include "app/scene/shader_program.h"

namespace framespool {
namespace {

constexpr int kSamples = 4;
constexpr std::uint32_t kRings = 288, kSides = 28;
constexpr double kTubeRadius = 0.52, kCameraDistance = 9.5, kFocalLength = 2.55;

constexpr const char* kBackdropVertex = R"(#version 330 core
uniform vec2 u_aspect;
out vec2 v_at;
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  v_at = corner * u_aspect;
  gl_Position = vec4(corner, 0.0, 1.0);
}
)";

// A paper backdrop in a studio, with the knot's soft shadow where the paper bends.
constexpr const char* kBackdropFragment = R"(#version 330 core
in vec2 v_at;
out vec4 color;
void main() {
  float glow = exp(-0.55 * dot(v_at - vec2(0.15, 0.25), v_at - vec2(0.15, 0.25)));
  vec3 c = mix(vec3(0.012, 0.075, 0.098), vec3(0.060, 0.300, 0.320), glow);
  vec2 s = (v_at - vec2(0.0, -0.93)) * vec2(1.15, 6.0);
  c *= 1.0 - 0.62 * exp(-dot(s, s));
  color = vec4(pow(c, vec3(1.0 / 2.2)), 1.0);
}
)";

constexpr const char* kKnotVertex = R"(#version 330 core
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec3 a_normal;
layout(location = 2) in vec2 a_around;
uniform mat3 u_turn;
uniform vec2 u_focal;   // focal length in halves of the frame's width and height
uniform float u_distance;
out vec3 v_position;    // in front of the camera, which looks along -z
out vec3 v_normal;
out vec2 v_around;
out float v_open;       // 0 where the knot faces its own middle
void main() {
  v_position = u_turn * a_position - vec3(0.0, 0.0, u_distance);
  v_normal = u_turn * a_normal;
  v_around = a_around;
  v_open = 0.5 + 0.5 * dot(a_normal, normalize(a_position));
  const float kNear = 3.0, kFar = 20.0;
  gl_Position = vec4(v_position.xy * u_focal,
                     -(kFar + kNear) / (kFar - kNear) * v_position.z - 2.0 * kFar * kNear / (kFar - kNear),
                     -v_position.z);
}
)";

constexpr const char* kKnotFragment = R"(#version 330 core
in vec3 v_position;
in vec3 v_normal;
in vec2 v_around;
in float v_open;
uniform float u_time;
out vec4 color;
void main() {
  vec3 n = normalize(v_normal);
  vec3 eye = normalize(-v_position);
  vec3 mirror = reflect(-eye, n);

  // Candy stripes that wind around the tube; their edges are a pixel wide whatever the distance.
  float wave = v_around.x * 36.0 + v_around.y * 2.0 - 0.5 * u_time;
  float stripe = abs(fract(wave) - 0.5) - 0.25;
  float painted = clamp(0.5 + stripe / max(fwidth(wave), 1e-4), 0.0, 1.0);
  vec3 base = mix(vec3(0.88, 0.80, 0.68), vec3(0.78, 0.085, 0.045), painted);

  float occlusion = mix(0.30, 1.0, smoothstep(0.05, 0.75, v_open));
  vec3 key = normalize(vec3(0.55, 0.75, 0.55));
  float sky = 0.5 + 0.5 * n.y;
  vec3 light = mix(vec3(0.05, 0.07, 0.08), vec3(0.30, 0.42, 0.46), sky) * occlusion +
               vec3(1.05, 0.98, 0.88) * max(dot(n, key), 0.0) * mix(0.6, 1.0, occlusion) +
               vec3(0.04, 0.22, 0.25) * max(dot(n, vec3(-0.85, -0.25, 0.35)), 0.0);

  // Two soft boxes in the mirror of the lacquer, and the backdrop at grazing angles.
  float box = smoothstep(0.80, 0.90, dot(mirror, key)) +
              0.45 * smoothstep(0.86, 0.93, dot(mirror, normalize(vec3(-0.75, 0.35, 0.55))));
  float fresnel = 0.04 + 0.60 * pow(1.0 - max(dot(n, eye), 0.0), 4.0);
  vec3 c = base * light + (0.05 + fresnel) * (4.0 * box * occlusion + vec3(0.12, 0.50, 0.54) * occlusion);
  c = c * (1.0 + 0.18 * c) / (1.0 + c * 0.62);
  color = vec4(pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
)";

// A column-major turn about the vertical axis, then a nod about the horizontal one.
std::array<float, 9> turn_and_nod(double turn, double nod) {
  const double ct = std::cos(turn), st = std::sin(turn), cn = std::cos(nod), sn = std::sin(nod);
  const std::array<double, 9> m = {ct, sn * st, -cn * st, 0, cn, sn, st, -sn * ct, cn * ct};
  std::array<float, 9> result{};
  std::transform(m.begin(), m.end(), result.begin(), [](double v) { return static_cast<float>(v); });
  return result;
}

class KnotScene final : public Scene {
 public:
  KnotScene(GlProgram backdrop, GlProgram knot, std::string name)
      : backdrop_(std::move(backdrop)), knot_(std::move(knot)), name_(std::move(name)) {
    const KnotMesh mesh = make_knot(kRings, kSides, kTubeRadius);
    index_count_ = static_cast<GLsizei>(mesh.indices.size());
    glBindVertexArray(mesh_layout_.get());
    glBindBuffer(GL_ARRAY_BUFFER, vertices_.get());
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(mesh.vertices.size() * sizeof(KnotVertex)),
                 mesh.vertices.data(), GL_STATIC_DRAW);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_.get());
    glBufferData(GL_ELEMENT_ARRAY_BUFFER,
                 static_cast<GLsizeiptr>(mesh.indices.size() * sizeof(std::uint32_t)), mesh.indices.data(),
                 GL_STATIC_DRAW);
    describe_attribute(0, 3, offsetof(KnotVertex, position));
    describe_attribute(1, 3, offsetof(KnotVertex, normal));
    describe_attribute(2, 2, offsetof(KnotVertex, around));
    glBindVertexArray(0);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
  }

  void draw(const SceneFrame& frame) override {
    GLint caller = 0;
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &caller);
    // Without memory for samples there is none for depth either; the backdrop alone then says that it runs.
    const bool sampled = samples_.bind(frame.width, frame.height, kSamples);
    set_plain_draw_state(frame.width, frame.height);
    const double aspect = static_cast<double>(frame.width) / frame.height;
    const double wide = std::max(aspect, 1.0), tall = std::max(1 / aspect, 1.0);
    draw_backdrop(static_cast<float>(wide), static_cast<float>(tall));
    if (sampled) {
      draw_knot(frame.time_s, static_cast<float>(kFocalLength / wide),
                static_cast<float>(kFocalLength / tall));
      samples_.resolve_into(static_cast<GLuint>(caller));
    }
    glUseProgram(0);
  }

  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  static void describe_attribute(GLuint location, GLint components, std::size_t offset) {
    glEnableVertexAttribArray(location);
    glVertexAttribPointer(location, components, GL_FLOAT, GL_FALSE, sizeof(KnotVertex),
                          reinterpret_cast<const void*>(offset));
  }

  void draw_backdrop(float wide, float tall) {
    glUseProgram(backdrop_.get());
    glUniform2f(glGetUniformLocation(backdrop_.get(), "u_aspect"), wide, tall);
    glBindVertexArray(no_layout_.get());
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glBindVertexArray(0);
  }

  void draw_knot(double time_s, float focal_x, float focal_y) {
    glEnable(GL_CULL_FACE);
    glCullFace(GL_BACK);
    glFrontFace(GL_CCW);
    glEnable(GL_DEPTH_TEST);
    glDepthFunc(GL_LESS);
    glDepthMask(GL_TRUE);
    glDepthRange(0, 1);
    glClearDepth(1);
    glClear(GL_DEPTH_BUFFER_BIT);
    glUseProgram(knot_.get());
    const auto turn = turn_and_nod(0.45 * time_s + 0.35, 0.55 + 0.35 * std::sin(0.5 * time_s));
    glUniformMatrix3fv(glGetUniformLocation(knot_.get(), "u_turn"), 1, GL_FALSE, turn.data());
    glUniform2f(glGetUniformLocation(knot_.get(), "u_focal"), focal_x, focal_y);
    glUniform1f(glGetUniformLocation(knot_.get(), "u_distance"), static_cast<float>(kCameraDistance));
    glUniform1f(glGetUniformLocation(knot_.get(), "u_time"), static_cast<float>(time_s));
    glBindVertexArray(mesh_layout_.get());
    glDrawElements(GL_TRIANGLES, index_count_, GL_UNSIGNED_INT, nullptr);
    glBindVertexArray(0);
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_CULL_FACE);
  }

  GlProgram backdrop_, knot_;
  GlVertexArray no_layout_ = GlVertexArray::generate(), mesh_layout_ = GlVertexArray::generate();
  GlBuffer vertices_ = GlBuffer::generate(), indices_ = GlBuffer::generate();
  GLsizei index_count_ = 0;
  MultisampleTarget samples_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<Scene>> make_knot_scene(std::string name) {
  auto backdrop = link_program(kBackdropVertex, kBackdropFragment, name);
  if (!backdrop) return tl::unexpected(backdrop.error());
  auto knot = link_program(kKnotVertex, kKnotFragment, name);
  if (!knot) return tl::unexpected(knot.error());
  return std::make_unique<KnotScene>(std::move(*backdrop), std::move(*knot), std::move(name));
}

}  // namespace framespool
