// What a person can ask for with a button or a key. Panels return these; the studio obeys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "app/model/export_settings.h"

namespace framespool::command {

struct ToggleRecording {};
struct TogglePause {};
// After a recording that a full disk stopped: a take beside it.
struct GoOnRecording {};
struct OpenProgramSheet {};
// A folder of the sheet's list of programs; empty: where to begin.
struct BrowsePrograms {
  std::filesystem::path folder;
};
struct CloseBrowser {};
struct ChooseProgram {
  std::filesystem::path path;
};
struct StartProgram {};
// The program that is being recorded: politely, and at once where it was asked before.
struct EndProgram {};
struct ChooseScene {
  std::string name_or_path;
};
struct ChooseTake {
  std::filesystem::path path;
};
struct OpenExportSheet {
  ExportKind kind = ExportKind::movie;
};
struct SwitchExportKind {
  ExportKind kind = ExportKind::movie;
};
struct StartExport {};
// Into the folder of images that is there: keeps what is right, makes the rest.
struct ContinueExport {};
// Esc: closes what is open, else cancels the running export.
struct Escape {};
struct CancelExport {
  std::uint64_t id = 0;
};
struct DismissExport {
  std::uint64_t id = 0;
};
struct AskRemoveTake {
  std::filesystem::path path;
};
struct ConfirmRemoveTake {};
struct DismissMessage {
  std::uint64_t id = 0;
};
struct Quit {};
enum class QuitChoice { wait_for_exports, cancel_exports, stay };
struct AnswerQuit {
  QuitChoice choice = QuitChoice::stay;
};

}  // namespace framespool::command

namespace framespool {

using Command =
    std::variant<command::ToggleRecording, command::TogglePause, command::ChooseScene, command::ChooseTake,
                 command::GoOnRecording, command::OpenProgramSheet, command::BrowsePrograms, command::CloseBrowser,
                 command::ChooseProgram, command::StartProgram, command::EndProgram, command::OpenExportSheet, command::SwitchExportKind, command::StartExport,
                 command::ContinueExport, command::Escape, command::CancelExport, command::DismissExport,
                 command::AskRemoveTake, command::ConfirmRemoveTake, command::DismissMessage, command::Quit,
                 command::AnswerQuit>;
using Commands = std::vector<Command>;

}  // namespace framespool
