// framespool info: what is in a take, for people and for scripts.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "app/cli/clock_report.h"
#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/cli/frame_hash.h"
#include "app/cli/json.h"
#include "app/platform/print.h"
#include "cache/frame_buffer.h"
#include "cache/take_reader.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
--hashes prints a line for each frame: its number, its time in nanoseconds and a hash of size, time and RGBA
pixels. Two recordings are identical when these lines are.

Examples:
  framespool info a.fspool
  framespool info a.fspool --json | jq .frames
  framespool info a.fspool --hashes > a.hashes)";

const char* name_of(PixelFormat format) {
  return format == PixelFormat::bgra8 ? "bgra8" : "rgba8";
}
const char* name_of(ClockKind clock) {
  return clock == ClockKind::realtime ? "realtime" : "fixed-step";
}

struct Contents {
  FrameInfo first;
  std::int64_t last_pts_ns = 0;
  std::uint64_t dropped = 0;
  bool sizes_differ = false;
  ClockReport clock;  // as the last frame that can be read has it
  std::optional<std::uint64_t> pauses;  // only the headers know
};

bool is_damaged(const Error& error) {
  return error.kind == ErrorKind::damaged;  // the state says so; verify names it
}

// From the end to the beginning, which is how the index is chained: two reads for 256 frames.
Result<Contents> look(TakeReader& reader, const StopSignals& signals) {
  Contents contents;
  contents.dropped = reader.summary().dropped;
  const std::uint64_t frames = reader.frame_count();
  for (std::uint64_t at = 0; at < frames && contents.first.width == 0; ++at) {
    if (signals.received() != 0) return fail(ErrorKind::cancelled, "", "");
    const auto first = reader.frame_info(at);
    if (!first && !is_damaged(first.error())) return tl::unexpected(first.error());
    if (first) contents.first = *first;
  }
  bool last_seen = false;
  for (std::uint64_t at = frames; at-- > 0;) {
    if (signals.received() != 0) return fail(ErrorKind::cancelled, "", "");
    const auto frame = reader.frame_outline(at);
    if (!frame && !is_damaged(frame.error())) return tl::unexpected(frame.error());
    if (!frame) continue;
    if (!std::exchange(last_seen, true)) {
      contents.last_pts_ns = frame->pts_ns;
      if (const auto last = reader.frame_info(at)) contents.clock = last->clock_report;
    }
    contents.sizes_differ |= frame->width != contents.first.width || frame->height != contents.first.height;
  }
  return contents;
}

// A read for each frame: minutes for a long take on a slow disk.
Result<std::uint64_t> count_pauses(TakeReader& reader, const StopSignals& signals) {
  std::uint64_t pauses = 0;
  for (std::uint64_t at = 0; at < reader.frame_count(); ++at) {
    if (signals.received() != 0) return fail(ErrorKind::cancelled, "", "");
    const auto frame = reader.frame_info(at);
    if (!frame && !is_damaged(frame.error())) return tl::unexpected(frame.error());
    if (frame && (frame->flags & kFrameAfterPause) != 0) ++pauses;
  }
  return pauses;
}

// The last frame is shown for one step. Fixed-step times come from the number of frames, never from rounded
// sums.
std::int64_t duration_ns(const TakeReader& reader, const Contents& contents) {
  if (reader.frame_count() == 0) return 0;
  const TakeInfo& info = reader.info();
  if (info.clock == ClockKind::fixed_step) return step_time_ns(reader.frame_count(), info.rate);
  return contents.last_pts_ns + step_time_ns(1, info.rate);
}

double duration_s(const TakeReader& reader, const Contents& contents) {
  const TakeInfo& info = reader.info();
  if (info.clock == ClockKind::fixed_step)
    return static_cast<double>(reader.frame_count()) / info.rate.value();
  return static_cast<double>(duration_ns(reader, contents)) * 1e-9;
}

class InfoCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("TAKE", take_, "The take to look into")->required()->option_text(" ");
    options.add_flag("--json", json_, "The same and more as one JSON object");
    options.add_flag("--hashes", hashes_, "One hash for each frame");
    options.add_flag("--pauses", pauses_, "Count the pauses too: reads the header of every frame");
    options.add_flag("--marks", marks_, "The marks, one a line: frame, seconds, text. Reads the header of every frame");
    declare_quiet(options, reporting_);
  }

  Result<void> run(StopSignals& signals) override {
    auto reader = TakeReader::open(take_);
    if (!reader) return tl::unexpected(reader.error());
    const StopSignals::Listener listener(signals, nullptr);
    auto done = marks_ ? print_marks(**reader, signals) : hashes_ && !json_ ? print_hashes(**reader, signals) : print_contents(**reader, signals);
    if (!done && done.error().kind == ErrorKind::cancelled)
      return tl::unexpected(stopped_by(signals.received(), take_, "before the end"));
    return done;
  }

 private:
  Result<void> print_contents(TakeReader& reader, const StopSignals& signals) const {
    auto contents = look(reader, signals);
    if (!contents) return tl::unexpected(contents.error());
    if (pauses_) {
      const auto pauses = count_pauses(reader, signals);
      if (!pauses) return tl::unexpected(pauses.error());
      contents->pauses = *pauses;
    }
    if (json_) return print_json(reader, *contents, signals);
    const TakeInfo& info = reader.info();
    print(stdout, "{}: {}\n", take_,
          format_take(reader.frame_count(), contents->first.width, contents->first.height, info.rate,
                      duration_ns(reader, *contents), reader.state()));
    const std::time_t created = info.created_unix_ns / 1'000'000'000;
    print(stdout, "  made by     {}{}{}, {:%Y-%m-%d %H:%M:%S}\n", info.program,
          info.scene.empty() ? "" : ", scene ", info.scene, fmt::localtime(created));
    print(stdout, "  clock       {}\n", name_of(info.clock));
    for (const std::string& sentence : sentences(contents->clock)) print(stdout, "              {}\n", sentence);
    if (contents->first.width != 0)
      print(stdout, "  pixels      {}{}\n", name_of(contents->first.format),
            contents->sizes_differ ? ", frames of different sizes" : "");
    print(stdout, "  dropped     {}\n", format_count(contents->dropped, "frame"));
    if (contents->pauses) print(stdout, "  pauses      {}\n", *contents->pauses);
    print(stdout, "  on disk     {} ({} bytes)\n", format_bytes(reader.file_bytes()), reader.file_bytes());
    return {};
  }

  Result<void> print_json(TakeReader& reader, const Contents& contents, const StopSignals& signals) const {
    const TakeInfo& info = reader.info();
    JsonObject object;
    object.add("name", take_).add("state", to_string(reader.state())).add("frames", reader.frame_count());
    object.add("width", contents.first.width).add("height", contents.first.height);
    object.add("fps", info.rate.value())
        .add("fps_rational", fmt::format("{}/{}", info.rate.numerator, info.rate.denominator));
    object.add("duration_s", duration_s(reader, contents));
    object.add("pixel_format", name_of(contents.first.format)).add("clock", name_of(info.clock));
    object.add("dropped", contents.dropped).add("sizes_differ", contents.sizes_differ);
    if (info.clock == ClockKind::fixed_step) object.add_raw("clock_report", to_json(contents.clock));
    if (contents.pauses) object.add("pauses", *contents.pauses);
    object.add("bytes", reader.file_bytes()).add("program", info.program).add("scene", info.scene);
    object.add("created_unix_s", info.created_unix_ns / 1'000'000'000);
    if (hashes_) {
      std::string list;
      auto done =
          for_each_hash(reader, signals, [&](std::uint64_t, const FrameInfo*, const std::string& hash) {
            list += (list.empty() ? "[" : ", ") + json_string(hash);
          });
      if (!done) return done;
      object.add_raw("hashes", list.empty() ? "[]" : list + "]");
    }
    print(stdout, "{}\n", object.text());
    return {};
  }

  Result<void> print_marks(TakeReader& reader, const StopSignals& signals) const {
    for (std::uint64_t at = 0; at < reader.frame_count(); ++at) {
      if (signals.received() != 0) return fail(ErrorKind::cancelled, "", "");
      const auto frame = reader.frame_info(at);
      if (!frame && !is_damaged(frame.error())) return tl::unexpected(frame.error());
      if (!frame || frame->mark.empty()) continue;
      const double seconds = static_cast<double>(frame->pts_ns) * 1e-9;
      if (json_)
        print(stdout, "{}\n", JsonObject().add("frame", at).add("time_s", seconds).add("mark", frame->mark).text());
      else
        print(stdout, "{} {:.3f} {}\n", at, seconds, frame->mark);
    }
    return {};
  }

  static Result<void> print_hashes(TakeReader& reader, const StopSignals& signals) {
    return for_each_hash(reader, signals,
                         [](std::uint64_t at, const FrameInfo* info, const std::string& hash) {
                           print(stdout, "{} {} {}\n", at, info ? info->pts_ns : -1, hash);
                         });
  }

  // Calls use(number, info or null, hash or "damaged") for each frame. A damaged frame does not cost the
  // others, but the command fails in the end.
  template <class Use>
  static Result<void> for_each_hash(TakeReader& reader, const StopSignals& signals, Use use) {
    FrameBuffer buffer;
    Result<void> outcome;
    for (std::uint64_t at = 0; at < reader.frame_count(); ++at) {
      if (signals.received() != 0) return fail(ErrorKind::cancelled, "", "");
      auto info = reader.frame_info(at);
      if (info) {
        if (auto room = buffer.ensure("info.frame", info->payload_bytes); !room) return room;
        info = reader.read_frame(at, buffer.span());
      }
      if (!info && info.error().kind != ErrorKind::damaged) return tl::unexpected(info.error());
      if (!info) {
        if (outcome) outcome = tl::unexpected(info.error());
        use(at, nullptr, "damaged");
        continue;
      }
      use(at, &*info, fmt::format("{:016x}", frame_hash(*info, buffer.span().first(info->payload_bytes))));
    }
    return outcome;
  }

  std::string take_;
  bool json_ = false, hashes_ = false, pauses_ = false, marks_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_info_command() {
  return std::make_unique<InfoCommand>();
}

}  // namespace framespool
