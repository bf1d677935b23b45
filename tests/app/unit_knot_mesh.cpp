#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/scene/knot_mesh.h"

namespace framespool {
namespace {

double length(const std::array<float, 3>& v) {
  return std::hypot(v[0], v[1], v[2]);
}

TEST(KnotMesh, HasAVertexForEachRingAndSideWithTheSeamTwice) {
  const KnotMesh mesh = make_knot(30, 8, 0.5);
  EXPECT_EQ(mesh.vertices.size(), 31u * 9u);
  EXPECT_EQ(mesh.indices.size(), 30u * 8u * 6u);
  EXPECT_LT(*std::max_element(mesh.indices.begin(), mesh.indices.end()), mesh.vertices.size());
}

TEST(KnotMesh, NormalsAreOfUnitLength) {
  for (const KnotVertex& vertex : make_knot(60, 12, 0.5).vertices)
    ASSERT_NEAR(length(vertex.normal), 1, 1e-4);
}

TEST(KnotMesh, StaysWithinItsSphere) {
  for (const KnotVertex& vertex : make_knot(60, 12, 0.5).vertices) ASSERT_LE(length(vertex.position), 3.51);
}

TEST(KnotMesh, ClosesWithoutASeam) {
  const KnotMesh mesh = make_knot(30, 8, 0.5);
  for (std::size_t side = 0; side <= 8; ++side) {
    EXPECT_EQ(mesh.vertices[side].position, mesh.vertices[30 * 9 + side].position);
    EXPECT_EQ(mesh.vertices[side].normal, mesh.vertices[30 * 9 + side].normal);
  }
}

TEST(KnotMesh, TrianglesFaceTheWayTheirNormalsPoint) {
  const KnotMesh mesh = make_knot(120, 16, 0.5);
  for (std::size_t i = 0; i < mesh.indices.size(); i += 3) {
    const auto& [a, b, c] = std::tie(mesh.vertices[mesh.indices[i]], mesh.vertices[mesh.indices[i + 1]],
                                     mesh.vertices[mesh.indices[i + 2]]);
    double u[3], v[3];
    for (std::size_t k = 0; k < 3; ++k) {
      u[k] = b.position[k] - a.position[k];
      v[k] = c.position[k] - a.position[k];
    }
    const double facing = (u[1] * v[2] - u[2] * v[1]) * a.normal[0] +
                          (u[2] * v[0] - u[0] * v[2]) * a.normal[1] +
                          (u[0] * v[1] - u[1] * v[0]) * a.normal[2];
    ASSERT_GT(facing, 0) << "triangle " << i / 3;
  }
}

}  // namespace
}  // namespace framespool
