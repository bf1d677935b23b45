// Where everything is: three cards and a bar, from the window's size alone.
//
//   +------------------------------------------+-------------+
//   | top bar: name, scene                                    |
//   +------------------------------------------+-------------+
//   | viewport                                 | takes       |
//   |                                          +-------------+
//   +------------------------------------------+ exports     |
//   | recording bar                            |             |
//   +------------------------------------------+-------------+
#pragma once

#include <cstdint>

namespace framespool {

struct Box {
  float x = 0, y = 0, width = 0, height = 0;
  [[nodiscard]] float right() const { return x + width; }
  [[nodiscard]] float bottom() const { return y + height; }
};

struct Layout {
  Box top, viewport, recording, takes, exports;
};

// All in the window's coordinates; `scale` is how many of them make a unit of the theme.
[[nodiscard]] Layout lay_out(float width, float height, float scale);

// The largest box of the picture's shape inside `space`, centred, on whole pixels.
[[nodiscard]] Box letterbox(const Box& space, std::uint32_t width, std::uint32_t height);

}  // namespace framespool
