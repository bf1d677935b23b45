#include "app/model/studio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

#include "app/model/naming.h"
#include "app/model/text.h"
#include "encode/make_export.h"

namespace framespool {

namespace fs = std::filesystem;

Studio::Studio(Stage& stage, fs::path takes, fs::path exports, ExportFactory factory)
    : stage_(stage),
      exports_directory_(std::move(exports)),
      takes_(std::move(takes)),
      queue_(std::move(factory)) {}

void Studio::obey(const Command& command, std::int64_t now_ns) {
  now_ns_ = now_ns;
  std::visit([this](const auto& one) { obey_one(one); }, command);
}

void Studio::update(std::int64_t now_ns) {
  now_ns_ = now_ns;
  recording_.update(stage_.figures());
  found_errors_.clear();
  takes_.poll(found_errors_);
  for (const Error& error : found_errors_) messages_.add(error, now_ns);
  tell_interrupted();
  look_at_program();
  queue_.snapshot(entries_);
  messages_.update(now_ns);
  settle_quit();
}

void Studio::after_repaint(std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (recording_.state() != RecordingState::stopping) return;
  // Closing waits for the disk: the person sees "stopping" first.
  if (!std::exchange(stopping_drawn_, true)) return;
  close_take();
  settle_quit();
}

void Studio::recording_broke(const Error& error, std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (error.kind != ErrorKind::no_space) messages_.add(error, now_ns);
  close_take(&error);
}

// ---- recording

void Studio::obey_one(const command::ToggleRecording&) {
  if (program_) return program_->toggle();
  if (recording_.active()) return stop_recording();
  if (quit_ != QuitState::no || !make_takes_folder()) return;
  begin_recording(next_take_path(takes_.directory(), stage_.scene(), name_exists));
}

void Studio::obey_one(const command::GoOnRecording&) {
  if (program_ || recording_.active() || next_part_.empty() || quit_ != QuitState::no || !make_takes_folder()) return;
  begin_recording(name_exists(next_part_) ? continued_take_path(next_part_, name_exists) : next_part_);
}

bool Studio::make_takes_folder() {
  std::error_code problem;
  fs::create_directories(takes_.directory(), problem);
  if (problem) {
    Error error = system_error(takes_.directory().string(), problem.value());
    error.why = "the folder of the takes cannot be made: " + error.why;
    error.remedy = "start with --takes FOLDER, or set FRAMESPOOL_CACHE";
    messages_.add(error, now_ns_);
  }
  return !problem;
}

void Studio::begin_recording(const fs::path& take) {
  if (auto begun = stage_.begin_recording(take); !begun) {
    const bool was_full = begun.error().kind == ErrorKind::no_space && !next_part_.empty();
    if (was_full)
      offer_to_go_on(begun.error().why + ": there is still no room");
    else
      messages_.add(begun.error(), now_ns_);
    return;
  }
  messages_.dismiss_all(MessageAction::go_on);
  next_part_.clear();
  recorded_take_ = take;
  recording_.begin(take.stem().string());
  takes_.refresh();
}

void Studio::obey_one(const command::TogglePause&) {
  if (program_)
    program_->toggle_pause();
  else if (recording_.pause())
    stage_.pause_recording();
  else if (recording_.resume())
    stage_.resume_recording();
}

void Studio::stop_recording() {
  if (recording_.stop()) stopping_drawn_ = false;
}

void Studio::close_take(const Error* broken) {
  const std::string name = recording_.take_name();
  auto summary = stage_.end_recording();
  recording_.finish();
  takes_.refresh();
  takes_.choose({});  // the newest counts: the one that has just been made
  if (!summary) {
    messages_.add(summary.error(), now_ns_);
    return;
  }
  if (summary->stopped_for_space) {
    // A take without a frame would only be in the way of the next one, which has its name then.
    std::error_code ignored;
    if (summary->frames == 0 && fs::remove(recorded_take_, ignored)) next_part_ = recorded_take_;
    offer_to_go_on(broken ? broken->why
                          : fmt::format("the disk is nearly full: {} frames are kept", count_text(summary->frames)));
    return;
  }
  messages_.notice(name + " is recorded",
                   fmt::format("{} frames, {}, {}", count_text(summary->frames),
                               duration_text(static_cast<double>(summary->duration_ns) * 1e-9),
                               bytes_text(summary->file_bytes)),
                   now_ns_);
}

void Studio::offer_to_go_on(std::string why) {
  // The writer's sentence: why, how many frames are kept, how much more room was needed.
  why.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(why.front())));
  if (next_part_.empty()) next_part_ = continued_take_path(recorded_take_, name_exists);
  messages_.add(Error{ErrorKind::no_space, recorded_take_.stem().string() + " stopped: no room on the disk",
                      std::move(why), fmt::format("Free some room, then go on: what follows becomes {}.", next_part_.stem().string())},
                now_ns_, MessageAction::go_on);
}

void Studio::obey_one(const command::ChooseScene& command) {
  if (auto loaded = stage_.load_scene(command.name_or_path); !loaded) {
    Error error = loaded.error();
    if (error.remedy.empty()) error.remedy = "the scene from before goes on";
    messages_.add(error, now_ns_);
  }
}

// ---- takes

void Studio::obey_one(const command::ChooseTake& command) {
  takes_.choose(command.path);
}

void Studio::obey_one(const command::AskRemoveTake& command) {
  if (!sheet_ && takes_.find(command.path)) removal_asked_ = command.path;
}

void Studio::obey_one(const command::ConfirmRemoveTake&) {
  if (removal_asked_) takes_.remove(*removal_asked_);
  removal_asked_.reset();
}

// ---- exports

bool Studio::output_taken(const fs::path& path) const {
  return name_exists(path) || queue_.promised(path);
}

void Studio::obey_one(const command::OpenExportSheet& command) {
  if (question_open() && !sheet_) return;
  const TakeListing* take = takes_.chosen_or_newest();
  if (!take) {
    messages_.add(Error{ErrorKind::usage, "Nothing to export", "there is no finished take yet",
                        "record one first with F9"},
                  now_ns_);
    return;
  }
  if (!take->problem.empty() || take->state == TakeState::being_recorded || take->frames == 0) {
    const std::string why = !take->problem.empty() ? take->problem
                            : take->frames == 0    ? "the take holds no frames"
                                                   : "the take is still being recorded";
    messages_.add(Error{ErrorKind::usage, take->path.stem().string(), why, "choose another take"}, now_ns_);
    return;
  }
  settings_.kind = command.kind;
  sheet_.emplace();
  sheet_->target.take = take->path;
  sheet_->target.folder = exports_directory_;
  sheet_->target.frames = take->frames;
  rename_output();
}

void Studio::obey_one(const command::SwitchExportKind& command) {
  if (!sheet_) return;
  settings_.kind = command.kind;
  sheet_->problem.clear();
  rename_output();
}

void Studio::rename_output() {
  if (!sheet_) return;
  ExportTarget& target = sheet_->target;
  if (sheet_->name_edited) {
    const std::string ending = fs::path(target.name).extension().string();
    const bool movie_name = std::any_of(kContainers.begin(), kContainers.end(),
                                        [&](const char* c) { return ending == std::string(".") + c; });
    if (settings_.kind == ExportKind::movie)
      target.name = with_container(target.name, settings_.container);
    else if (movie_name)
      target.name.resize(target.name.size() - ending.size());
    return;
  }
  target.name = next_output_name(target.folder, target.take, settings_.kind, settings_.container,
                                 [this](const fs::path& path) { return output_taken(path); });
}

void Studio::obey_one(const command::StartExport&) {
  begin_export(false);
}

void Studio::obey_one(const command::ContinueExport&) {
  if (continue_offered()) begin_export(true);
}

void Studio::begin_export(bool resume) {
  if (!sheet_) return;
  sheet_->can_continue.clear();
  auto request = make_request(settings_, sheet_->target);
  if (request && !resume && name_exists(request->output)) {
    const auto target = parse_output(request->output_text());
    const bool images = request->kind == ExportKind::images && target && holds_images(*target);
    if (images) sheet_->can_continue = sheet_->target.name;
    request =
        fail(ErrorKind::usage, request->output.filename().string(),
             images ? "there are images in it already" : "exists already",
             images ? "continue, which keeps those of this take and makes the rest, or choose another name"
                    : "choose another name; nothing is overwritten");
  }
  if (!request) {
    sheet_->problem = request.error().line();
    return;
  }
  request->options.resume = resume;
  if (auto added = queue_.add(*request); !added) {
    sheet_->problem = added.error().line();
    return;
  }
  sheet_.reset();
}

void Studio::obey_one(const command::Escape&) {
  if (quit_ == QuitState::asking)
    quit_ = QuitState::no;
  else if (removal_asked_)
    removal_asked_.reset();
  else if (sheet_)
    sheet_.reset();
  else if (program_sheet_ && program_sheet_->browser)
    program_sheet_->browser.reset();
  else if (program_sheet_)
    program_sheet_.reset();
  else
    queue_.cancel_running();
}

void Studio::obey_one(const command::CancelExport& command) {
  queue_.cancel(command.id);
}
void Studio::obey_one(const command::DismissExport& command) {
  queue_.dismiss(command.id);
}
void Studio::obey_one(const command::DismissMessage& command) {
  messages_.dismiss(command.id);
}

// ---- closing

void Studio::obey_one(const command::Quit&) {
  // The recording first, whatever is answered about the exports: it must not go on behind a question.
  stop_recording();
  sheet_.reset();
  program_sheet_.reset();
  removal_asked_.reset();
  quit_ = queue_.unfinished() > 0 || program_ ? QuitState::asking : QuitState::waiting;
  settle_quit();
}

void Studio::obey_one(const command::AnswerQuit& command) {
  if (quit_ != QuitState::asking) return;
  if (command.choice == command::QuitChoice::stay) {
    quit_ = QuitState::no;
    return;
  }
  if (command.choice == command::QuitChoice::cancel_exports) queue_.cancel_all();
  if (program_) program_->end();
  quit_ = QuitState::waiting;
  settle_quit();
}

void Studio::leave(std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (quit_ == QuitState::now) return;
  stop_recording();
  if (program_) program_->end();
  sheet_.reset();
  program_sheet_.reset();
  removal_asked_.reset();
  queue_.cancel_all();
  quit_ = QuitState::waiting;
  settle_quit();
}

void Studio::settle_quit() {
  const bool exports_over = queue_.unfinished() == 0;
  if (quit_ == QuitState::asking && exports_over && !program_) quit_ = QuitState::waiting;  // the question answered itself
  if (quit_ == QuitState::waiting && exports_over && !recording_.active() && !program_) quit_ = QuitState::now;
}

}  // namespace framespool
