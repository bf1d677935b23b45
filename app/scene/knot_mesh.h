// A trefoil knot as triangles. Pure arithmetic, no OpenGL.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace framespool {

struct KnotVertex {
  std::array<float, 3> position;
  std::array<float, 3> normal;  // unit length, outwards
  std::array<float, 2> around;  // 0 to 1 along the knot, 0 to 1 around the tube
};

struct KnotMesh {
  std::vector<KnotVertex> vertices;
  std::vector<std::uint32_t> indices;  // three a triangle, counter-clockwise from outside
};

// A tube of `radius` around the (2, 3) torus knot, which itself fits a sphere of radius 3. The first ring of
// vertices is repeated at the end, so that `around` runs on without a jump.
[[nodiscard]] KnotMesh make_knot(std::uint32_t rings, std::uint32_t sides, double radius);

}  // namespace framespool
