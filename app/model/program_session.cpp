#include "app/model/program_session.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "cache/core/frame_channel.h"

namespace framespool {
namespace {

using namespace std::chrono_literals;
using Kind = ChannelEvent::Kind;

constexpr auto kPatience = 5s;         // between asking a program to end and ending it
constexpr auto kLauncherGrace = 10s;   // for what a launcher that has ended left behind to show a frame
constexpr auto kLookAround = 200ms;    // how often the program is looked at while it has shown nothing

}  // namespace

ProgramSession::ProgramSession(ProgramPlan plan, std::function<void(const ChannelEvent&)> on_event)
    : plan_(std::move(plan)), on_event_(std::move(on_event)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ProgramSession::~ProgramSession() = default;

Result<std::unique_ptr<ProgramSession>> ProgramSession::begin(ProgramPlan plan,
                                                              std::function<void(const ChannelEvent&)> on_event) {
  std::unique_ptr<ProgramSession> session(new ProgramSession(std::move(plan), std::move(on_event)));
  if (!session->wake_) return tl::unexpected(system_error("starting a program", errno));
  ChannelServerOptions recording = session->plan_.recording;
  if (session->plan_.start_after_ns) recording.paused = true;
  recording.on_event = [own = session.get()](const ChannelEvent& event) {
    {
      const std::lock_guard lock(own->mutex_);
      own->events_.push_back(event);
    }
    own->wake();
  };
  auto server = ChannelServer::start(recording);
  if (!server) return tl::unexpected(server.error());
  session->server_ = std::move(*server);

  Environment environment;
  environment.set(channel::kAddressVariable, session->server_->address());
  // Its own children tell themselves from those further down by it.
  environment.set(channel::kRecorderVariable, std::to_string(::getpid()));
  environment.set(channel::kFixedStepVariable, "");
  environment.set(channel::kClockPageVariable, "");
  if (recording.fixed_step && session->plan_.explain_after > 0ns) {
    auto watch = ClockWatch::begin(session->plan_.explain_after);
    if (!watch) return tl::unexpected(watch.error());
    session->watch_ = std::move(*watch);
    environment.set(channel::kClockPageVariable, session->watch_->page_path());
  }
  for (const auto& [name, value] : session->plan_.environment) environment.set(name, value);
  const char* others = std::getenv("LD_PRELOAD");
  environment.set("LD_PRELOAD", session->plan_.library.string() +
                                    (others != nullptr && *others != '\0' ? ":" + std::string(others) : ""));
  if (session->plan_.adopt_orphans) adopt_orphans();
  auto child = ChildProcess::start(session->plan_.program, session->plan_.command, std::move(environment),
                                   session->plan_.working_directory);
  if (!child) return tl::unexpected(child.error());
  session->child_.emplace(std::move(*child));
  ChannelServer& recorder = *session->server_;
  const auto is_recorded = [&recorder](int pid) {
    const auto takes = recorder.takes();
    return std::any_of(takes.begin(), takes.end(), [pid](const auto& take) { return take.pid == pid; });
  };
  session->hotkey_ = HotkeyWatcher::start("", session->plan_.hotkey, is_recorded, [&recorder] { recorder.toggle(); });
  if (session->plan_.start_after_ns)
    session->start_at_ = Clock::now() + std::chrono::nanoseconds(*session->plan_.start_after_ns);
  return session;
}

void ProgramSession::wake() const {
  const std::uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0) return;  // it is awake already
}

void ProgramSession::pass_on(int signal_number) {
  {
    const std::lock_guard lock(mutex_);
    signals_.push_back(signal_number);
  }
  wake();
}

void ProgramSession::end_program() {
  {
    const std::lock_guard lock(mutex_);
    wants_end_ = true;
  }
  wake();
}

void ProgramSession::end_firmly() {
  {
    const std::lock_guard lock(mutex_);
    wants_kill_ = true;
  }
  wake();
}

bool ProgramSession::step() {
  pollfd entries[] = {{wake_.get(), POLLIN, 0}, {program_status_ ? -1 : child_->descriptor(), POLLIN, 0}};
  static_cast<void>(::poll(entries, std::size(entries), timeout_ms()));
  std::uint64_t count = 0;
  if (entries[0].revents != 0 && ::read(wake_.get(), &count, sizeof count) < 0) count = 0;
  if (!program_status_) program_status_ = child_->status();
  hear_events();
  keep_time();
  look_at_program();
  if (is_over()) return false;
  watch();
  return true;
}

void ProgramSession::hear_events() {
  std::vector<ChannelEvent> events;
  std::vector<int> signals;
  bool wants_end = false, wants_kill = false;
  {
    const std::lock_guard lock(mutex_);
    events.swap(events_);
    signals.swap(signals_);
    wants_end = std::exchange(wants_end_, false);
    wants_kill = std::exchange(wants_kill_, false);
  }
  for (const ChannelEvent& event : events) {
    hear(event);
    on_event_(event);
  }
  for (const int signal_number : signals) send_to_all(signal_number);
  if (wants_end && !kill_at_) {
    server_->stop();
    send_to_all(SIGTERM);
    kill_at_ = Clock::now() + kPatience;
  }
  if (wants_kill) send_to_all(SIGKILL);
}

void ProgramSession::hear(const ChannelEvent& event) {
  switch (event.kind) {
    case Kind::connected:
      ++drawables_;
      break;
    case Kind::disconnected:
      --drawables_;
      break;
    case Kind::take_begun:
      if (!std::exchange(begun_, true)) count_time(true);
      break;
    case Kind::recording:
      if (begun_) count_time(true);
      break;
    case Kind::paused:
    case Kind::stopped:
      count_time(false);
      break;
    case Kind::frames_reached:
      enough();
      break;
    case Kind::notice:
      loaded_ = true;
      if (event.notice == channel::NoticeKind::context_made) context_made_ = true;
      if (event.notice == channel::NoticeKind::vulkan) vulkan_ = true;
      if (event.notice == channel::NoticeKind::cannot_capture) cannot_capture_ = event.text;
      break;
    case Kind::take_ended:
    case Kind::take_failed:
    case Kind::refused:
    case Kind::toggled:
      break;
  }
}

// The time that --duration counts.
void ProgramSession::count_time(bool recording) {
  const auto now = Clock::now();
  if (counting_since_) counted_ += now - *counting_since_;
  counting_since_.reset();
  end_at_.reset();
  if (!recording) return;
  counting_since_ = now;
  if (plan_.duration_ns) end_at_ = now + (std::chrono::nanoseconds(*plan_.duration_ns) - counted_);
}

void ProgramSession::keep_time() {
  const auto now = Clock::now();
  if (start_at_ && now >= *start_at_) {
    start_at_.reset();
    server_->resume();
  }
  if (end_at_ && now >= *end_at_) {
    end_at_.reset();
    enough();
  }
  if (kill_at_ && now >= *kill_at_) {
    kill_at_.reset();
    send_to_all(SIGKILL);
  }
}

// What was asked for is recorded.
void ProgramSession::enough() {
  if (std::exchange(had_enough_, true)) return;
  server_->stop();
  if (plan_.keep_running || (program_status_ && server_->processes().empty())) return;
  ended_by_us_ = true;
  end_program();
}

// Not only to the process that was started: it may have been a launcher.
void ProgramSession::send_to_all(int signal_number) {
  if (!program_status_) child_->send(signal_number);
  for (const std::int32_t pid : server_->processes())
    if (pid > 0 && pid != child_->pid()) ::kill(pid, signal_number);
}

// A program that shows nothing: with what does it draw?
void ProgramSession::look_at_program() {
  if (begun_ || drawables_ > 0 || program_status_ || vulkan_) return;
  std::ifstream maps("/proc/" + std::to_string(child_->pid()) + "/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("/libvulkan.so") != std::string::npos) vulkan_ = true;
}

// A program that shows nothing: what does it wait for?
void ProgramSession::watch() {
  if (!watch_ || std::chrono::steady_clock::now() < watch_->next_look()) return;
  const auto words = watch_->look(child_->pid(), server_->takes());
  {
    const std::lock_guard lock(mutex_);
    waits_for_ = watch_->waits_for();
  }
  if (words && plan_.on_wait) plan_.on_wait(*words);
}

bool ProgramSession::is_over() {
  if (!program_status_ || drawables_ > 0) return false;
  if (begun_ || ended_by_us_) return true;
  // A launcher may have left the program behind that draws.
  if (!plan_.adopt_orphans) return true;
  if (!grace_until_) grace_until_ = Clock::now() + kLauncherGrace;
  return !has_descendants() || Clock::now() >= *grace_until_;
}

int ProgramSession::timeout_ms() const {
  std::optional<Clock::time_point> next;
  const auto consider = [&next](const std::optional<Clock::time_point>& time) {
    if (time && (!next || *time < *next)) next = time;
  };
  for (const auto& time : {start_at_, end_at_, kill_at_}) consider(time);
  const bool looks_around = grace_until_ || (!begun_ && drawables_ == 0) || child_->descriptor() < 0;
  if (looks_around) consider(Clock::now() + kLookAround);
  if (watch_) consider(watch_->next_look());
  if (!next) return -1;
  return static_cast<int>(
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count(), 0));
}

std::string ProgramSession::why_no_frame() const {
  if (!cannot_capture_.empty()) return cannot_capture_;
  if (context_made_) return "the program made an OpenGL context and showed no frame with it";
  if (vulkan_) return "the program draws with Vulkan, which is not recorded";
  if (loaded_) return "the program looked at OpenGL and never made a context";
  return "the program never used OpenGL, or left LD_PRELOAD away when it started another";
}

// Control
// ---------------------------------------------------------------------------------------------------------

RecorderStatus ProgramSession::status() const {
  RecorderStatus status;
  status.kind = "run";
  status.subject = plan_.command.front();
  const auto state = server_->state();
  status.state = state == channel::State::recording ? "recording" : state == channel::State::paused ? "paused" : "stopped";
  for (const ChannelTakeStatus& take : server_->takes()) {
    status.frames += take.writer.frames_written;
    status.dropped += take.dropped;
    status.recorded_s += static_cast<double>(take.recorded_ns) * 1e-9;
    if (!take.path.empty()) status.take = take.path.string();
  }
  const std::lock_guard lock(mutex_);
  status.waits_for = waits_for_;
  return status;
}

Result<void> ProgramSession::start() {
  server_->resume();
  return {};
}

Result<void> ProgramSession::stop() {
  server_->stop();
  return {};
}

Result<void> ProgramSession::pause() {
  if (server_->state() == channel::State::stopped)
    return fail(ErrorKind::usage, "pause", "nothing is recorded", "start a take first");
  server_->pause();
  return {};
}

Result<void> ProgramSession::resume() {
  if (server_->state() == channel::State::stopped)
    return fail(ErrorKind::usage, "resume", "the take has ended", "start begins another one");
  server_->resume();
  return {};
}

Result<void> ProgramSession::mark(const std::string& text) {
  if (!server_->mark(text)) return fail(ErrorKind::usage, "mark", "nothing is recorded", "start a take first");
  return {};
}

ProgramOutcome ProgramSession::finish() {
  ProgramOutcome outcome;
  hotkey_.reset();
  outcome.takes = server_->finish();
  if (plan_.adopt_orphans) static_cast<void>(has_descendants());  // nobody else would bury them
  hear_events();
  outcome.program_status = program_status_.value_or(0);
  outcome.ended_by_us = ended_by_us_;
  if (watch_) {
    outcome.waits = watch_->waits();
    outcome.stayed_real = watch_->stayed_real();
  }
  if (outcome.takes.empty()) outcome.why_no_frame = why_no_frame();
  return outcome;
}

}  // namespace framespool
