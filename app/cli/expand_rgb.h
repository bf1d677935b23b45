// Three bytes a pixel into four, where they are.
#pragma once

#include <cstddef>
#include <span>

namespace framespool {

// The last three quarters of `pixels` hold RGB; afterwards the whole holds RGBA with alpha 255. The size is a
// multiple of 4. Pure: writing never overtakes reading, because pixel k is written at 4k and read at n + 3k,
// k < n.
inline void expand_rgb_in_place(std::span<std::byte> pixels) {
  const std::size_t count = pixels.size() / 4;
  const std::byte* rgb = pixels.data() + count;
  std::byte* rgba = pixels.data();
  for (std::size_t k = 0; k < count; ++k, rgb += 3, rgba += 4) {
    const std::byte red = rgb[0], green = rgb[1], blue = rgb[2];
    rgba[0] = red;
    rgba[1] = green;
    rgba[2] = blue;
    rgba[3] = std::byte{255};
  }
}

}  // namespace framespool
