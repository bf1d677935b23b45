#include "app/model/program_plan.h"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>
#include <utility>

#include "app/platform/program_file.h"
#include "cache/core/frame_channel.h"

namespace framespool {

namespace fs = std::filesystem;

Result<void> find_what_to_start(ProgramPlan& plan, ProgramObstacle& obstacle) {
  std::string name = plan.command.front();
  const bool from_folder = name.find('/') != std::string::npos && name.front() != '/' && !plan.working_directory.empty();
  if (from_folder) name = (plan.working_directory / name).string();
  bool not_executable = false;
  auto program = find_program(name, not_executable);
  if (!program) {
    obstacle = not_executable ? ProgramObstacle::not_executable : ProgramObstacle::not_found;
    return tl::unexpected(program.error());
  }
  plan.program = std::move(*program);
  // What PATH names relative to here is not there any more in another folder.
  std::error_code ignored;
  if (!plan.working_directory.empty()) plan.program = fs::absolute(plan.program, ignored);
  obstacle = ProgramObstacle::not_recordable;
  if (const auto why = why_not_preloadable(plan.program))
    return fail(ErrorKind::failed, plan.program.string(), "cannot be recorded: " + *why);
  auto library = preload_library();
  if (!library) return tl::unexpected(library.error());
  plan.library = std::move(*library);
  obstacle = ProgramObstacle::none;
  return {};
}

Result<void> look_at_take_path(const ProgramPlan& plan) {
  std::error_code ignored;
  const fs::path& path = plan.recording.take.path;
  if (!plan.recording.take.overwrite && fs::exists(path, ignored))
    return fail(ErrorKind::usage, path.string(), "exists already", "choose another name, or --overwrite");
  const fs::path folder = path.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    return fail(ErrorKind::usage, path.string(), "the folder it should be in does not exist", "create it first");
  return {};
}

void put_on_fixed_step(ProgramPlan& plan, Rational rate) {
  plan.recording.take.info.rate = rate;
  plan.recording.fixed_step = true;
  plan.environment.emplace_back(channel::kFixedStepVariable, fmt::format("{}/{}", rate.numerator, rate.denominator));
}

void seed_program(ProgramPlan& plan, std::uint64_t seed) {
  plan.environment.emplace_back(channel::kSeedVariable, std::to_string(seed));
  // Qt asks the processor for its numbers, where nobody can come in between; told to leave that be it asks getentropy().
  const char* others = std::getenv("QT_NO_CPU_FEATURE");
  plan.environment.emplace_back("QT_NO_CPU_FEATURE", fmt::format("{} rdrnd rdseed", others == nullptr ? "" : others));
}

std::optional<Error> why_take_failed(const ProgramPlan& plan, const ChannelTakeStatus& take) {
  if (!take.error) return std::nullopt;
  const std::string name = (take.path.empty() ? plan.recording.take.path : take.path).string();
  Error error = *take.error;
  if (error.what != name) error = {error.kind, name, error.line(), ""};
  if (error.kind == ErrorKind::usage) error.kind = ErrorKind::failed;
  return error;
}

Error saw_no_frame(const ProgramPlan& plan, const ProgramOutcome& outcome) {
  return {ErrorKind::failed, plan.command.front(), "saw no OpenGL frame; " + outcome.why_no_frame, ""};
}

}  // namespace framespool
