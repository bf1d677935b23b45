// What the sheet "Record a program" holds, as the person left it, and what it means.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/model/naming.h"
#include "app/model/program_plan.h"
#include "cache/error.h"

namespace framespool {

struct ProgramForm {
  std::string command;         // a command line, as a shell would take it; no pipes, no redirections
  std::string folder;          // the program starts in it; empty: where this program was started
  std::string take;            // a name in the folder of the takes, or a path; empty: what proposed_take() says
  bool fixed_step = false;     // else real time
  std::string rate;            // frames a second; empty: every frame in real time, 60 at a fixed step
  bool every_frame = false;    // real time: the program waits for the disk instead of losing frames
  bool start_paused = false;
};

// Words of a command line: quotes, ~, $VARIABLES and patterns mean what they mean to a shell. Error: usage.
[[nodiscard]] Result<std::vector<std::string>> split_command(const std::string& line);
// One word so that split_command() gives it back unchanged.
[[nodiscard]] std::string quoted_word(std::string_view word);

// "glxgears-0001" for "glxgears -fullscreen"; empty where no program is named yet.
[[nodiscard]] std::string proposed_take(const ProgramForm& form, const std::filesystem::path& takes, const NameTaken& taken);

// Everything that `framespool run` would have been told, the program found. Errors: usage and those of
// find_what_to_start(), with the command line's sentences.
[[nodiscard]] Result<ProgramPlan> make_program_plan(const ProgramForm& form, const std::filesystem::path& takes,
                                                    const NameTaken& taken);

}  // namespace framespool
