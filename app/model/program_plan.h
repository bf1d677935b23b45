// What `framespool run` and the window do alike around a ProgramSession: finding what is to be started, putting it on a
// clock, and saying why there is no take.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "app/model/program_session.h"
#include "cache/error.h"
#include "cache/frame.h"

namespace framespool {

enum class ProgramObstacle { none, not_found, not_executable, not_recordable };

// Fills in plan.program and plan.library for plan.command; a name with a slash is looked for from plan.working_directory.
// Errors: usage (not found, cannot be executed), failed (static, setuid, 32-bit; no library). `obstacle` tells them apart.
[[nodiscard]] Result<void> find_what_to_start(ProgramPlan& plan, ProgramObstacle& obstacle);

// Whether the take can be made at plan.recording.take.path, as far as can be seen before the first frame. Error: usage.
[[nodiscard]] Result<void> look_at_take_path(const ProgramPlan& plan);

// The program's clock moves by one step of `rate` at each frame (docs/fixed-step.md).
void put_on_fixed_step(ProgramPlan& plan, Rational rate);
// Numbers at random, process number and date follow from `seed`. For plans on a fixed step.
void seed_program(ProgramPlan& plan, std::uint64_t seed);

// What stopped that take, as it is said to people. nullopt: nothing did.
[[nodiscard]] std::optional<Error> why_take_failed(const ProgramPlan& plan, const ChannelTakeStatus& take);
// The sentence for a program that was watched and has no take.
[[nodiscard]] Error saw_no_frame(const ProgramPlan& plan, const ProgramOutcome& outcome);

}  // namespace framespool
