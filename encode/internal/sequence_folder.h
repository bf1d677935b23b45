// The pictures of one name in a folder: which numbers are there, and taking them away.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cache/error.h"
#include "encode/output_target.h"

namespace framespool {

// The number in `name` when it is one of the target's: prefix, digits, suffix.
[[nodiscard]] std::optional<std::uint64_t> image_number(const OutputTarget& target, std::string_view name);

// The first found picture of the target with a number in [first, end), if any; a missing folder holds none.
// Error: failed, when the folder cannot be read.
[[nodiscard]] Result<std::optional<std::uint64_t>> find_image(const OutputTarget& target, std::uint64_t first,
                                                              std::uint64_t end);

// Removes every picture of the target. Error: failed.
[[nodiscard]] Result<void> remove_images(const OutputTarget& target);

}  // namespace framespool
