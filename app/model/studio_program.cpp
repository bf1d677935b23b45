// The studio's part for programs: the sheet, the one that is being recorded, how it ended.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "app/model/studio.h"
#include "app/model/text.h"

namespace framespool {

namespace fs = std::filesystem;

void Studio::obey_one(const command::OpenProgramSheet&) {
  if (question_open() || program_ || quit_ != QuitState::no) return;
  if (recording_.active()) {
    messages_.add(Error{ErrorKind::usage, "Record a program", "the scene is being recorded", "stop that first with F9"},
                  now_ns_);
    return;
  }
  program_sheet_.emplace();
  program_form_.take.clear();  // the last one exists
  propose_take();
}

void Studio::propose_take() {
  if (program_sheet_) program_sheet_->proposed = proposed_take(program_form_, takes_.directory(), name_exists);
}

void Studio::obey_one(const command::BrowsePrograms& command) {
  if (!program_sheet_) return;
  // Beside the program that is typed, else in the folder that is, else where programs are.
  fs::path folder = command.folder;
  if (folder.empty())
    if (const auto words = split_command(program_form_.command); words && words->front().starts_with('/'))
      folder = fs::path(words->front()).parent_path();
  if (folder.empty()) folder = program_form_.folder.empty() ? "/usr/bin" : program_form_.folder;
  auto found = browse_programs(folder);
  program_sheet_->problem = found ? "" : found.error().line();
  if (found) program_sheet_->browser = std::move(*found);
}

void Studio::obey_one(const command::CloseBrowser&) {
  if (program_sheet_) program_sheet_->browser.reset();
}

void Studio::obey_one(const command::ChooseProgram& command) {
  if (!program_sheet_) return;
  program_form_.command = quoted_word(command.path.string());
  program_sheet_->browser.reset();
  program_sheet_->problem.clear();
  propose_take();
}

void Studio::obey_one(const command::StartProgram&) {
  if (!program_sheet_ || program_ || recording_.active() || !make_takes_folder()) return;
  auto plan = make_program_plan(program_form_, takes_.directory(), name_exists);
  if (!plan) {
    program_sheet_->problem = plan.error().line();
    return;
  }
  plan->recording.take.reserve_bytes = reserve_bytes_;
  std::erase(recent_programs_, program_form_.command);
  recent_programs_.insert(recent_programs_.begin(), program_form_.command);
  if (recent_programs_.size() > kMostRecent) recent_programs_.pop_back();
  program_ = std::make_unique<ProgramRecording>(std::move(*plan));
  program_sheet_.reset();
  messages_.dismiss_all(MessageAction::go_on);  // that was another recording
  next_part_.clear();
}

void Studio::obey_one(const command::EndProgram&) {
  if (!program_) return;
  if (program_->view().state == ProgramState::ending)
    program_->end_at_once();
  else
    program_->end();
}

void Studio::look_at_program() {
  if (!program_) return;
  const fs::path before = program_->view().take;
  const std::size_t ended = program_->view().ended;
  program_->update(now_ns_);
  if (program_->view().take != before || program_->view().ended != ended) takes_.also_list(program_->view().take);
  for (const Error& error : program_->take_errors()) {
    Error said = error;
    if (said.kind == ErrorKind::no_space) said.remedy = "free some room, then press Record: the program goes on meanwhile";
    messages_.add(said, now_ns_);
  }
  if (const auto result = program_->take_result()) conclude_program(*result);
}

void Studio::conclude_program(const ProgramResult& result) {
  const std::string name = program_->view().name;
  for (const Error& error : program_->take_errors()) messages_.add(error, now_ns_);
  program_.reset();
  std::uint64_t frames = 0, dropped = 0, bytes = 0, takes = 0;
  std::int64_t longest_ns = 0;
  std::string first;
  for (const ChannelTakeStatus& take : result.outcome.takes) {
    if (!take.summary || take.summary->frames == 0) continue;
    if (++takes == 1) first = take.path.stem().string();
    takes_.also_list(take.path);
    frames += take.summary->frames;
    dropped += take.dropped;
    bytes += take.summary->file_bytes;
    longest_ns = std::max(longest_ns, take.summary->duration_ns);
  }
  takes_.refresh();
  takes_.choose({});  // the newest counts: offered for export like one that was recorded here
  for (const Error& error : result.errors) messages_.add(error, now_ns_);
  const int status = result.outcome.program_status;
  const bool crashed = status == 128 + SIGSEGV || status == 128 + SIGABRT || status == 128 + SIGBUS ||
                       status == 128 + SIGILL || status == 128 + SIGFPE;
  if (crashed)
    messages_.add(Error{ErrorKind::failed, name, fmt::format("the program was ended by signal {}", status - 128),
                        frames > 0 ? "every frame that it showed is kept" : ""},
                  now_ns_);
  if (takes == 0) return;
  messages_.notice(takes == 1 ? first + " is recorded" : fmt::format("{} takes of {} are recorded", takes, name),
                   fmt::format("{} frames, {}, {}{}", count_text(frames),
                               duration_text(static_cast<double>(longest_ns) * 1e-9), bytes_text(bytes),
                               dropped > 0 ? fmt::format(", {} dropped", count_text(dropped)) : ""),
                   now_ns_);
}

// Once, when the takes are first seen: a recorder that was killed left its frames.
void Studio::tell_interrupted() {
  if (told_interrupted_ || !takes_.scanned()) return;
  told_interrupted_ = true;
  const TakeListing* newest = takes_.chosen_or_newest();
  if (!newest || newest->state != TakeState::interrupted) return;
  messages_.notice(newest->path.stem().string() + " was interrupted",
                   fmt::format("Its {} frames are kept: export them as any others.", count_text(newest->frames)), now_ns_);
}

}  // namespace framespool
