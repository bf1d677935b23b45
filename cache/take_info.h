// What a take says about itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "cache/frame.h"

namespace framespool {

using SessionId = std::array<std::uint8_t, 16>;

enum class TakeState {
  complete,        // has its end block
  interrupted,     // no end block and no writer: the program was killed; opens like any other
  being_recorded,  // a writer holds it
  damaged,         // corruption in the middle: some frame is lost, the others are not
};
[[nodiscard]] const char* to_string(TakeState state);  // "complete", "interrupted", "being recorded", "damaged"

// The file header.
struct TakeInfo {
  SessionId session{};
  Rational rate;
  ClockKind clock = ClockKind::fixed_step;
  std::int64_t created_unix_ns = 0;
  std::string program;  // "framespool", or the recorded program's name; at most 255 bytes are kept
  std::string scene;    // at most 255 bytes are kept
};

// What `finish()` returns and what the window's list shows.
struct TakeSummary {
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  std::int64_t duration_ns = 0;  // time of the last frame plus one step
  std::uint64_t file_bytes = 0;
  bool stopped_for_space = false;  // recording ended by the reserve or a full disk; the take is whole
};

}  // namespace framespool
