// framespool ctl: controls recorders that run, from another terminal or a script.
#include <fmt/format.h>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/platform/control_socket.h"
#include "app/platform/print.h"

namespace framespool {
namespace {

constexpr const char* kFooter = R"(
Recorders are `framespool run` and the window. Where several run, --pid says which one; list and status show all.
start begins a take (or goes on after a pause), stop ends it. mark puts a text on the next frame: `info --marks` shows it.

Examples:
  framespool ctl list
  framespool ctl stop
  framespool ctl mark "the jump" --pid 4711
  framespool ctl status --json | jq .frames)";

class CtlCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("VERB", verb_, "list, start, stop, pause, resume, status or mark (default list)")
        ->option_text(" ")
        ->check(CLI::IsMember({"list", "start", "stop", "pause", "resume", "status", "mark"}));
    options.add_option("TEXT", text_, "Of a mark")->option_text(" ");
    options.add_option("--pid", pid_, "The recorder, by its process")->type_name("N");
    options.add_flag("--json", json_, "One JSON object a line");
    declare_quiet(options, reporting_);
  }

  Result<void> run(StopSignals&) override {
    if ((verb_ == "mark") == text_.empty())
      return fail(ErrorKind::usage, "ctl", verb_ == "mark" ? "mark needs a text" : "only mark takes a text",
                  "framespool ctl mark \"what happened\"");
    auto directory = control_directory();
    if (!directory) return tl::unexpected(directory.error());
    auto recorders = control_sockets(*directory);
    if (!pid_.empty()) {
      const auto pid = parse_count("--pid", pid_, 1, INT32_MAX);
      if (!pid) return tl::unexpected(pid.error());
      std::erase_if(recorders, [&](const ControlAddress& each) { return each.pid != static_cast<int>(*pid); });
    }
    const bool looks = verb_ == "list" || verb_ == "status";
    if (recorders.empty()) {
      if (verb_ == "list") return {};
      return fail(ErrorKind::failed, "ctl", pid_.empty() ? "no recorder runs" : "no recorder runs as process " + pid_);
    }
    if (recorders.size() > 1 && !looks)
      return fail(ErrorKind::usage, "ctl", fmt::format("{} recorders run", recorders.size()),
                  "say which one with --pid; framespool ctl list shows them");
    Result<void> outcome;
    for (const ControlAddress& each : recorders)
      if (auto done = ask(each, looks ? "status" : verb_); !done && outcome) outcome = done;
    return outcome;
  }

 private:
  Result<void> ask(const ControlAddress& recorder, const std::string& verb) const {
    bool gone = false;
    auto answer = ask_control_socket(
        recorder.socket, fmt::format("{} {} {}", json_ ? "json" : "text", verb, text_), gone);
    if (!answer) {
      if (gone && verb == "status") return {};  // it has just ended
      return tl::unexpected(answer.error());
    }
    const bool is_ok = answer->starts_with("ok ");
    const std::string rest = answer->substr(std::min(answer->find(' ') + 1, answer->size()));
    if (!is_ok && !json_) return fail(ErrorKind::failed, "ctl", rest);
    if (json_ || !reporting_.quiet) print(stdout, "{}\n", rest);
    if (!is_ok) return fail(ErrorKind::failed, "ctl", "it was refused");
    return {};
  }

  std::string verb_ = "list", text_, pid_;
  bool json_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_ctl_command() {
  return std::make_unique<CtlCommand>();
}

}  // namespace framespool
