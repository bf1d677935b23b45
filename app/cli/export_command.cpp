// framespool export: a take into a PNG sequence, a movie, or raw video for another program.
#include <fmt/format.h>

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/platform/memory_usage.h"
#include "app/platform/print.h"
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
  framespool export a.fspool a.mkv --lossless                 RGB, exact
  framespool export a.fspool part.mov --range 100:200 --speed 0.5
  framespool export a.fspool - | ffplay -                     y4m into another program)";

class ExportCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take to export")->required()->option_text(" ");
    options.add_option("OUTPUT", output_, "Where to")->required()->option_text(" ");
    options.add_option("--range", range_, "Only the frames from A up to, not with, B; counted from 0")
        ->type_name("A:B");
    options.add_option("--fps", fps_, "Frames a second of the output; the duration stays")->type_name("R");
    options.add_option("--speed", speed_, "2 is twice as fast, 0.5 half; the rate stays")->type_name("X");
    options.add_flag("--vfr", values_.vfr, "Movies of real-time takes keep every time stamp");
    options.add_option("--crf", crf_, "H.264 quality, 0 (best) to 51 (default 18)")->type_name("N");
    options.add_option("--preset", values_.preset, "H.264 effort: ultrafast to veryslow (default veryfast)")
        ->type_name("P");
    options.add_option("--codec", values_.codec, "The encoder's name in FFmpeg (default libx264)")
        ->type_name("C");
    options.add_flag("--lossless", values_.lossless, "Movies in RGB, exact to the pixel");
    options.add_flag("--alpha", values_.alpha, "PNGs keep the alpha channel");
    options.add_option("--jobs", jobs_, "Threads that compress PNGs (default: the cores, at most 4)")
        ->type_name("N");
    options.add_option("--png", png_, "PNG compression: fast or small (default fast)")
        ->type_name("fast|small")
        ->check(CLI::IsMember({"fast", "small"}));
    options.add_option("--raw-format", raw_format_, "For OUTPUT -: y4m or rgb24 (default y4m)")
        ->type_name("y4m|rgb24")
        ->check(CLI::IsMember({"y4m", "rgb24"}));
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
    declare_progress(options, reporting_);
    declare_memory_report(options, memory_report_);
    declare_not_built(options, {"--verify", "--bit-depth"});
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
    const StopSignals::Listener listener(signals, [&] { (*job)->cancel(); });
    ProgressDisplay display(reporting_.mode(), [&] { return sample((*job)->progress()); });
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
    return {};
  }

  Result<void> parse_values() {
    const auto keep = [](auto parsed, auto& value) -> Result<void> {
      if (!parsed) return tl::unexpected(parsed.error());
      value = *parsed;
      return {};
    };
    if (!range_.empty())
      if (auto done = keep(parse_range("--range", range_), values_.range); !done) return done;
    if (!fps_.empty())
      if (auto done = keep(parse_rate_option("--fps", fps_), values_.fps); !done) return done;
    if (!speed_.empty())
      if (auto done = keep(parse_decimal("--speed", speed_, 0.001, 1000), values_.speed); !done) return done;
    if (!crf_.empty())
      if (auto done = keep(parse_decimal("--crf", crf_, 0, 51), values_.crf); !done) return done;
    if (!jobs_.empty()) {
      const auto jobs = parse_count("--jobs", jobs_, 1, 256);
      if (!jobs) return tl::unexpected(jobs.error());
      values_.jobs = static_cast<int>(*jobs);
    }
    values_.png_effort = png_ == "small" ? PngEffort::small : PngEffort::fast;
    values_.raw_format = raw_format_ == "rgb24" ? RawFormat::rgb24 : RawFormat::y4m;
    return {};
  }

  static const char* name_of(ExportState state) {
    switch (state) {
      case ExportState::waiting:
      case ExportState::running:
        return "running";
      case ExportState::cancelling:
        return "cancelling";
      case ExportState::done:
        return "done";
      case ExportState::cancelled:
        return "cancelled";
      case ExportState::failed:
        return "failed";
    }
    return "running";
  }

  static ProgressSample sample(const ExportProgress& progress) {
    ProgressSample sample;
    sample.action = "export";
    sample.done = progress.pictures_done;
    sample.total = progress.pictures_total;
    sample.fraction = progress.fraction;
    sample.per_second = progress.pictures_per_s;
    sample.elapsed_s = progress.elapsed_s;
    sample.remaining_s = progress.remaining_s;
    sample.bytes_written = progress.bytes_written;
    sample.memory_bytes = memory_usage().resident_bytes;
    sample.state = name_of(progress.state);
    return sample;
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

  std::string take_, output_, range_, fps_, speed_, crf_, jobs_, raw_format_ = "y4m", png_ = "fast";
  ExportOptions values_;
  bool memory_report_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_export_command() {
  return std::make_unique<ExportCommand>();
}

}  // namespace framespool
