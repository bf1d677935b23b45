#include "app/window/layout.h"

#include <algorithm>
#include <cmath>

namespace framespool {

Layout lay_out(float width, float height, float scale) {
  const auto px = [scale](float units) { return std::round(units * scale); };
  const float pad = px(16), top = px(56), bar = px(84),
              sidebar = std::min(px(380), std::round(width * 0.45f));
  Layout layout;
  layout.top = {0, 0, width, top};
  const float left = pad, main_width = std::max(1.0f, width - sidebar - 3 * pad);
  layout.recording = {left, height - pad - bar, main_width, bar};
  layout.viewport = {left, top, main_width, std::max(1.0f, height - top - bar - 2 * pad)};
  const float side = width - pad - sidebar, side_height = std::max(2.0f, height - top - pad);
  const float takes = std::round(std::max(1.0f, (side_height - pad) * 0.56f));
  layout.takes = {side, top, sidebar, takes};
  layout.exports = {side, top + takes + pad, sidebar, std::max(1.0f, side_height - takes - pad)};
  return layout;
}

Box letterbox(const Box& space, std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0 || space.width <= 0 || space.height <= 0) return space;
  const float zoom =
      std::min(space.width / static_cast<float>(width), space.height / static_cast<float>(height));
  // A picture of the viewport's own size, or a pixel less for even numbers, is shown pixel for pixel.
  const float fit = zoom > 1 && zoom < 1.02f ? 1 : zoom;
  Box box;
  box.width = std::max(1.0f, std::round(static_cast<float>(width) * fit));
  box.height = std::max(1.0f, std::round(static_cast<float>(height) * fit));
  box.x = std::floor(space.x + (space.width - box.width) / 2);
  box.y = std::floor(space.y + (space.height - box.height) / 2);
  return box;
}

}  // namespace framespool
