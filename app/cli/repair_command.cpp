// framespool repair: an interrupted take gets what a clean stop would have given it.
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/platform/print.h"
#include "cache/take_reader.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
Cuts a torn tail off, writes the index and the end block, and gives unused space back to the disk. Frames are
never changed. An interrupted take can be read without it.

Example:
  framespool repair a.fspool)";

class RepairCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take to finish")->required()->option_text(" ");
    declare_quiet(options, reporting_);
  }

  Result<void> run(StopSignals&) override {
    const auto report = repair_take(take_);
    if (!report) return tl::unexpected(report.error());
    if (reporting_.quiet) return {};
    if (report->was_complete)
      print(stdout, "{}: {}, was complete already\n", take_, format_count(report->frames, "frame"));
    else
      print(stdout, "{}: {}, complete now, {} of a torn tail removed\n", take_,
                 format_count(report->frames, "frame"), format_bytes(report->bytes_cut));
    return {};
  }

 private:
  std::string take_;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_repair_command() {
  return std::make_unique<RepairCommand>();
}

}  // namespace framespool
