#include "app/model/program_recording.h"

#include <algorithm>
#include <utility>

#include "app/model/program_form.h"
#include "app/model/program_plan.h"

namespace framespool {

namespace {

constexpr std::int64_t kPace_ns = 100'000'000;

std::string line_of(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += (line.empty() ? "" : " ") + quoted_word(word);
  return line;
}

ProgramState state_of(channel::State state, std::size_t takes) {
  if (state == channel::State::paused) return ProgramState::paused;
  if (state == channel::State::stopped) return ProgramState::stopped;
  return takes == 0 ? ProgramState::waiting : ProgramState::recording;
}

}  // namespace

const char* to_string(ProgramState state) {
  switch (state) {
    case ProgramState::starting:
      return "starting";
    case ProgramState::waiting:
      return "waiting";
    case ProgramState::recording:
      return "recording";
    case ProgramState::paused:
      return "paused";
    case ProgramState::stopped:
      return "stopped";
    case ProgramState::ending:
      return "ending";
    case ProgramState::over:
      return "over";
  }
  return "";
}

ProgramRecording::ProgramRecording(ProgramPlan plan)
    : plan_(std::move(plan)), ever_recording_(!plan_.recording.paused), thread_([this] { work(); }) {
  view_.name = std::filesystem::path(plan_.command.front()).filename().string();
  view_.command_line = line_of(plan_.command);
}

ProgramRecording::~ProgramRecording() {
  end();
}

// ---- the thread

void ProgramRecording::work() {
  auto begun = ProgramSession::begin(plan_, [this](const ChannelEvent& event) { hear(event); });
  if (!begun) {
    const std::scoped_lock lock(mutex_);
    result_ = ProgramResult{{}, {begun.error()}};
    return;
  }
  const std::shared_ptr<ProgramSession> running = std::move(*begun);
  {
    const std::scoped_lock lock(mutex_);
    session_ = running;
    if (wants_end_) running->end_program();
  }
  while (running->step()) {
  }
  conclude(running->finish());
}

// Called by step() and finish().
void ProgramRecording::hear(const ChannelEvent& event) {
  const std::scoped_lock lock(mutex_);
  if (event.kind == ChannelEvent::Kind::recording) ever_recording_ = true;
  if (event.kind == ChannelEvent::Kind::refused)
    errors_.push_back({ErrorKind::failed, event.program, "one of its windows is not recorded: the memory for slots is used up", ""});
  if (event.kind != ChannelEvent::Kind::take_failed || !event.error) return;
  ChannelTakeStatus take;
  take.path = event.path;
  take.error = event.error;
  errors_.push_back(*why_take_failed(plan_, take));
  told_.push_back(errors_.back());
}

void ProgramRecording::conclude(ProgramOutcome outcome) {
  ProgramResult result;
  const std::scoped_lock lock(mutex_);
  for (const ChannelTakeStatus& take : outcome.takes) {
    const auto error = why_take_failed(plan_, take);
    const auto is_it = [&](const Error& told) { return told.line() == error->line(); };
    if (error && std::none_of(told_.begin(), told_.end(), is_it)) result.errors.push_back(*error);
  }
  if (outcome.takes.empty() && ever_recording_) result.errors.push_back(saw_no_frame(plan_, outcome));
  result.outcome = std::move(outcome);
  result_ = std::move(result);
  session_.reset();
}

// ---- the window

std::shared_ptr<ProgramSession> ProgramRecording::session() const {
  const std::scoped_lock lock(mutex_);
  return session_;
}

void ProgramRecording::update(std::int64_t now_ns) {
  const auto running = session();
  if (!running) {
    const std::scoped_lock lock(mutex_);
    if (result_) view_.state = ProgramState::over;
    return;
  }
  if (looked_ns_ >= 0 && now_ns - looked_ns_ < kPace_ns) return;
  looked_ns_ = now_ns;
  RecordingFigures figures;
  std::size_t with_frames = 0, ended = 0;
  for (const ChannelTakeStatus& take : running->recording().takes()) {
    figures.frames += take.writer.frames_written;
    figures.dropped += take.dropped;
    figures.elapsed_ns = std::max(figures.elapsed_ns, take.recorded_ns);
    if (!take.ended) figures.bytes_per_second += take.writer.bytes_per_second;
    if (take.writer.frames_written == 0) continue;
    ++with_frames;
    if (take.ended) ++ended;
    figures.free_bytes = take.writer.free_bytes;
    view_.take = take.path;
    view_.width = take.width;
    view_.height = take.height;
  }
  view_.figures = figures;
  view_.waits_for = running->status().waits_for;
  view_.takes = with_frames;
  view_.ended = ended;
  view_.state = end_asked_ ? ProgramState::ending : state_of(running->recording().state(), with_frames);
}

void ProgramRecording::toggle() {
  const auto running = session();
  if (!running || end_asked_) return;
  if (view_.state == ProgramState::stopped)
    static_cast<void>(running->start());  // cannot fail
  else
    static_cast<void>(running->stop());
  looked_ns_ = -1;
}

void ProgramRecording::toggle_pause() {
  const auto running = session();
  if (!running || end_asked_) return;
  // Either is refused in the state "stopped" only, in which there is no button for it.
  static_cast<void>(view_.state == ProgramState::paused ? running->resume() : running->pause());
  looked_ns_ = -1;
}

void ProgramRecording::end() {
  {
    const std::scoped_lock lock(mutex_);
    if (session_ && !wants_end_) session_->end_program();
    wants_end_ = true;
  }
  end_asked_ = true;
  looked_ns_ = -1;
}

void ProgramRecording::end_at_once() {
  end();
  if (const auto running = session()) running->end_firmly();
}

std::vector<Error> ProgramRecording::take_errors() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(errors_, {});
}

std::optional<ProgramResult> ProgramRecording::take_result() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(result_, std::nullopt);
}

}  // namespace framespool
