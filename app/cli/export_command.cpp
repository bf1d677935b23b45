// framespool export: a take into a PNG sequence, a movie, or raw video for another program.
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/comparison_text.h"
#include "app/cli/export_progress.h"
#include "app/cli/format.h"
#include "app/cli/timing_arguments.h"
#include "app/platform/memory_usage.h"
#include "app/platform/print.h"
#include "encode/compare.h"
#include "encode/make_export.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
OUTPUT is a movie by its ending (.mp4 .mov .mkv), a folder for image-0000.png, image-0001.png, ... (an existing
one, a trailing slash, or no ending), a pattern (shot-%05d.png), or - for raw video on standard output.
Nothing that exists is replaced without --overwrite.

Examples:
  framespool export a.fspool frames/                          one PNG a frame
  framespool export a.fspool frames/ --resume                 goes on where one was cancelled or killed
  framespool export a.fspool a.mp4 --crf 16 --preset slow     a smaller, better movie
  framespool export a.fspool a.mp4 --bit-depth 10 --verify    smooth gradients, and proof
  framespool export a.fspool a.mkv --lossless                 RGB, exact
  framespool export a.fspool part.mov --range 100:200 --speed 0.5
  framespool export a.fspool - | ffplay -                     y4m into another program)";

class ExportCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take to export")->required()->option_text(" ");
    options.add_option("OUTPUT", output_, "Where to")->required()->option_text(" ");
    timing_.declare(options, values_.vfr);
    only_for(kMovie, options.get_option("--vfr"));
    only_for(kMovie,
             options.add_option("--crf", crf_, "H.264 quality, 0 (best) to 51 (default 18)")->type_name("N"));
    only_for(kMovie, options
                         .add_option("--preset", values_.preset,
                                     "H.264 effort: ultrafast to veryslow (default veryfast)")
                         ->type_name("P"));
    only_for(kMovie,
             options.add_option("--codec", values_.codec, "The encoder's name in FFmpeg (default libx264)")
                 ->type_name("C"));
    only_for(kMovie, options.add_flag("--lossless", values_.lossless, "Movies in RGB, exact to the pixel"));
    only_for(kMovie, options
                         .add_option("--bit-depth", values_.bit_depth,
                                     "8, or 10 for smooth gradients: H.264's High 10 (default 8)")
                         ->type_name("8|10")
                         ->check(CLI::IsMember({8, 10})));
    only_for(kMovie,
             options
                 .add_option("--chroma", chroma_,
                             "Colour at every second pixel, 420, or at every pixel, 444 (default 420)")
                 ->type_name("420|444")
                 ->check(CLI::IsMember({"420", "444"})));
    only_for(kImages, options.add_flag("--alpha", values_.alpha, "PNGs keep the alpha channel"));
    only_for(
        kImages | kMovie,
        options
            .add_option(
                "--jobs", jobs_,
                "Threads that compress; PNGs are the same for every N, movies for the same N (default for PNGs: "
                "the cores, at most 4; for movies the encoder's)")
            ->type_name("N"));
    only_for(kImages, options.add_option("--png", png_, "PNG compression: fast or small (default fast)")
                          ->type_name("fast|small")
                          ->check(CLI::IsMember({"fast", "small"})));
    only_for(kRaw,
             options.add_option("--raw-format", raw_format_, "For OUTPUT -: y4m or rgb24 (default y4m)")
                 ->type_name("y4m|rgb24")
                 ->check(CLI::IsMember({"y4m", "rgb24"})));
    options.add_flag("--overwrite", values_.overwrite,
                     "Replace what is there, and images beyond the new sequence");
    options.add_flag("--resume", values_.resume,
                     "Go on with a PNG export that did not end: images that are there and right are kept");
    options.add_flag("--follow", values_.follow,
                     "Of a take that is still being recorded, wait for the frames to come until it ends");
    options.add_flag("--strict", values_.strict,
                     "Any damage, a torn end, a dropped or differently sized frame is an error");
    options.add_flag("--salvage", values_.salvage,
                     "Leave damaged frames out instead of stopping, and name them");
    options.add_flag("--verify", verify_, "Decode what was written again and compare it with the take: prints mean and worst "
                     "picture; `compare --per-frame` prints each");
    declare_progress(options, reporting_);
    declare_memory_report(options, memory_report_);
  }

  Result<void> run(StopSignals& signals) override {
    auto done = export_take(signals);
    if (memory_report_) print_memory_report();
    return done;
  }

 private:
  Result<void> export_take(StopSignals& signals) {
    if (auto parsed = parse_values(); !parsed) return parsed;
    auto job = make_export(take_, output_, values_);
    if (!job) return tl::unexpected(job.error());
    std::optional<StopSignals::Listener> listener(std::in_place, signals, [&] { (*job)->cancel(); });
    ProgressDisplay display(reporting_.mode(), [&] { return progress_sample("export", (*job)->progress()); });
    (*job)->start();
    auto summary = (*job)->wait();
    display.finish();
    if (!summary) {
      if (summary.error().kind != ErrorKind::cancelled) return tl::unexpected(summary.error());
      const auto progress = (*job)->progress();
      return tl::unexpected(stopped_by(
          signals.received(), output_,
          progress.pictures_total == 0
              ? fmt::format("after {}", format_count(progress.pictures_done, "picture"))
              : fmt::format("after {} of {} pictures", progress.pictures_done, progress.pictures_total)));
    }
    say(*summary);
    if (!verify_) return {};
    listener.reset();
    job->reset();
    // The take may have grown meanwhile: what was exported is compared.
    if (!values_.range) values_.range = FrameRange{0, summary->frames_read + summary->frames_damaged};
    return verify(signals);
  }

  // Options that only some outputs understand.
  enum Kinds : unsigned { kImages = 1, kMovie = 2, kRaw = 4 };
  struct Limited {
    unsigned kinds;
    const CLI::Option* option;  // owned by the options
  };
  void only_for(unsigned kinds, const CLI::Option* option) { limited_.push_back({kinds, option}); }

  // An option that has no say in this output is refused, not ignored.
  Result<void> check_belonging(OutputKind output) const {
    const unsigned kind = output == OutputKind::movie       ? kMovie
                          : output == OutputKind::raw_video ? kRaw
                                                            : kImages;
    for (const auto& [kinds, option] : limited_)
      if (option->count() > 0 && (kinds & kind) == 0)
        return fail(ErrorKind::usage, option->get_name(),
                    fmt::format("is for {}, and {} is {}",
                                (kinds & kImages) != 0 ? "images"
                                : kinds == kRaw        ? "raw video, OUTPUT -"
                                                       : "movies",
                                output_ == "-" ? "standard output" : output_,
                                kind == kMovie ? "a movie"
                                : kind == kRaw ? "raw video"
                                               : "a sequence of images"));
    if (values_.lossless && !crf_.empty())
      return fail(ErrorKind::usage, "--crf", "has no say in a lossless movie");
    return {};
  }

  Result<void> parse_values() {
    const auto target = parse_output(output_);
    if (!target) return tl::unexpected(target.error());
    if (auto good = check_belonging(target->kind); !good) return good;
    if (verify_ && target->kind == OutputKind::raw_video)
      return fail(ErrorKind::usage, "--verify", "cannot read again what went to standard output",
                  "keep it in a file and use `framespool compare`");
    if (auto done = timing_.parse(values_); !done) return done;
    if (!crf_.empty())
      if (auto done = keep(parse_decimal("--crf", crf_, 0, 51), values_.crf); !done) return done;
    if (!jobs_.empty()) {
      const auto jobs = parse_count("--jobs", jobs_, 1, 256);
      if (!jobs) return tl::unexpected(jobs.error());
      values_.jobs = static_cast<int>(*jobs);
    }
    values_.chroma = chroma_ == "444" ? Chroma::c444 : Chroma::c420;
    values_.png_effort = png_ == "small" ? PngEffort::small : PngEffort::fast;
    values_.raw_format = raw_format_ == "rgb24" ? RawFormat::rgb24 : RawFormat::y4m;
    return {};
  }

  // Every file of the output, decoded again.
  Result<void> verify(StopSignals& signals) {
    const auto report = std::make_shared<ComparisonReport>();
    auto job = make_verification(take_, output_, values_, report);
    if (!job) return tl::unexpected(job.error());
    const StopSignals::Listener listener(signals, [&] { (*job)->cancel(); });
    ProgressDisplay display(reporting_.mode(), [&] { return progress_sample("verify", (*job)->progress()); });
    (*job)->start();
    const auto summary = (*job)->wait();
    display.finish();
    if (!summary && summary.error().kind == ErrorKind::cancelled)
      return tl::unexpected(stopped_by(signals.received(), output_,
                                       fmt::format("after {} were verified; the export itself is whole",
                                                   format_count(report->pictures, "picture"))));
    if (!reporting_.quiet && report->pictures > 0)
      print(stdout, "{}: verified: {}\n", output_, format_comparison(*report));
    if (!summary) return tl::unexpected(summary.error());
    return {};
  }

  // Notes on standard error; the one line of the result on standard output, unless the pictures went there.
  void say(const ExportSummary& summary) const {
    for (const std::string& text : summary.sink.notes) note(reporting_, text);
    if (summary.frames_repeated > 0 || summary.frames_skipped > 0)
      note(reporting_, fmt::format("to keep the rate, {} repeated and {} left out",
                                   format_count(summary.frames_repeated, "frame"), summary.frames_skipped));
    if (reporting_.quiet) return;
    const bool piped = output_ == "-";
    const double rate =
        summary.elapsed_s > 0 ? static_cast<double>(summary.sink.pictures) / summary.elapsed_s : 0;
    print(piped ? stderr : stdout, "{}: {}, {} in {:.2f} s ({:.0f}/s), peak memory {}\n",
          piped ? "standard output" : summary.sink.output.string(),
          format_count(summary.sink.pictures, "picture"), format_bytes(summary.sink.bytes), summary.elapsed_s,
          rate, format_bytes(memory_usage().peak_bytes));
  }

  std::string take_, output_, crf_, jobs_, chroma_ = "420", raw_format_ = "y4m", png_ = "fast";
  TimingArguments timing_;
  std::vector<Limited> limited_;
  bool verify_ = false;
  ExportOptions values_;
  bool memory_report_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_export_command() {
  return std::make_unique<ExportCommand>();
}

}  // namespace framespool
