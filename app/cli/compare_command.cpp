// framespool compare: a movie or images beside the take they were made from.
#include <fmt/format.h>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/comparison_text.h"
#include "app/cli/export_progress.h"
#include "app/cli/format.h"
#include "app/cli/timing_arguments.h"
#include "app/platform/print.h"
#include "encode/compare.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
FILE is any movie that FFmpeg decodes, a folder of PNGs or a pattern (shot-%05d.png). Say --range, --fps, --speed and
--vfr as for the export. Pixels must be the same in images and in movies that hold RGB; other movies are judged by PSNR:
below 20 dB a picture is another one. YUV is compared as YUV where the take converts to the same kind, else as RGB.
Exit status 1: a picture differs, is missing or too many, or cannot be decoded.

Examples:
  framespool compare a.fspool frames/
  framespool compare a.fspool a.mp4 --min-psnr 38
  framespool compare a.fspool a.mp4 --per-frame > a.scores     number, PSNR in dB, SSIM of each picture)";

class CompareCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take it was made from")->required()->option_text(" ");
    options.add_option("FILE", other_, "What to compare with it")->required()->option_text(" ");
    timing_.declare(options, values_.vfr);
    options.add_flag("--exact", rules_.exact, "Every sample has to be the same, whatever the file holds");
    options
        .add_option("--min-psnr", min_psnr_,
                    "What each picture has to reach; also where pixels should be the same")
        ->type_name("DB");
    options
        .add_option("--raw-format", raw_format_,
                    "rgb24: FILE holds raw pictures without a header (.rgb, .raw)")
        ->type_name("y4m|rgb24")
        ->check(CLI::IsMember({"y4m", "rgb24"}));
    options.add_flag("--per-frame", per_frame_, "Print a line for each picture: number, PSNR, SSIM");
    options.add_flag("--json", json_, "The result as one JSON object");
    options.add_flag("--salvage", values_.salvage, "Damaged frames of the take have no picture");
    declare_progress(options, reporting_);
  }

  Result<void> run(StopSignals& signals) override {
    if (auto parsed = timing_.parse(values_); !parsed) return parsed;
    if (!min_psnr_.empty())
      if (auto done = keep(parse_decimal("--min-psnr", min_psnr_, 0, 200), rules_.min_psnr_db); !done)
        return done;
    if (rules_.exact && rules_.min_psnr_db)
      return fail(ErrorKind::usage, "--exact", "wants all the same, --min-psnr less: choose one");
    values_.raw_format = raw_format_ == "rgb24" ? RawFormat::rgb24 : RawFormat::y4m;
    if (per_frame_)
      rules_.on_picture = [](const PictureScore& score) { print(stdout, "{}\n", format_score(score)); };

    const auto report = std::make_shared<ComparisonReport>();
    auto job = make_comparison(take_, other_, values_, rules_, report);
    if (!job) return tl::unexpected(job.error());
    const StopSignals::Listener listener(signals, [&] { (*job)->cancel(); });
    ProgressDisplay display(reporting_.mode(),
                            [&] { return progress_sample("compare", (*job)->progress()); });
    (*job)->start();
    const auto summary = (*job)->wait();
    display.finish();
    if (!summary && summary.error().kind == ErrorKind::cancelled)
      return tl::unexpected(stopped_by(signals.received(), other_,
                                       fmt::format("after {}", format_count(report->pictures, "picture"))));
    if (summary)
      for (const std::string& text : summary->sink.notes) note(reporting_, text);
    if (json_)
      print(stdout, "{}\n", format_comparison_json(other_, *report));
    else if (!reporting_.quiet && (summary || report->pictures > 0))
      print(stdout, "{}: {}\n", other_, format_comparison(*report));
    if (!summary) return tl::unexpected(summary.error());
    return {};
  }

 private:
  std::string take_, other_, min_psnr_, raw_format_ = "y4m";
  TimingArguments timing_;
  ExportOptions values_;
  ComparisonRules rules_;
  bool per_frame_ = false, json_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_compare_command() {
  return std::make_unique<CompareCommand>();
}

}  // namespace framespool
