// framespool run: starts any OpenGL program and keeps its frames.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <functional>
#include <optional>

#include "app/cli/arguments.h"
#include "app/cli/clock_report.h"
#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/cli/take_options.h"
#include "app/model/program_plan.h"
#include "app/platform/control_socket.h"
#include "app/platform/print.h"
#include "cache/core/step_grid.h"

namespace framespool {
namespace {

using Kind = ChannelEvent::Kind;

// What the exit statuses of env(1) and timeout(1) say.
constexpr int kNotRecorded = 125, kNotExecutable = 126, kNotFound = 127;

constexpr const char* kFooter = R"(
PROGRAM and its arguments stand behind `--`. Each window that it draws in has a take: a.fspool, a-2.fspool, ...
Frames that the disk is too slow for are dropped and counted; with --every-frame the program waits instead. On a software
driver so are those, beyond 60 a second, that would slow the program down; with --fps or --every-frame they are not.
F9 in the program's window stops the take and starts the next one.
Status: the program's own (128 + signal), 0 when it was ended as asked, 125 when nothing could be recorded,
126 or 127 when PROGRAM cannot be executed or found.

Examples:
  framespool run -o gears.fspool -- glxgears
  framespool run -o smooth.fspool --fixed-step 60 --frames 600 -- glmark2 -b terrain
  framespool run -o a.fspool --fps 30 --duration 10 -- glmark2 -b shading
  framespool run -o a.fspool --paused --hotkey Ctrl+F10 -- supertuxkart)";

class RunFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* /*app*/, std::string name) const override {
    return fmt::format("Usage: {} [OPTIONS] -- PROGRAM [ARGS...]\n", name);
  }
};

class RunCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options_ = &options;
    auto formatter = std::make_shared<RunFormatter>();
    formatter->column_width(options.get_formatter()->get_column_width());
    options.formatter(formatter);
    options.footer(kFooter);
    options.prefix_command();
    take_.declare_output(options);
    options.add_option("--fps", fps_, "Take at most R frames a second (default: every frame that fits)")->type_name("R");
    options.add_option("--fixed-step", fixed_step_,
                       "Put the program on a clock that moves by 1/R s at each frame, however long that takes")
        ->type_name("R");
    options.add_flag("--clamp", clamp_, "With --fixed-step: a frame is one step, also where the program waited longer. Changes the speed of slower programs: "
                     "one that limits itself to half the rate runs twice as fast");
    options.add_option("--seed", seed_, "With --fixed-step: process id, random numbers and date the same in each run")
        ->type_name("N");
    options.add_option("--explain-after", explain_after_,
                       "With --fixed-step: say what the program waits for when no frame comes for S seconds (default 5; 0: never)")
        ->type_name("S");
    options.add_flag("--no-audio", no_audio_, "Have SDL and OpenAL programs play to nowhere, PulseAudio's find no server");
    options.add_flag("--every-frame", every_frame_, "Let the program wait for the disk instead of dropping frames");
    options.add_option("--start-after", start_after_, "Start to record S seconds after the program (or 10m, 1h); with --fixed-step: of its time, after its first frame")
        ->type_name("S");
    options.add_option("--duration", duration_, "End the program after S seconds of recording")->type_name("S");
    options.add_option("--frames", frames_, "End the program after N frames")->type_name("N");
    options.add_flag("--keep-running", keep_running_, "Do not end the program then, only the recording");
    options.add_flag("--paused", paused_, "Start without recording: the hotkey or `framespool ctl` does");
    options.add_option("--hotkey", hotkey_, "Key that starts and stops, in the program's window (default F9): Ctrl+F10, none")
        ->type_name("KEY");
    take_.declare(options);
    declare_progress(options, reporting_);
    declare_memory_report(options, memory_report_);
  }

  void take_rest(std::vector<std::string> words) override { command_ = std::move(words); }
  [[nodiscard]] std::optional<int> exit_status() const override { return status_; }

  Result<void> run(StopSignals& signals) override {
    auto done = record(signals);
    if (memory_report_) print_memory_report();
    return done;
  }

 private:
  Result<void> record(StopSignals& signals) {
    auto plan = make_plan();
    if (!plan) return tl::unexpected(plan.error());
    if (auto found = find(*plan); !found) return found;

    std::optional<ProgressDisplay> display;
    plan->on_wait = [&](const std::string& why) { say(*display, "warning: " + why); };
    auto session = ProgramSession::begin(*plan, [&](const ChannelEvent& event) { announce(event, *display); });
    if (!session) {
      status_ = session.error().kind == ErrorKind::usage ? kNotExecutable : kNotRecorded;
      return tl::unexpected(session.error());
    }
    // A machine without a place for it records all the same.
    auto control = ControlSocket::listen(
        [own = session->get()](const std::string& line) { return answer_control(*own, line); });
    if (!control) warn(reporting_, "`framespool ctl` cannot reach this recording: " + control.error().line());
    ProgressMeter meter("record", plan->recording.frames);
    display.emplace(reporting_.mode(), [&] { return sample(meter, **session); });
    {
      // The terminal tells the program itself.
      const StopSignals::Listener listener(
          signals,
          [&] {
            if (!signals.from_terminal()) (*session)->pass_on(signals.received());
          },
          [&] { (*session)->end_firmly(); });
      while ((*session)->step()) {
      }
    }
    if (control) control->reset();  // before what it asks
    const ProgramOutcome outcome = (*session)->finish();
    if (outcome.ended_by_us) meter.complete();
    display->finish();
    return conclude(*plan, outcome);
  }

  Result<ProgramPlan> make_plan() {
    ProgramPlan plan;
    plan.command = command_.empty() ? options_->remaining() : command_;
    const bool mixed = !command_.empty() && !options_->remaining().empty();
    if (mixed || (!plan.command.empty() && command_.empty() && plan.command.front().starts_with('-')))
      return fail(ErrorKind::usage, "run", fmt::format("\"{}\" was not expected", options_->remaining().front()),
                  "see framespool run --help");
    if (plan.command.empty())
      return fail(ErrorKind::usage, "run", "no program was named", "framespool run -o a.fspool -- PROGRAM");
    ChannelServerOptions& recording = plan.recording;
    if (!fps_.empty()) {
      const auto rate = parse_rate_option("--fps", fps_);
      if (!rate) return tl::unexpected(rate.error());
      recording.take.info.rate = *rate;
      recording.limit = *rate;
    }
    if (!frames_.empty()) {
      const auto frames = parse_count("--frames", frames_, 1, 1'000'000'000);
      if (!frames) return tl::unexpected(frames.error());
      recording.frames = *frames;
    }
    if (!start_after_.empty()) {
      const auto time = parse_duration_ns("--start-after", start_after_);
      if (!time) return tl::unexpected(time.error());
      plan.start_after_ns = *time;
    }
    if (!duration_.empty()) {
      const auto time = parse_duration_ns("--duration", duration_);
      if (!time) return tl::unexpected(time.error());
      plan.duration_ns = *time;
    }
    if (auto done = plan_clock(plan); !done) return tl::unexpected(done.error());
    recording.every_frame = every_frame_ || recording.fixed_step;
    recording.paused = paused_;
    plan.keep_running = keep_running_;
    const auto hotkey = parse_hotkey(hotkey_);
    if (!hotkey) return tl::unexpected(hotkey.error());
    plan.hotkey = *hotkey;
    plan.adopt_orphans = true;
    return take_path(plan);
  }

  Result<void> plan_clock(ProgramPlan& plan) const {
    if (no_audio_)
      for (const auto& [name, value] : {std::pair{"SDL_AUDIODRIVER", "dummy"}, std::pair{"SDL_AUDIO_DRIVER", "dummy"},
                                        std::pair{"ALSOFT_DRIVERS", "null"}, std::pair{"PULSE_SERVER", "unix:/nowhere"}})
        plan.environment.emplace_back(name, value);
    if (fixed_step_.empty()) {
      for (const auto& [given, name] : {std::pair{clamp_, "--clamp"}, std::pair{!seed_.empty(), "--seed"},
                                        std::pair{!explain_after_.empty(), "--explain-after"}})
        if (given) return fail(ErrorKind::usage, name, "goes with --fixed-step only");
      return {};
    }
    if (!fps_.empty()) return fail(ErrorKind::usage, "--fps", "cannot go with --fixed-step, which is a rate itself");
    const auto rate = parse_rate_option("--fixed-step", fixed_step_);
    if (!rate) return tl::unexpected(rate.error());
    ChannelServerOptions& recording = plan.recording;
    put_on_fixed_step(plan, *rate);
    plan.explain_after = std::chrono::seconds(5);
    if (explain_after_ == "0") {
      plan.explain_after = {};
    } else if (!explain_after_.empty()) {
      const auto time = parse_duration_ns("--explain-after", explain_after_);
      if (!time) return tl::unexpected(time.error());
      plan.explain_after = std::chrono::nanoseconds(*time);
    }
    if (plan.duration_ns) {  // of the program's time
      const std::uint64_t steps = step_after(*plan.duration_ns - 1, rate->numerator, rate->denominator);
      recording.frames = recording.frames == 0 ? steps : std::min(recording.frames, steps);
      plan.duration_ns.reset();
    }
    if (clamp_) plan.environment.emplace_back(channel::kClampVariable, "1");
    plan.environment.emplace_back(channel::kSkipStepsVariable, "0");
    if (plan.start_after_ns) {  // of the program's time: the program itself counts, to the step
      const std::uint64_t steps = step_after(*plan.start_after_ns - 1, rate->numerator, rate->denominator);
      plan.environment.back().second = std::to_string(steps);
      plan.start_after_ns.reset();
    }
    if (seed_.empty()) return {};
    const auto seed = parse_count("--seed", seed_, 0, 1'000'000'000'000);
    if (!seed) return tl::unexpected(seed.error());
    seed_program(plan, *seed);
    return {};
  }

  void report_clock(const ProgramOutcome& outcome) const {
    if (outcome.waits.count > 0)
      note(reporting_, fmt::format("frames were waited for {}, for up to {:.1f} s of real time; the last: {}",
                                   format_count(std::uint64_t(outcome.waits.count), "time"),
                                   std::chrono::duration<double>(outcome.waits.longest).count(), outcome.waits.explanation));
    std::uint32_t unsaid = outcome.stayed_real;
    for (const ChannelTakeStatus& take : outcome.takes) {
      if (take.path.empty()) continue;
      unsaid &= ~take.clock.unvirtualised;
      const auto found = sentences(take.clock);
      if (found.empty()) note(reporting_, take.path.string() + ": every step exact");
      for (const std::string& sentence : found) note(reporting_, take.path.string() + ": " + sentence);
    }
    // After the last frame, or by a program that shows none.
    if (unsaid != 0) note(reporting_, "kept to real time outside the recorded frames: " + kinds_of_time(unsaid));
  }

  // Asked before the program starts: the take itself is made with the first frame.
  Result<ProgramPlan> take_path(ProgramPlan plan) const {
    if (auto done = take_.fill(plan.recording.take, plan.command.front()); !done) return tl::unexpected(done.error());
    if (auto possible = look_at_take_path(plan); !possible) return tl::unexpected(possible.error());
    return plan;
  }

  Result<void> find(ProgramPlan& plan) {
    ProgramObstacle obstacle{};
    auto found = find_what_to_start(plan, obstacle);
    status_ = obstacle == ProgramObstacle::not_found        ? kNotFound
              : obstacle == ProgramObstacle::not_executable ? kNotExecutable
                                                            : kNotRecorded;
    return found;
  }

  void say(ProgressDisplay& display, const std::string& text) const {
    if (!reporting_.quiet && reporting_.progress != "json") display.say(fmt::format("framespool: {}\n", text));
  }

  void announce(const ChannelEvent& event, ProgressDisplay& display) {
    const auto say = [&](const std::string& text) { this->say(display, text); };
    switch (event.kind) {
      case Kind::take_begun:
        recorded_ = true;
        say(fmt::format("recording {} into {}", event.program, event.path.string()));
        if (!noticed_.empty()) say(noticed_);
        return;
      case Kind::take_ended:
        return say(fmt::format("{}: {}, {} dropped", event.path.string(), format_count(event.frames, "frame"),
                               event.dropped));
      case Kind::paused:
        return say("paused");
      case Kind::recording:
        started_ = true;
        return;
      case Kind::refused:
        return say(fmt::format("warning: a window of {} is not recorded: the memory for slots is used up", event.program));
      case Kind::take_failed:  // the program goes on; said again, as the error, at the end
        return say(fmt::format("warning: {}", event.error->line()));
      case Kind::notice:
        // Where nothing is recorded it becomes the error at the end. The same again is no news.
        if (event.notice == channel::NoticeKind::cannot_capture) tell("warning", event, say);
        if (event.notice == channel::NoticeKind::remark) tell("note", event, say);
        return;
      case Kind::connected:
      case Kind::disconnected:
      case Kind::frames_reached:
      case Kind::toggled:
      case Kind::stopped:
        return;
    }
  }

  void tell(const char* weight, const ChannelEvent& event, const std::function<void(const std::string&)>& say) {
    std::string notice = fmt::format("{}: {}: {}", weight, event.program, event.text);
    if (notice == noticed_) return;
    noticed_ = std::move(notice);
    if (recorded_) say(noticed_);
  }

  static ProgressSample sample(ProgressMeter& meter, ProgramSession& session) {
    std::uint64_t frames = 0, bytes = 0, dropped = 0;
    for (const ChannelTakeStatus& take : session.recording().takes()) {
      frames += take.writer.frames_written;
      bytes += take.writer.bytes_written;
      dropped += take.dropped;
    }
    meter.set(frames, bytes);
    ProgressSample now = meter.sample();
    now.dropped = dropped;
    return now;
  }

  Result<void> conclude(const ProgramPlan& plan, const ProgramOutcome& outcome) {
    for (const ChannelTakeStatus& take : outcome.takes)
      if (auto error = why_take_failed(plan, take)) return tl::unexpected(std::move(*error));  // status_ is kNotRecorded
    status_ = outcome.ended_by_us ? 0 : outcome.program_status;
    if (outcome.program_status > 128 && !outcome.ended_by_us)
      note(reporting_, fmt::format("{} was ended by signal {}", plan.command.front(), outcome.program_status - 128));
    if (plan.recording.fixed_step) report_clock(outcome);
    if (!outcome.takes.empty()) return {};
    const bool waited = (plan.recording.paused || !start_after_.empty()) && !started_;
    if (waited) {
      note(reporting_, "nothing was recorded: recording was not started");
      return {};
    }
    // Where the program says that it failed, that is the reason.
    if (status_ == 0) status_ = kNotRecorded;
    return tl::unexpected(saw_no_frame(plan, outcome));
  }

  CLI::App* options_ = nullptr;
  std::vector<std::string> command_;  // behind `--`
  std::string fps_, start_after_, duration_, frames_, hotkey_ = "F9", fixed_step_, seed_, explain_after_;
  bool clamp_ = false, no_audio_ = false;
  bool every_frame_ = false, keep_running_ = false, paused_ = false;
  bool memory_report_ = false, started_ = false, recorded_ = false;
  std::string noticed_;
  std::optional<int> status_;
  TakeOptions take_;
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_run_command() {
  return std::make_unique<RunCommand>();
}

}  // namespace framespool
