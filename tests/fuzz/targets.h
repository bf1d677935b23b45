// What is fuzzed: each takes any bytes at all and ends the process (abort) when a promise is broken. The same
// functions run under libFuzzer (scripts/fuzz) and over the kept corpus in the everyday tests.
#pragma once

#include <cstdint>
#include <span>

namespace framespool::fuzz {

using Input = std::span<const std::uint8_t>;

void take(Input input);      // opening, reading, following, verifying and repairing a take
void shader(Input input);    // a fragment shader's text, and a driver's log about it
void settings(Input input);  // the desktop's user-dirs.dirs, the one file of settings that is read

}  // namespace framespool::fuzz
