// From argv to a command that ran.
#pragma once

#include "app/platform/signals.h"
#include "cache/error.h"

namespace framespool {

// Parses and runs. Error usage for anything that cannot be parsed, whatever the argument library makes of it.
[[nodiscard]] Result<void> run_command_line(int argc, const char* const* argv, StopSignals& signals);

}  // namespace framespool
