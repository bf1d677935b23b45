// From argv to a command that ran.
#pragma once

#include <optional>

#include "app/platform/signals.h"
#include "cache/error.h"

namespace framespool {

struct CommandOutcome {
  Result<void> done;
  std::optional<int> exit_status;  // where `done` does not tell it
};

// Parses and runs. Error usage for anything that cannot be parsed, whatever the argument library makes of it.
[[nodiscard]] CommandOutcome run_command_line(int argc, const char* const* argv, StopSignals& signals);

}  // namespace framespool
