// framespool cut: a shorter take out of a longer one.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/platform/print.h"
#include "cache/cache_directory.h"
#include "cache/room.h"
#include "cache/take_reader.h"
#include "cache/take_writer.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
The new take keeps rate, clock and time stamps, counted from its own first frame. The old one is not touched.

Example:
  framespool cut a.fspool --range 100:200 -o b.fspool    the hundred frames from number 100)";

class CutCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take to cut from")->required()->option_text(" ");
    options.add_option("--range", range_, "The frames from A up to, not with, B; counted from 0")
        ->required()
        ->type_name("A:B");
    options.add_option("-o,--output", output_, "The new take")->required()->type_name("NEW");
    options.add_flag("--overwrite", overwrite_, "Replace NEW where it exists");
    declare_progress(options, reporting_);
  }

  Result<void> run(StopSignals& signals) override {
    const auto range = parse_range("--range", range_);
    if (!range) return tl::unexpected(range.error());
    auto reader = TakeReader::open(take_);
    if (!reader) return tl::unexpected(reader.error());
    if (range->end > (*reader)->frame_count())
      return fail(ErrorKind::usage, "--range",
                  fmt::format("\"{}\" goes beyond the end; {} has {}", range_, take_,
                              format_count((*reader)->frame_count(), "frame")));
    std::error_code ignored;
    if (std::filesystem::equivalent(take_, output_, ignored))
      return fail(ErrorKind::usage, output_, "is the take itself", "give the new take another name");
    const auto first = (*reader)->frame_info(range->first);
    if (!first) return tl::unexpected(first.error());

    TakeWriterOptions options;
    options.path = output_;
    options.info = (*reader)->info();
    options.first_payload_bytes = first->payload_bytes;
    options.overwrite = overwrite_;
    options.only_whole = true;
    auto writer = TakeWriter::create(options);
    if (!writer) return tl::unexpected(with_overwrite_hint(writer.error(), output_, overwrite_));
    const StopSignals::Listener listener(signals, nullptr);
    ProgressMeter meter("cut", range->end - range->first);
    ProgressDisplay display(reporting_.mode(), [&] { return meter.sample(); });
    const auto copied = copy(**reader, **writer, *range, *first, meter, signals);
    if (!copied) {
      display.finish();
      // Half a cut is no take that anybody asked for, and the frames are all in the old one.
      (*writer)->abandon();
      writer->reset();
      return tl::unexpected(ended_early(copied.error(), **reader, *range, signals.received()));
    }
    const auto summary = (*writer)->finish();
    const auto stopped = (*writer)->stopped();
    writer->reset();
    if (summary && !summary->stopped_for_space) meter.complete();
    display.finish();
    if (!summary) return tl::unexpected(summary.error());
    if (summary->stopped_for_space && stopped) return tl::unexpected(no_room(stopped->why, **reader, *range));
    return conclude(*first, *summary);
  }

 private:
  // From the disk straight into the slots of the new take.
  static Result<void> copy(TakeReader& reader, TakeWriter& writer, FrameRange range, const FrameInfo& first,
                           ProgressMeter& meter, const StopSignals& signals) {
    for (std::uint64_t at = range.first; at < range.end; ++at) {
      if (signals.received() != 0) return fail(ErrorKind::cancelled, "", "");
      const auto expected = reader.frame_info(at);
      if (!expected) return tl::unexpected(expected.error());
      auto slot = writer.acquire(expected->payload_bytes, TakeWriter::Wait::yes);
      if (!slot) return tl::unexpected(slot.error());
      auto info = reader.read_frame(at, (*slot)->payload());
      if (!info) return tl::unexpected(info.error());
      // Times and numbers begin with the new take; what was lost before its first frame is not its loss.
      info->presented -= first.presented;
      info->pts_ns -= first.pts_ns;
      if (at == range.first) {
        info->flags &= ~(kFrameAfterPause | kFrameSizeChanged);
        info->dropped_before = 0;
        info->drop_reason = DropReason::none;
        info->paused_before_ns = 0;
      }
      if (info->clock == ClockKind::fixed_step) info->pts_ns = step_time_ns(at - range.first, info->rate);
      if (auto committed = writer.commit(std::move(**slot), *info); !committed) return committed;
      meter.set(at - range.first + 1);
    }
    return {};
  }

  [[nodiscard]] Error ended_early(const Error& error, TakeReader& reader, FrameRange range, int signal_number) const {
    if (error.kind == ErrorKind::cancelled)
      return stopped_by(signal_number, output_, "before the end, nothing was kept");
    return error.kind == ErrorKind::no_space ? no_room(error.why, reader, range) : error;
  }

  // After what was written of the new take is gone. A quota does not show in the free space of a disk: then it is
  // said what is needed, not what is missing.
  [[nodiscard]] Error no_room(const std::string& reason, TakeReader& reader, FrameRange range) const {
    std::uint64_t needed = room_of_empty_take();
    double bytes_per_second = 0;
    for (std::uint64_t at = range.first; at < range.end; ++at)
      if (const auto frame = reader.frame_info(at)) {
        needed += room_of_frame(frame->payload_bytes);
        bytes_per_second = std::max(bytes_per_second, static_cast<double>(frame->payload_bytes) * frame->rate.value());
      }
    std::string why = fmt::format("{}: about {} is needed for the new take", reason, room_text(needed));
    if (const auto disk = file_system_info(output_)) {
      const std::uint64_t reserve = default_reserve(*disk, static_cast<std::uint64_t>(bytes_per_second));
      if (disk->free_bytes < needed + reserve)
        why += fmt::format(", {} more than there is besides the {} that stay free",
                           room_text(needed + reserve - disk->free_bytes), room_text(reserve));
    }
    return {ErrorKind::no_space, output_, std::move(why), "free some space; the old take is untouched"};
  }

  Result<void> conclude(const FrameInfo& first, const TakeSummary& summary) const {
    if (!reporting_.quiet)
      print(stdout, "{}: {}, {}\n", output_,
                 format_take(summary.frames, first.width, first.height, first.rate, summary.duration_ns,
                             TakeState::complete),
                 format_bytes(summary.file_bytes));
    return {};
  }

  std::string take_, range_, output_;
  bool overwrite_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_cut_command() {
  return std::make_unique<CutCommand>();
}

}  // namespace framespool
