// One command of the program: its options and what it does. Each lives in its own file, NAME_command.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/progress_display.h"
#include "app/platform/signals.h"
#include "cache/error.h"

namespace framespool {

class Command {
 public:
  virtual ~Command() = default;
  // Options, help and examples. `options` outlives this object and is filled before run().
  virtual void declare(CLI::App& options) = 0;
  // Results go to standard output, everything else to standard error; errors are returned, not printed.
  // Error cancelled: a signal ended it, after cleaning up.
  [[nodiscard]] virtual Result<void> run(StopSignals& signals) = 0;
  // What stood behind `--`, before run().
  virtual void take_rest(std::vector<std::string> /*words*/) {}
  // After run(): the exit status where the result does not tell it. nullopt: it does.
  [[nodiscard]] virtual std::optional<int> exit_status() const { return std::nullopt; }
};

[[nodiscard]] std::unique_ptr<Command> make_record_command();
[[nodiscard]] std::unique_ptr<Command> make_export_command();
[[nodiscard]] std::unique_ptr<Command> make_compare_command();
[[nodiscard]] std::unique_ptr<Command> make_import_command();
[[nodiscard]] std::unique_ptr<Command> make_info_command();
[[nodiscard]] std::unique_ptr<Command> make_verify_command();
[[nodiscard]] std::unique_ptr<Command> make_repair_command();
[[nodiscard]] std::unique_ptr<Command> make_cut_command();
[[nodiscard]] std::unique_ptr<Command> make_takes_command();
[[nodiscard]] std::unique_ptr<Command> make_run_command();
[[nodiscard]] std::unique_ptr<Command> make_ctl_command();
[[nodiscard]] std::unique_ptr<Command> make_window_command();  // what runs when no command is named

// What several commands share
// -----------------------------------------------------------------------------------

// --quiet and --progress.
struct Reporting {
  bool quiet = false;
  std::string progress = "bar";
  [[nodiscard]] ProgressMode mode() const;
};
void declare_quiet(CLI::App& options, Reporting& reporting);
void declare_progress(CLI::App& options, Reporting& reporting);  // both

// --memory-report. Printed when everything that the command worked with was destroyed, so that what is still
// in the ledger then has leaked.
void declare_memory_report(CLI::App& options, bool& wanted);
void print_memory_report();  // on standard error

// Lines on standard error, silent when quiet: "framespool: note: ..." and "framespool: warning: ...".
void note(const Reporting& reporting, const std::string& text);
void warn(const Reporting& reporting, const std::string& text);

// An output that exists is refused by libraries that know no options: here it gets the option's name.
[[nodiscard]] Error with_overwrite_hint(Error error, const std::string& output, bool overwrite);

// The error of something that a signal ended: "WHAT: stopped by Ctrl-C WHEN".
[[nodiscard]] Error stopped_by(int signal_number, const std::string& what, const std::string& when);

}  // namespace framespool
