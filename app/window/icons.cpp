#include "app/window/icons.h"

#include <algorithm>
#include <cmath>

namespace framespool {

namespace {

struct Pen {
  ImDrawList& list;
  ImVec2 centre;
  float size;
  ImU32 colour;
  float width;
  // Coordinates from -0.5 to 0.5 inside the square.
  [[nodiscard]] ImVec2 at(float x, float y) const { return {centre.x + x * size, centre.y + y * size}; }
  void line(float x0, float y0, float x1, float y1) const {
    list.AddLine(at(x0, y0), at(x1, y1), colour, width);
  }
  void box(float x0, float y0, float x1, float y1, float rounding) const {
    list.AddRect(at(x0, y0), at(x1, y1), colour, rounding * size, 0, width);
  }
  void block(float x0, float y0, float x1, float y1, float rounding) const {
    list.AddRectFilled(at(x0, y0), at(x1, y1), colour, rounding * size);
  }
  void ring(float x, float y, float radius) const {
    list.AddCircle(at(x, y), radius * size, colour, 0, width);
  }
  void dot(float x, float y, float radius) const { list.AddCircleFilled(at(x, y), radius * size, colour); }
};

void spool(const Pen& pen) {
  pen.ring(0, 0, 0.44f);
  pen.dot(0, 0, 0.09f);
  for (int i = 0; i < 5; ++i) {
    const float angle = 6.2831853f * static_cast<float>(i) / 5 - 1.5707963f;
    pen.dot(0.25f * std::cos(angle), 0.25f * std::sin(angle), 0.085f);
  }
}

}  // namespace

void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour) {
  const Pen pen{list, centre, size, colour, std::max(1.0f, size / 11)};
  switch (icon) {
    case Icon::none:
      return;
    case Icon::record:
      return pen.dot(0, 0, 0.46f);
    case Icon::stop:
      return pen.block(-0.4f, -0.4f, 0.4f, 0.4f, 0.1f);
    case Icon::pause:
      pen.block(-0.36f, -0.42f, -0.1f, 0.42f, 0.06f);
      return pen.block(0.1f, -0.42f, 0.36f, 0.42f, 0.06f);
    case Icon::resume:
      return list.AddTriangleFilled(pen.at(-0.32f, -0.44f), pen.at(0.46f, 0), pen.at(-0.32f, 0.44f), colour);
    case Icon::close:
      pen.line(-0.32f, -0.32f, 0.32f, 0.32f);
      return pen.line(-0.32f, 0.32f, 0.32f, -0.32f);
    case Icon::remove:
      pen.line(-0.42f, -0.28f, 0.42f, -0.28f);
      pen.line(-0.14f, -0.42f, 0.14f, -0.42f);
      return pen.box(-0.32f, -0.28f, 0.32f, 0.46f, 0.1f);
    case Icon::images:
      pen.box(-0.46f, -0.24f, 0.26f, 0.44f, 0.08f);
      pen.line(-0.24f, -0.44f, 0.46f, -0.44f);
      return pen.line(0.46f, -0.44f, 0.46f, 0.22f);
    case Icon::movie:
      pen.box(-0.46f, -0.36f, 0.46f, 0.36f, 0.1f);
      return list.AddTriangleFilled(pen.at(-0.13f, -0.19f), pen.at(0.2f, 0), pen.at(-0.13f, 0.19f), colour);
    case Icon::check:
      pen.line(-0.38f, 0.02f, -0.1f, 0.3f);
      return pen.line(-0.1f, 0.3f, 0.4f, -0.28f);
    case Icon::alert:
      pen.ring(0, 0, 0.46f);
      pen.block(-0.05f, -0.26f, 0.05f, 0.06f, 0.03f);
      return pen.dot(0, 0.2f, 0.065f);
    case Icon::caret:
      pen.line(-0.4f, -0.18f, 0, 0.22f);
      return pen.line(0, 0.22f, 0.4f, -0.18f);
    case Icon::spool:
      return spool(pen);
  }
}

}  // namespace framespool
