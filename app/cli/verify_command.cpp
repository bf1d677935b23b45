// framespool verify: every checksum of a take.
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/platform/print.h"
#include "cache/take_reader.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
Reads the whole take and prints a line for each bad frame. The exit status is 1 when anything is damaged.

Example:
  framespool verify a.fspool)";

class VerifyCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take to check")->required()->option_text(" ");
    declare_progress(options, reporting_);
  }

  Result<void> run(StopSignals& signals) override {
    const StopSignals::Listener listener(signals, nullptr);
    Watch watch{signals, ProgressMeter("verify", 0)};
    auto report = check(watch);
    if (!report) {
      if (report.error().kind == ErrorKind::cancelled || signals.received() != 0)
        return tl::unexpected(stopped_by(signals.received(), take_, "before the end"));
      return tl::unexpected(report.error());
    }
    for (const std::string& problem : report->problems) print(stdout, "{}\n", problem);
    if (report->problem_count > report->problems.size())
      print(stdout, "and {} more\n", report->problem_count - report->problems.size());
    if (report->problem_count > 0)
      return fail(ErrorKind::damaged, take_,
                  fmt::format("damaged: {}; {} whole", format_count(report->problem_count, "problem"),
                              format_count(report->frames, "frame")),
                  "`framespool export --salvage` leaves the bad ones out");
    if (!reporting_.quiet)
      print(stdout, "{}: {}, all whole, {}\n", take_, format_count(report->frames, "frame"),
                 to_string(report->state));
    return {};
  }

 private:
  struct Watch {
    StopSignals& signals;
    ProgressMeter meter;
  };

  Result<VerifyReport> check(Watch& watch) const {
    ProgressDisplay display(reporting_.mode(), [&] { return watch.meter.sample(); });
    auto report = verify_take(
        take_,
        [](void* context, std::uint64_t done, std::uint64_t total) {
          auto& seen = *static_cast<Watch*>(context);
          seen.meter.set_total(total);
          seen.meter.set(done);
          return seen.signals.received() == 0;
        },
        &watch);
    if (report) watch.meter.complete();
    return report;
  }

  std::string take_;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_verify_command() {
  return std::make_unique<VerifyCommand>();
}

}  // namespace framespool
