// framespool import: raw frames of any program into a take, one frame at a time.
#include <fmt/format.h>

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/expand_rgb.h"
#include "app/cli/format.h"
#include "app/cli/input_stream.h"
#include "app/platform/print.h"
#include "cache/take_writer.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
FILE holds nothing but pixels, frame after frame, rows tightly packed, the bottom row first (as OpenGL has
them) unless --top-down says otherwise. - is standard input.

Examples:
  framespool import frames.rgba -o a.fspool --size 1280x720 --fps 60
  ffmpeg -i clip.mp4 -f rawvideo -pix_fmt rgb24 - | framespool import - -o clip.fspool --size 640x360 --fps 25 \
      --pixel-format rgb --top-down)";

class ImportCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("FILE", input_, "Raw frames, or - for standard input")->required()->option_text(" ");
    options.add_option("-o,--output", output_, "The take to write")->required()->type_name("TAKE");
    options.add_option("--size", size_, "Pixels of a frame")->required()->type_name("WxH");
    options.add_option("--fps", fps_, "Frames a second: 60, 23.976, 30000/1001 (default 60)")->type_name("R");
    options
        .add_option("--pixel-format", format_, "rgba, bgra or rgb (default rgba; rgb becomes opaque rgba)")
        ->type_name("rgba|bgra|rgb")
        ->check(CLI::IsMember({"rgba", "bgra", "rgb"}));
    options.add_flag("--top-down", top_down_, "The top row comes first");
    options
        .add_option("--reserve", reserve_, "Stop cleanly when less space is left on the disk: 500M, 2G, 0")
        ->type_name("BYTES");
    options.add_flag("--overwrite", overwrite_, "Replace TAKE where it exists");
    declare_progress(options, reporting_);
  }

  Result<void> run(StopSignals& signals) override {
    const auto size = parse_size("--size", size_);
    if (!size) return tl::unexpected(size.error());
    const auto rate = parse_rate_option("--fps", fps_);
    if (!rate) return tl::unexpected(rate.error());
    auto input = InputStream::open(input_, signals);
    if (!input) return tl::unexpected(input.error());
    const StopSignals::Listener listener(signals, nullptr);
    // No input, no take: nothing is created or overwritten before the first byte is there.
    const auto empty = input->is_empty();
    if (!empty) return tl::unexpected(stopped(empty.error(), 0, signals.received()));
    if (*empty) return fail(ErrorKind::usage, input->name(), "holds no frame");
    auto writer = create_writer(*size, *rate);
    if (!writer) return tl::unexpected(with_overwrite_hint(writer.error(), output_, overwrite_));
    const FrameInfo pattern = frame_pattern(*size, *rate);
    const std::size_t stored_bytes = pattern.payload_bytes;
    const std::size_t read_bytes = format_ == "rgb" ? stored_bytes / 4 * 3 : stored_bytes;
    ProgressMeter meter("import", input->size() / read_bytes);
    ProgressDisplay display(reporting_.mode(), [&] { return meter.sample(); });
    const auto copied = copy_frames(*input, **writer, pattern, read_bytes, meter);
    const auto summary = (*writer)->finish();
    if (copied && summary && !summary->stopped_for_space) meter.complete();
    display.finish();
    return conclude(*size, *rate, copied, summary, (*writer)->stopped(), signals.received());
  }

 private:
  Result<std::unique_ptr<TakeWriter>> create_writer(FrameSize size, Rational rate) const {
    TakeWriterOptions options;
    options.path = output_;
    options.info.rate = rate;
    options.info.clock = ClockKind::fixed_step;
    options.info.program = "framespool";
    options.info.scene = "import";
    options.first_payload_bytes = frame_bytes(size.width, size.height).value();
    options.overwrite = overwrite_;
    if (!reserve_.empty()) {
      const auto reserve = parse_byte_count("--reserve", reserve_);
      if (!reserve) return tl::unexpected(reserve.error());
      options.reserve_bytes = *reserve;
    }
    return TakeWriter::create(options);
  }

  FrameInfo frame_pattern(FrameSize size, Rational rate) const {
    FrameInfo info;
    info.rate = rate;
    info.clock = ClockKind::fixed_step;
    info.width = size.width;
    info.height = size.height;
    info.stride_bytes = size.width * kBytesPerPixel;
    info.format = format_ == "bgra" ? PixelFormat::bgra8 : PixelFormat::rgba8;
    info.row_order = top_down_ ? RowOrder::top_down : RowOrder::bottom_up;
    info.payload_bytes = frame_bytes(size.width, size.height).value();
    return info;
  }

  // Until the input ends. Each frame is read straight into its slot.
  static Result<void> copy_frames(InputStream& input, TakeWriter& writer, const FrameInfo& pattern,
                                  std::size_t read_bytes, ProgressMeter& meter) {
    for (std::uint64_t number = 0;; ++number) {
      auto slot = writer.acquire(pattern.payload_bytes, TakeWriter::Wait::yes);
      if (!slot) return tl::unexpected(slot.error());
      const std::span<std::byte> payload = (*slot)->payload();
      // RGB goes to the end of the slot, from where it is spread over the whole of it.
      const auto got = input.read(payload.last(read_bytes));
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) return {};
      if (*got < read_bytes)
        return fail(
            ErrorKind::failed, input.name(),
            fmt::format("ends in the middle of frame {}: {} of {} bytes are there", number, *got, read_bytes),
            "check --size and --pixel-format");
      if (read_bytes < payload.size()) expand_rgb_in_place(payload);
      FrameInfo info = pattern;
      info.presented = number;
      info.pts_ns = step_time_ns(number, info.rate);
      if (auto committed = writer.commit(std::move(**slot), info); !committed) return committed;
      meter.set(number + 1, (number + 1) * read_bytes);
    }
  }

  // An error of the input, or, where a signal ended the waiting, what became of the take.
  Error stopped(const Error& error, std::uint64_t frames, int signal_number) const {
    if (error.kind != ErrorKind::cancelled) return error;
    return stopped_by(signal_number, output_, "after " + format_count(frames, "frame"));
  }

  Result<void> conclude(FrameSize size, Rational rate, const Result<void>& copied,
                        const Result<TakeSummary>& summary, const std::optional<Error>& stopped_by_disk,
                        int signal_number) const {
    if (!summary) return tl::unexpected(copied ? summary.error() : copied.error());
    const std::string kept = format_count(summary->frames, "whole frame") + " kept in " + output_;
    if (summary->stopped_for_space && stopped_by_disk) return tl::unexpected(*stopped_by_disk);
    if (!copied && copied.error().kind == ErrorKind::cancelled)
      return tl::unexpected(stopped(copied.error(), summary->frames, signal_number));
    if (!copied) {
      Error error = copied.error();
      error.remedy = error.remedy.empty() ? kept : kept + "; " + error.remedy;
      return tl::unexpected(error);
    }
    if (!reporting_.quiet)
      print(stdout, "{}: {}, {}\n", output_,
                 format_take(summary->frames, size.width, size.height, rate, summary->duration_ns,
                             TakeState::complete),
                 format_bytes(summary->file_bytes));
    return {};
  }

  std::string input_, output_, size_, fps_ = "60", format_ = "rgba", reserve_;
  bool top_down_ = false, overwrite_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_import_command() {
  return std::make_unique<ImportCommand>();
}

}  // namespace framespool
