// All that the window shows and can do, without the window: recording, takes, exports, sheet, questions,
// messages. Obeys commands, asks the stage for what needs OpenGL. One thread: the UI's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/model/commands.h"
#include "app/model/export_queue.h"
#include "app/model/export_settings.h"
#include "app/model/messages.h"
#include "app/model/program_browser.h"
#include "app/model/program_form.h"
#include "app/model/program_recording.h"
#include "app/model/recording.h"
#include "app/model/stage.h"
#include "app/model/takes.h"

namespace framespool {

struct ExportSheet {
  ExportTarget target;
  bool name_edited = false;  // the proposed name follows the kind and container until the user types one
  std::string problem;       // why StartExport was refused; empty otherwise
  std::string can_continue;  // the name it was refused for, when images stand there; empty otherwise
};

// "Record a program...". What is typed stays from one time to the next (Studio::program_form()).
struct ProgramSheet {
  std::string proposed;  // the take's name where none is typed
  std::string problem;   // why StartProgram was refused; empty otherwise
  std::optional<ProgramBrowser> browser;  // while a program is looked for
};

enum class QuitState {
  no,
  asking,   // exports run: wait, cancel or stay? A program is recorded: end it or stay?
  waiting,  // for exports, for the recording to close or for the program to end
  now,      // the window may go
};

class Studio {
 public:
  // How a command line that was recorded before comes back; the newest first.
  static constexpr std::size_t kMostRecent = 3;

  Studio(Stage& stage, std::filesystem::path takes, std::filesystem::path exports, ExportFactory factory);

  void obey(const Command& command, std::int64_t now_ns);
  // Once a repaint, before drawing: takes over what the threads published.
  void update(std::int64_t now_ns);
  // Once a repaint, after it was shown: closes the take of a recording whose "stopping" has been drawn.
  void after_repaint(std::int64_t now_ns);
  void report(const Error& error, std::int64_t now_ns) { messages_.add(error, now_ns); }
  // The stage could not go on recording; the take is closed with what it holds.
  void recording_broke(const Error& error, std::int64_t now_ns);

  // Ends without a question: the recording is closed and kept, exports are cancelled.
  void leave(std::int64_t now_ns);

  [[nodiscard]] const Recording& recording() const { return recording_; }
  [[nodiscard]] const Takes& takes() const { return takes_; }
  [[nodiscard]] const std::vector<ExportEntry>& exports() const { return entries_; }
  [[nodiscard]] const std::filesystem::path& exports_directory() const { return exports_directory_; }
  [[nodiscard]] const Messages& messages() const { return messages_; }
  [[nodiscard]] const std::optional<std::filesystem::path>& removal_asked() const { return removal_asked_; }
  [[nodiscard]] QuitState quit_state() const { return quit_; }
  [[nodiscard]] bool question_open() const {
    return sheet_ || program_sheet_ || removal_asked_ || quit_ == QuitState::asking;
  }
  // The sheet's fields are edited in place.
  [[nodiscard]] ExportSheet* sheet() { return sheet_ ? &*sheet_ : nullptr; }
  [[nodiscard]] ExportSettings& settings() { return settings_; }
  // Whether what stands under the sheet's name may be gone on with.
  [[nodiscard]] bool continue_offered() const {
    return sheet_ && settings_.kind == ExportKind::images && !sheet_->can_continue.empty() &&
           sheet_->can_continue == sheet_->target.name;
  }
  // Likewise the fields of the program's sheet.
  [[nodiscard]] ProgramSheet* program_sheet() { return program_sheet_ ? &*program_sheet_ : nullptr; }
  [[nodiscard]] ProgramForm& program_form() { return program_form_; }
  [[nodiscard]] const std::vector<std::string>& recent_programs() const { return recent_programs_; }
  void propose_take();  // after the command in the sheet changed
  // The program that is being recorded; null where there is none.
  [[nodiscard]] const ProgramView* program() const { return program_ ? &program_->view() : nullptr; }
  [[nodiscard]] std::shared_ptr<RecorderControl> program_control() const {
    return program_ ? program_->control() : nullptr;
  }
  // After the container, the kind or the name in the sheet changed.
  void rename_output();
  // Free space to leave on the disk by recordings of programs; nullopt: the writer's own rule.
  void set_reserve(std::optional<std::uint64_t> bytes) { reserve_bytes_ = bytes; }
  void set_expected_rate(double bytes_per_second) { recording_.set_expected_rate(bytes_per_second); }

 private:
  void obey_one(const command::ToggleRecording&);
  void obey_one(const command::TogglePause&);
  void obey_one(const command::GoOnRecording&);
  void obey_one(const command::OpenProgramSheet&);
  void obey_one(const command::BrowsePrograms&);
  void obey_one(const command::CloseBrowser&);
  void obey_one(const command::ChooseProgram&);
  void obey_one(const command::StartProgram&);
  void obey_one(const command::EndProgram&);
  void obey_one(const command::ChooseScene&);
  void obey_one(const command::ChooseTake&);
  void obey_one(const command::OpenExportSheet&);
  void obey_one(const command::SwitchExportKind&);
  void obey_one(const command::StartExport&);
  void obey_one(const command::ContinueExport&);
  void obey_one(const command::Escape&);
  void obey_one(const command::CancelExport&);
  void obey_one(const command::DismissExport&);
  void obey_one(const command::AskRemoveTake&);
  void obey_one(const command::ConfirmRemoveTake&);
  void obey_one(const command::DismissMessage&);
  void obey_one(const command::Quit&);
  void obey_one(const command::AnswerQuit&);
  void begin_export(bool resume);
  [[nodiscard]] bool make_takes_folder();
  void begin_recording(const std::filesystem::path& take);
  void close_take(const Error* broken = nullptr);
  void offer_to_go_on(std::string why);
  void look_at_program();
  void conclude_program(const ProgramResult& result);
  void tell_interrupted();
  void stop_recording();
  void settle_quit();
  [[nodiscard]] bool output_taken(const std::filesystem::path& path) const;

  Stage& stage_;
  const std::filesystem::path exports_directory_;
  Recording recording_;
  Takes takes_;
  ExportQueue queue_;
  std::vector<ExportEntry> entries_;
  Messages messages_;
  ExportSettings settings_;
  std::optional<ExportSheet> sheet_;
  std::optional<ProgramSheet> program_sheet_;
  ProgramForm program_form_;
  std::vector<std::string> recent_programs_;
  std::unique_ptr<ProgramRecording> program_;
  std::filesystem::path recorded_take_;  // of the recording that runs, or ran last
  std::filesystem::path next_part_;      // what "Go on" promises; empty where it is not offered
  std::optional<std::uint64_t> reserve_bytes_;
  bool told_interrupted_ = false;
  std::optional<std::filesystem::path> removal_asked_;
  QuitState quit_ = QuitState::no;
  bool stopping_drawn_ = false;
  std::vector<Error> found_errors_;
  std::int64_t now_ns_ = 0;
};

}  // namespace framespool
