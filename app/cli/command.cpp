#include "app/cli/command.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/platform/print.h"
#include "cache/ledger.h"

namespace framespool {

ProgressMode Reporting::mode() const {
  if (quiet) return ProgressMode::none;
  return progress == "json" ? ProgressMode::json : ProgressMode::bar;
}

void declare_quiet(CLI::App& options, Reporting& reporting) {
  options.add_flag("-q,--quiet", reporting.quiet, "Say nothing but errors");
}

void declare_progress(CLI::App& options, Reporting& reporting) {
  options
      .add_option("--progress", reporting.progress,
                  "How to show progress on standard error: bar or json (default bar)")
      ->type_name("bar|json")
      ->check(CLI::IsMember({"bar", "json"}));
  declare_quiet(options, reporting);
}

void declare_memory_report(CLI::App& options, bool& wanted) {
  options.add_flag("--memory-report", wanted,
                   "At the end, print what memory was used for what, and what leaked, on standard error");
}

void print_memory_report() {
  print(stderr, "{}", format_ledger(Ledger::instance().snapshot()));
}

void note(const Reporting& reporting, const std::string& text) {
  if (!reporting.quiet) print(stderr, "framespool: note: {}\n", text);
}

void warn(const Reporting& reporting, const std::string& text) {
  if (!reporting.quiet) print(stderr, "framespool: warning: {}\n", text);
}

Error with_overwrite_hint(Error error, const std::string& output, bool overwrite) {
  std::error_code ignored;
  if (error.kind == ErrorKind::usage && !overwrite && std::filesystem::is_regular_file(output, ignored))
    error.remedy = "choose another name, or --overwrite";
  return error;
}

Error stopped_by(int signal_number, const std::string& what, const std::string& when) {
  const char* by = signal_number == SIGINT   ? "Ctrl-C"
                   : signal_number == SIGHUP ? "the terminal closing"
                                             : "SIGTERM";
  return Error{ErrorKind::cancelled, what, fmt::format("stopped by {} {}", by, when), {}};
}

}  // namespace framespool
