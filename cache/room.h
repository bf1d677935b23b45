// Saying how much room is missing, for errors of kind no_space.
#pragma once

#include <cstdint>
#include <string>

namespace framespool {

// "512 bytes", "12.3 kB", "4.1 MB"; thousands, not 1024s.
[[nodiscard]] std::string room_text(std::uint64_t bytes);

}  // namespace framespool
