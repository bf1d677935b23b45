// The three kinds of pictures the benchmarks use, made by arithmetic alone so that everybody measures the
// same ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace framespool::bench {

enum class Content { shader, interface, noise };

[[nodiscard]] std::string_view content_name(Content content);

// RGBA8, tightly packed; frame `number` differs a little from the one before, as in a recording.
[[nodiscard]] std::vector<std::byte> make_content(Content content, std::uint32_t width, std::uint32_t height,
                                                  std::uint32_t number);

}  // namespace framespool::bench
