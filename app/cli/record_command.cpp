// framespool record: draws a scene without a display and keeps every frame.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>
#include <optional>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/cli/take_options.h"
#include "app/platform/memory_usage.h"
#include "app/platform/print.h"
#include "app/scene/render_target.h"
#include "app/scene/scene.h"
#include "cache/cache_directory.h"
#include "capture/headless_context.h"
#include "capture/recorder.h"

namespace framespool {

namespace {

using std::chrono::steady_clock;
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

constexpr const char* kFooter = R"(
Without --realtime frame k is drawn at exactly k / fps, whatever it costs, and two recordings are identical.
Without --frames or --duration the recording goes on until Ctrl-C. No display is needed.

Examples:
  framespool record silk -o a.fspool --frames 300
  framespool record my-shader.glsl -o b.fspool --size 1920x1080 --fps 24 --duration 10
  framespool record knot -o c.fspool --realtime --duration 1m)";

// What was asked for, as values.
struct Plan {
  std::string scene;
  TakeWriterOptions take;
  FrameSize size;
  Rational rate;
  std::uint64_t frames = kUnlimited;  // to store; kUnlimited: until a signal
  std::int64_t duration_ns = 0;       // real time only; 0: no limit
  bool realtime = false;
  [[nodiscard]] bool limited() const { return frames != kUnlimited || duration_ns != 0; }
};

// One recording, from the first frame drawn to the summary.
class Recording {
 public:
  Recording(const Plan& plan, const StopSignals& signals) : plan_(plan), signals_(signals) {}

  // Starts the context, the scene and the take.
  Result<void> begin() {
    auto context = HeadlessContext::create();
    if (!context) return tl::unexpected(context.error());
    context_ = std::move(*context);
    auto scene = make_scene(plan_.scene);
    if (!scene) return tl::unexpected(scene.error());
    scene_ = std::move(*scene);
    auto target = RenderTarget::create(plan_.size.width, plan_.size.height);
    if (!target) return tl::unexpected(target.error());
    target_.emplace(std::move(*target));
    RecorderOptions options;
    options.take = plan_.take;
    options.take.info.rate = plan_.rate;
    options.take.info.clock = plan_.realtime ? ClockKind::realtime : ClockKind::fixed_step;
    options.take.info.program = "framespool";
    options.take.info.scene = scene_->name();
    options.width = plan_.size.width;
    options.height = plan_.size.height;
    auto recorder = Recorder::begin(options, capture_target());
    if (!recorder)
      return tl::unexpected(with_overwrite_hint(recorder.error(), plan_.take.path.string(), plan_.take.overwrite));
    recorder_ = std::move(*recorder);
    return {};
  }

  // Draws until the length is reached, a signal comes or the disk stops it. Error: what ended it too early.
  Result<void> run() { return plan_.realtime ? run_in_real_time() : run_in_steps(); }
  Result<TakeSummary> end() { return recorder_->end(); }
  [[nodiscard]] std::optional<Error> stopped() const { return recorder_->stopped(); }
  [[nodiscard]] RecorderStats stats() const { return recorder_->stats(); }

 private:
  [[nodiscard]] CaptureTarget capture_target() const {
    return {target_->framebuffer(), plan_.size.width, plan_.size.height};
  }

  Result<CaptureOutcome> draw_and_capture(double time_s, double delta_s) {
    target_->bind();
    scene_->draw({.time_s = time_s,
                  .time_delta_s = delta_s,
                  .frame = drawn_++,
                  .width = plan_.size.width,
                  .height = plan_.size.height});
    const auto now = std::chrono::nanoseconds(steady_clock::now().time_since_epoch());
    return recorder_->capture_frame(capture_target(), now.count());
  }

  Result<void> run_in_steps() {
    const double step_s = 1 / plan_.rate.value();
    for (std::uint64_t k = 0; k < plan_.frames && signals_.received() == 0; ++k) {
      const double time_s = static_cast<double>(k) * static_cast<double>(plan_.rate.denominator) /
                            static_cast<double>(plan_.rate.numerator);
      if (auto captured = draw_and_capture(time_s, step_s); !captured)
        return tl::unexpected(captured.error());
    }
    return {};
  }

  Result<void> run_in_real_time() {
    const auto start = steady_clock::now();
    double before_s = 0;
    std::uint64_t stored = 0;
    for (std::uint64_t step = 0; stored < plan_.frames;) {
      if (signals_.wait_until(start + std::chrono::nanoseconds(step_time_ns(step, plan_.rate)))) break;
      const auto elapsed = std::chrono::nanoseconds(steady_clock::now() - start);
      if (plan_.duration_ns != 0 && elapsed.count() >= plan_.duration_ns) break;
      const double time_s = std::chrono::duration<double>(elapsed).count();
      auto captured = draw_and_capture(time_s, time_s - before_s);
      if (!captured) return tl::unexpected(captured.error());
      before_s = time_s;
      if (*captured == CaptureOutcome::stored) ++stored;
      // Late: the steps that have passed while drawing are gone, the next frame is drawn at once.
      ++step;
      const auto passed = steady_clock::now() - start;
      const auto now_step =
          static_cast<std::uint64_t>(std::chrono::duration<double>(passed).count() * plan_.rate.value());
      if (now_step > step) step = now_step;
    }
    return {};
  }

  const Plan& plan_;
  const StopSignals& signals_;
  // In this order: what holds OpenGL objects goes before the context.
  std::unique_ptr<HeadlessContext> context_;
  std::unique_ptr<Scene> scene_;
  std::optional<RenderTarget> target_;
  std::unique_ptr<Recorder> recorder_;
  std::uint64_t drawn_ = 0;
};

class RecordCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.add_option("SCENE", scene_, scene_help())->option_text(" ");
    take_.declare_output(options);
    options.add_option("--size", size_, "Pixels of a frame (default 1280x720)")->type_name("WxH");
    options.add_option("--fps", fps_, "Frames a second: 60, 23.976, 30000/1001 (default 60)")->type_name("R");
    auto* frames = options.add_option("--frames", frames_, "Stop after N frames")->type_name("N");
    options.add_option("--duration", duration_, "Stop after S seconds (or 10m, 1h)")
        ->type_name("S")
        ->excludes(frames);
    options.add_flag("--realtime", realtime_, "Record at the pace of the clock instead of frame by frame");
    take_.declare(options);
    options.add_flag("--list-scenes", list_scenes_,
                     "Print the bundled scenes, one a line, and do nothing else");
    declare_progress(options, reporting_);
    declare_memory_report(options, memory_report_);
  }

  Result<void> run(StopSignals& signals) override {
    auto done = record(signals);
    if (memory_report_) print_memory_report();
    return done;
  }

 private:
  Result<void> record(StopSignals& signals) {
    if (list_scenes_) return list_scenes();
    auto plan = make_plan();
    if (!plan) return tl::unexpected(plan.error());
    const auto disk = file_system_info(plan->take.path);  // before the take takes room for itself
    // From before the file exists: a signal then ends a whole take, not an empty file.
    const StopSignals::Listener listener(signals, nullptr);
    Recording recording(*plan, signals);
    if (auto begun = recording.begin(); !begun) return begun;
    if (disk) say_what_it_takes(*plan, *disk);
    const auto start = steady_clock::now();
    ProgressMeter meter("record", plan->limited() ? total_frames(*plan) : 0);
    ProgressDisplay display(reporting_.mode(), [&] { return sample(meter, recording); });
    auto drawn = recording.run();
    // Whatever ended it, the take is finished: every frame that was captured is kept.
    auto summary = recording.end();
    if (drawn && summary && !summary->stopped_for_space && signals.received() == 0) meter.complete();
    display.finish();
    return conclude(*plan, drawn, summary, recording.stopped(), signals.received(),
                    std::chrono::duration<double>(steady_clock::now() - start).count());
  }

  static std::string scene_help() {
    std::string text = "A fragment shader (mainImage as on Shadertoy, or a plain main) or a bundled scene:";
    for (const SceneDescription& scene : bundled_scenes()) text += " " + scene.name;
    return text;
  }

  static Result<void> list_scenes() {
    for (const SceneDescription& scene : bundled_scenes())
      print(stdout, "{:<12} {}: {}\n", scene.name, scene.title, scene.summary);
    return {};
  }

  static std::uint64_t total_frames(const Plan& plan) {
    return plan.frames != kUnlimited ? plan.frames : frames_in(plan.duration_ns, plan.rate);
  }

  static ProgressSample sample(ProgressMeter& meter, const Recording& recording) {
    const RecorderStats stats = recording.stats();
    meter.set(stats.stored, stats.writer.bytes_written);
    ProgressSample now = meter.sample();
    now.dropped = stats.dropped;
    return now;
  }

  Result<Plan> make_plan() const {
    Plan plan;
    plan.scene = scene_.empty() && !bundled_scenes().empty() ? bundled_scenes().front().name : scene_;
    plan.realtime = realtime_;
    const auto size = parse_size("--size", size_);
    if (!size) return tl::unexpected(size.error());
    plan.size = *size;
    const auto rate = parse_rate_option("--fps", fps_);
    if (!rate) return tl::unexpected(rate.error());
    plan.rate = *rate;
    if (!frames_.empty()) {
      const auto frames = parse_count("--frames", frames_, 1, 1'000'000'000);
      if (!frames) return tl::unexpected(frames.error());
      plan.frames = *frames;
    }
    if (!duration_.empty()) {
      const auto duration = parse_duration_ns("--duration", duration_);
      if (!duration) return tl::unexpected(duration.error());
      if (realtime_)
        plan.duration_ns = *duration;
      else
        plan.frames = frames_in(*duration, plan.rate);
    }
    if (auto done = take_.fill(plan.take, plan.scene); !done) return tl::unexpected(done.error());
    return plan;
  }

  // The raw cache eats disk: how fast, how long there is room, and whether it is a disk at all.
  void say_what_it_takes(const Plan& plan, const FileSystemInfo& disk) const {
    const std::size_t bytes = frame_bytes(plan.size.width, plan.size.height).value();
    const double per_second = static_cast<double>(bytes) * plan.rate.value();
    const auto per_minute = static_cast<std::uint64_t>(per_second * 60);
    const std::uint64_t reserve =
        plan.take.reserve_bytes.value_or(default_reserve(disk, static_cast<std::uint64_t>(per_second)));
    const std::uint64_t room = disk.free_bytes > reserve ? disk.free_bytes - reserve : 0;
    if (disk.in_memory)
      warn(
          reporting_,
          fmt::format("{} is in memory ({}): this take will fill it at {} a minute; record to a disk instead",
                      plan.take.path.string(), disk.type_name, format_bytes(per_minute)));
    note(reporting_,
         fmt::format("a minute of this recording takes {}; there is room for {}", format_bytes(per_minute),
                     format_clock(static_cast<double>(room) / per_second)));
    const std::uint64_t total = plan.limited() ? total_frames(plan) : 0;
    if (total > room / bytes)
      warn(reporting_,
           fmt::format(
               "{} frames need {}, but only {} are free beyond the reserve: the recording will stop early",
               total, format_bytes(total * bytes), format_bytes(room)));
  }

  // What stopped it, how many frames are kept, how much was missing for the next; and for all, where they were counted.
  static Error stopped_for_space(const Plan& plan, const Error& stopped, std::uint64_t kept) {
    Error error = stopped;
    if (const std::uint64_t total = plan.limited() ? total_frames(plan) : 0; total > kept + 1)
      error.why += fmt::format(", {} for all {} that are missing",
                               format_bytes((total - kept) * frame_bytes(plan.size.width, plan.size.height).value()),
                               total - kept);
    error.why += "; the take is whole";
    return error;
  }

  Result<void> conclude(const Plan& plan, const Result<void>& drawn, const Result<TakeSummary>& summary,
                        const std::optional<Error>& stopped, int signal_number, double elapsed_s) const {
    const std::string path = plan.take.path.string();
    if (!summary) return tl::unexpected(drawn ? summary.error() : drawn.error());
    const std::string kept =
        summary->frames == 1 ? "1 frame is kept" : fmt::format("{} frames are kept", summary->frames);
    if (summary->stopped_for_space && stopped)
      return tl::unexpected(stopped_for_space(plan, *stopped, summary->frames));
    if (!drawn) return fail(drawn.error().kind, path, drawn.error().line(), kept);
    if (!reporting_.quiet)
      print(stdout, "{}: {}, {} in {:.1f} s, {} dropped, peak memory {}\n", path,
                 format_take(summary->frames, plan.size.width, plan.size.height, plan.rate,
                             summary->duration_ns, TakeState::complete),
                 format_bytes(summary->file_bytes), elapsed_s, summary->dropped,
                 format_bytes(memory_usage().peak_bytes));
    const bool asked_to_end = signal_number == SIGINT && !plan.limited();
    if (signal_number != 0 && !asked_to_end)
      return tl::unexpected(
          stopped_by(signal_number, path,
                     fmt::format("after {}; the take is whole", format_count(summary->frames, "frame"))));
    return {};
  }

  std::string scene_, size_ = "1280x720", fps_ = "60", frames_, duration_;
  TakeOptions take_;
  bool realtime_ = false, list_scenes_ = false;
  bool memory_report_ = false;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_record_command() {
  return std::make_unique<RecordCommand>();
}

}  // namespace framespool
