// How much room is needed and missing, for errors of kind no_space.
#pragma once

#include <cstdint>
#include <string>

namespace framespool {

// "512 bytes", "12.3 kB", "4.1 MB"; thousands, not 1024s.
[[nodiscard]] std::string room_text(std::uint64_t bytes);
// What a frame takes in a take's file, and what a take takes besides its frames.
[[nodiscard]] std::uint64_t room_of_frame(std::uint64_t payload_bytes);
[[nodiscard]] std::uint64_t room_of_empty_take();

}  // namespace framespool
