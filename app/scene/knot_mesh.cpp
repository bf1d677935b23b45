#include "app/scene/knot_mesh.h"

#include <cmath>
#include <numbers>

namespace framespool {
namespace {

struct Vector {
  double x, y, z;
};

Vector operator+(Vector a, Vector b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
Vector operator-(Vector a, Vector b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
Vector operator*(double s, Vector v) {
  return {s * v.x, s * v.y, s * v.z};
}
Vector cross(Vector a, Vector b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
Vector normalized(Vector v) {
  return 1.0 / std::sqrt(v.x * v.x + v.y * v.y + v.z * v.z) * v;
}
std::array<float, 3> floats(Vector v) {
  return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}

Vector curve(double t) {
  const double r = 2 + std::cos(3 * t);
  return {r * std::cos(2 * t), r * std::sin(2 * t), std::sin(3 * t)};
}

}  // namespace

KnotMesh make_knot(std::uint32_t rings, std::uint32_t sides, double radius) {
  constexpr double kTurn = 2 * std::numbers::pi, kStep = 1e-4;
  KnotMesh mesh;
  mesh.vertices.reserve(std::size_t{rings + 1} * (sides + 1));
  mesh.indices.reserve(std::size_t{rings} * sides * 6);
  for (std::uint32_t ring = 0; ring <= rings; ++ring) {
    const double t = kTurn * (ring % rings) / rings;
    const Vector before = curve(t - kStep), here = curve(t), after = curve(t + kStep);
    // The Frenet frame, from differences: this knot is curved everywhere, so it never flips.
    const Vector tangent = normalized(after - before);
    const Vector binormal = normalized(cross(tangent, after + before - 2.0 * here));
    const Vector inward = cross(binormal, tangent);
    for (std::uint32_t side = 0; side <= sides; ++side) {
      const double angle = kTurn * (side % sides) / sides;
      const Vector normal = std::cos(angle) * inward + std::sin(angle) * binormal;
      mesh.vertices.push_back({floats(here + radius * normal),
                               floats(normal),
                               {static_cast<float>(ring) / static_cast<float>(rings),
                                static_cast<float>(side) / static_cast<float>(sides)}});
    }
  }
  for (std::uint32_t ring = 0; ring < rings; ++ring) {
    for (std::uint32_t side = 0; side < sides; ++side) {
      const std::uint32_t a = ring * (sides + 1) + side, b = a + sides + 1;
      for (const std::uint32_t corner : {a, a + 1, b, b, a + 1, b + 1}) mesh.indices.push_back(corner);
    }
  }
  return mesh;
}

}  // namespace framespool
