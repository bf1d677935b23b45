// What `--png small` is measured against, by `libpng_default` and by a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace framespool::bench {

// Bytes of the PNG, as RGB, that libpng makes of a tightly packed RGBA picture when nobody sets anything. An
// error of libpng ends the program.
[[nodiscard]] std::size_t libpng_default_bytes(std::span<const std::byte> rgba, std::uint32_t width,
                                               std::uint32_t height);

}  // namespace framespool::bench
