#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "app/model/studio.h"
#include "cache/take_writer.h"
#include "tests/app/fake_exports.h"

namespace framespool {
namespace {

namespace fs = std::filesystem;

// Remembers what it was asked; records no pixel.
class FakeStage final : public Stage {
 public:
  Result<void> load_scene(const std::string& name) override {
    if (name == "broken.frag") return fail(ErrorKind::usage, "broken.frag", "broken.frag:3: syntax error");
    scene_ = name;
    return {};
  }
  const std::string& scene() const override { return scene_; }
  Result<void> begin_recording(const fs::path& take) override {
    if (refuse) return fail(ErrorKind::no_space, take.string(), "the disk is full", "remove takes");
    recorded = take;
    log += "begin ";
    return {};
  }
  void pause_recording() override { log += "pause "; }
  void resume_recording() override { log += "resume "; }
  void mark_recording(const std::string& text) override { log += "mark:" + text + " "; }
  Result<TakeSummary> end_recording() override {
    log += "end ";
    TakeSummary summary;
    summary.frames = 300;
    summary.stopped_for_space = full;
    return summary;
  }
  RecordingFigures figures() const override { return {}; }

  bool refuse = false, full = false;
  std::string log;
  fs::path recorded;

 private:
  std::string scene_ = "silk";
};

class StudioTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(home_);
    fs::create_directories(home_);
  }
  void TearDown() override {
    exports_.gate->open();
    studio_.reset();
    fs::remove_all(home_);
  }

  void write_take(const std::string& name, int frames = 2) {
    TakeWriterOptions options;
    fs::create_directories(home_ / "takes");
    options.path = home_ / "takes" / (name + ".fspool");
    options.first_payload_bytes = 16;
    options.reserve_bytes = 0;
    auto writer = TakeWriter::create(options);
    ASSERT_TRUE(writer) << writer.error().line();
    for (int i = 0; i < frames; ++i) {
      auto slot = (*writer)->acquire(16, TakeWriter::Wait::yes);
      ASSERT_TRUE(slot && *slot);
      FrameInfo info;
      info.width = info.height = 2;
      info.stride_bytes = 8;
      info.payload_bytes = 16;
      ASSERT_TRUE((*writer)->commit(std::move(**slot), info));
    }
    ASSERT_TRUE((*writer)->finish());
  }
  Studio& studio() {
    if (!studio_) studio_.emplace(stage_, home_ / "takes", home_ / "exports", exports_.factory());
    return *studio_;
  }
  template <class Command>
  void ask(Command command) {
    studio().obey(command, 0);
  }
  void repaint(int times = 1) {
    for (int i = 0; i < times; ++i) {
      studio().update(0);
      studio().after_repaint(0);
    }
  }
  // Threads publish when they like: repaint until it shows.
  template <class Condition>
  bool shows(Condition condition) {
    for (int i = 0; i < 5000; ++i) {
      repaint();
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  void begin_export(const std::string& name = "") {
    ASSERT_TRUE(shows([&] { return studio().takes().scanned(); }));
    ask(command::OpenExportSheet{ExportKind::images});
    ASSERT_NE(studio().sheet(), nullptr);
    if (!name.empty()) studio().sheet()->target.name = name;
    ask(command::StartExport{});
    ASSERT_EQ(studio().sheet(), nullptr) << studio().sheet()->problem;
    repaint();
  }
  std::string last_message() {
    const auto& list = studio().messages().list();
    return list.empty() ? "" : list.back().title + ": " + list.back().text;
  }
  ExportState export_state(std::size_t at = 0) { return studio().exports().at(at).progress.state; }

  const fs::path home_ =
      fs::path(testing::TempDir()) /
      (std::string("studio_") + testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(::getpid()));
  FakeStage stage_;
  FakeExports exports_;
  std::optional<Studio> studio_;
};

// ---- recording

TEST_F(StudioTest, RecordsUnderANewNameAndPausesAndStops) {
  write_take("silk-0001");
  ask(command::ToggleRecording{});
  EXPECT_EQ(stage_.recorded.filename(), "silk-0002.fspool");
  ask(command::TogglePause{});
  ask(command::TogglePause{});
  ask(command::ToggleRecording{});
  repaint(2);
  EXPECT_EQ(stage_.log, "begin pause resume end ");
  EXPECT_EQ(studio().recording().state(), RecordingState::idle);
}

TEST_F(StudioTest, ShowsStoppingBeforeItWaitsForTheDisk) {
  ask(command::ToggleRecording{});
  ask(command::ToggleRecording{});
  repaint();
  EXPECT_EQ(studio().recording().state(), RecordingState::stopping);
  EXPECT_EQ(stage_.log, "begin ") << "not closed before \"stopping\" was drawn";
  repaint();
  EXPECT_EQ(stage_.log, "begin end ");
}

TEST_F(StudioTest, MakesTheTakesFolderOnlyWhenItIsNeeded) {
  repaint();
  EXPECT_FALSE(fs::exists(home_ / "takes"));
  ask(command::ToggleRecording{});
  EXPECT_TRUE(fs::is_directory(home_ / "takes"));
}

TEST_F(StudioTest, SaysWhyTheTakesFolderCannotBeMade) {
  std::ofstream(home_ / "takes") << "a file";
  ask(command::ToggleRecording{});
  EXPECT_FALSE(studio().recording().active());
  EXPECT_NE(last_message().find("the folder of the takes cannot be made"), std::string::npos)
      << last_message();
}

TEST_F(StudioTest, SaysWhyARecordingDoesNotBegin) {
  stage_.refuse = true;
  ask(command::ToggleRecording{});
  EXPECT_FALSE(studio().recording().active());
  EXPECT_NE(last_message().find("the disk is full"), std::string::npos);
}

TEST_F(StudioTest, KeepsTheTakeOfARecordingThatBroke) {
  stage_.full = true;
  ask(command::ToggleRecording{});
  studio().recording_broke(Error{ErrorKind::no_space, "silk-0001", "no space left", ""}, 0);
  EXPECT_EQ(stage_.log, "begin end ");
  EXPECT_FALSE(studio().recording().active());
  EXPECT_EQ(last_message(), "silk-0001 stopped: no room on the disk: No space left");
}

TEST_F(StudioTest, GoesOnAfterAFullDiskInATakeBesideIt) {
  ask(command::GoOnRecording{});
  EXPECT_EQ(stage_.log, "") << "there is nothing to go on with";
  stage_.full = true;
  ask(command::ToggleRecording{});
  write_take("silk-0001");  // what that recording kept
  studio().recording_broke(
      Error{ErrorKind::no_space, "silk-0001", "no space left: 300 frames are kept, 4 MB more was needed", ""}, 0);
  ASSERT_EQ(studio().messages().list().size(), 1u) << "said once";
  const Message& message = studio().messages().list().back();
  EXPECT_EQ(message.action, MessageAction::go_on);
  EXPECT_EQ(message.text, "No space left: 300 frames are kept, 4 MB more was needed");
  EXPECT_EQ(message.remedy, "Free some room, then go on: what follows becomes silk-0001-2.");

  stage_.refuse = true;  // pressed too early
  ask(command::GoOnRecording{});
  EXPECT_FALSE(studio().recording().active());
  EXPECT_EQ(studio().messages().list().back().action, MessageAction::go_on) << "still offered";
  EXPECT_EQ(last_message(), "silk-0001 stopped: no room on the disk: The disk is full: there is still no room");
  stage_.refuse = false;
  ask(command::GoOnRecording{});
  EXPECT_EQ(stage_.recorded.filename(), "silk-0001-2.fspool");
  EXPECT_TRUE(studio().recording().active());
  EXPECT_TRUE(studio().messages().list().empty());
  write_take("silk-0001-2");
  studio().recording_broke(Error{ErrorKind::no_space, "silk-0001-2", "no space left", ""}, 0);
  ask(command::GoOnRecording{});
  EXPECT_EQ(stage_.recorded.filename(), "silk-0001-3.fspool");
}

TEST_F(StudioTest, OffersAnInterruptedTakeOnce) {
  write_take("silk-0001");
  fs::resize_file(home_ / "takes" / "silk-0001.fspool", fs::file_size(home_ / "takes" / "silk-0001.fspool") - 4096);
  ASSERT_TRUE(shows([&] { return studio().takes().scanned(); }));
  EXPECT_EQ(last_message(), "silk-0001 was interrupted: Its 2 frames are kept: export them as any others.");
  ask(command::DismissMessage{studio().messages().list().back().id});
  repaint(3);
  EXPECT_TRUE(studio().messages().list().empty());
}

// ---- programs

TEST_F(StudioTest, AProgramThatIsNotThereIsSaidInItsSheet) {
  ask(command::OpenProgramSheet{});
  ASSERT_NE(studio().program_sheet(), nullptr);
  studio().program_form().command = "no-such-program-anywhere";
  ask(command::StartProgram{});
  ASSERT_NE(studio().program_sheet(), nullptr) << "it stays, to be mended";
  EXPECT_EQ(studio().program_sheet()->problem, "no-such-program-anywhere: there is no such program in PATH");
  EXPECT_EQ(studio().program(), nullptr);
  ask(command::Escape{});
  EXPECT_EQ(studio().program_sheet(), nullptr);
}

TEST_F(StudioTest, ASceneAndAProgramAreNotRecordedTogether) {
  ask(command::ToggleRecording{});
  ask(command::OpenProgramSheet{});
  EXPECT_EQ(studio().program_sheet(), nullptr);
  EXPECT_EQ(last_message(), "Record a program: the scene is being recorded");
}

TEST_F(StudioTest, ABrokenShaderIsAMessageAndTheOldSceneGoesOn) {
  ask(command::ChooseScene{"broken.frag"});
  EXPECT_EQ(last_message(), "broken.frag: broken.frag:3: syntax error");
  EXPECT_EQ(stage_.scene(), "silk");
}

// ---- takes

TEST_F(StudioTest, ListsTakesAndRemovesOneOnlyAfterAYes) {
  write_take("silk-0001");
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 1; }));
  const fs::path take = studio().takes().list()[0].path;
  EXPECT_GT(studio().takes().total_bytes(), 0u);
  ask(command::AskRemoveTake{take});
  ask(command::Escape{});
  EXPECT_FALSE(studio().removal_asked());
  ask(command::ConfirmRemoveTake{});
  repaint();
  EXPECT_TRUE(fs::exists(take));
  ask(command::AskRemoveTake{take});
  ask(command::ConfirmRemoveTake{});
  EXPECT_TRUE(shows([&] { return studio().takes().list().empty(); }));
  EXPECT_FALSE(fs::exists(take));
}

TEST_F(StudioTest, AFileThatIsNoTakeIsListedWithItsProblemAndNotExported) {
  fs::create_directories(home_ / "takes");
  std::ofstream(home_ / "takes" / "notes.fspool") << "not a take";
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 1; }));
  EXPECT_FALSE(studio().takes().list()[0].problem.empty());
  ask(command::OpenExportSheet{ExportKind::movie});
  EXPECT_EQ(studio().sheet(), nullptr);
  EXPECT_EQ(last_message(), "Nothing to export: there is no finished take yet");
  ask(command::ChooseTake{studio().takes().list()[0].path});
  ask(command::OpenExportSheet{ExportKind::movie});
  EXPECT_EQ(studio().sheet(), nullptr);
}

// ---- exports

TEST_F(StudioTest, ExportsTheChosenTakeElseTheNewest) {
  write_take("silk-0001");
  write_take("silk-0002");
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 2; }));
  ask(command::ChooseTake{home_ / "takes" / "silk-0001.fspool"});
  ask(command::OpenExportSheet{ExportKind::movie});
  ASSERT_NE(studio().sheet(), nullptr);
  EXPECT_EQ(studio().sheet()->target.name, "silk-0001.mp4");
}

TEST_F(StudioTest, TheProposedNameFollowsKindAndContainerUntilOneIsTyped) {
  write_take("silk-0001");
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 1; }));
  ask(command::OpenExportSheet{ExportKind::images});
  EXPECT_EQ(studio().sheet()->target.name, "silk-0001");
  ask(command::SwitchExportKind{ExportKind::movie});
  EXPECT_EQ(studio().sheet()->target.name, "silk-0001.mp4");
  studio().settings().container = "mkv";
  studio().rename_output();
  EXPECT_EQ(studio().sheet()->target.name, "silk-0001.mkv");
  studio().sheet()->target.name = "mine.mkv";
  studio().sheet()->name_edited = true;
  ask(command::SwitchExportKind{ExportKind::images});
  EXPECT_EQ(studio().sheet()->target.name, "mine");
}

TEST_F(StudioTest, RemembersTheLastSettings) {
  write_take("silk-0001");
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 1; }));
  ask(command::OpenExportSheet{ExportKind::movie});
  studio().settings().crf = 30;
  studio().settings().fps = "30";
  ask(command::Escape{});
  ask(command::OpenExportSheet{ExportKind::movie});
  EXPECT_EQ(studio().settings().crf, 30);
  EXPECT_EQ(studio().settings().fps, "30");
}

TEST_F(StudioTest, NeverOverwritesAndSaysSoInTheSheet) {
  write_take("silk-0001");
  fs::create_directories(home_ / "exports" / "there");
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 1; }));
  ask(command::OpenExportSheet{ExportKind::images});
  studio().sheet()->target.name = "there";
  ask(command::StartExport{});
  ASSERT_NE(studio().sheet(), nullptr);
  EXPECT_EQ(studio().sheet()->problem, "there: exists already; choose another name; nothing is overwritten");
}

TEST_F(StudioTest, OffersToContinueAFolderThatHoldsImages) {
  write_take("silk-0001");
  fs::create_directories(home_ / "exports" / "there");
  ASSERT_TRUE(shows([&] { return studio().takes().list().size() == 1; }));
  ask(command::OpenExportSheet{ExportKind::images});
  studio().sheet()->target.name = "there";
  studio().sheet()->name_edited = true;
  ask(command::StartExport{});
  EXPECT_FALSE(studio().continue_offered()) << "an empty folder is nothing to go on with";

  std::ofstream(home_ / "exports" / "there" / "image-0000.png") << "x";
  ask(command::StartExport{});
  ASSERT_NE(studio().sheet(), nullptr);
  EXPECT_TRUE(studio().continue_offered());
  EXPECT_NE(studio().sheet()->problem.find("there are images in it already"), std::string::npos);
  ask(command::SwitchExportKind{ExportKind::movie});
  EXPECT_FALSE(studio().continue_offered());
  ask(command::SwitchExportKind{ExportKind::images});
  studio().sheet()->target.name = "elsewhere";
  EXPECT_FALSE(studio().continue_offered()) << "it was another name that was refused";
  ask(command::ContinueExport{});
  ASSERT_NE(studio().sheet(), nullptr) << "what is not offered is not done";

  studio().sheet()->target.name = "there";
  ask(command::StartExport{});
  ask(command::ContinueExport{});
  EXPECT_EQ(studio().sheet(), nullptr);
  EXPECT_TRUE(shows([&] { return *exports_.resumed == 1; }));
}

TEST_F(StudioTest, ProposesAnotherNameWhileAnExportWritesTheFirst) {
  write_take("silk-0001");
  begin_export();
  ask(command::OpenExportSheet{ExportKind::images});
  EXPECT_EQ(studio().sheet()->target.name, "silk-0001-2");
}

TEST_F(StudioTest, EscapeClosesTheSheetFirstAndCancelsTheExportNext) {
  write_take("silk-0001");
  begin_export();
  ASSERT_TRUE(shows([&] { return export_state() == ExportState::running; }));
  ask(command::OpenExportSheet{ExportKind::images});
  ask(command::Escape{});
  repaint();
  EXPECT_EQ(studio().sheet(), nullptr);
  EXPECT_EQ(export_state(), ExportState::running);
  ask(command::Escape{});
  exports_.gate->open();
  EXPECT_TRUE(shows([&] { return export_state() == ExportState::cancelled; }));
}

// ---- closing

TEST_F(StudioTest, ClosesAtOnceWhenNothingIsGoingOn) {
  ask(command::Quit{});
  EXPECT_EQ(studio().quit_state(), QuitState::now);
}

TEST_F(StudioTest, ClosingWhileRecordingKeepsTheTake) {
  ask(command::ToggleRecording{});
  ask(command::Quit{});
  EXPECT_NE(studio().quit_state(), QuitState::now);
  repaint(2);
  EXPECT_EQ(stage_.log, "begin end ");
  EXPECT_EQ(studio().quit_state(), QuitState::now);
}

TEST_F(StudioTest, ClosingWhileExportingAsksAndCanWait) {
  write_take("silk-0001");
  begin_export();
  ask(command::Quit{});
  EXPECT_EQ(studio().quit_state(), QuitState::asking);
  ask(command::AnswerQuit{command::QuitChoice::wait_for_exports});
  repaint(3);
  EXPECT_EQ(studio().quit_state(), QuitState::waiting);
  exports_.gate->open();
  EXPECT_TRUE(shows([&] { return studio().quit_state() == QuitState::now; }));
  repaint();
  EXPECT_EQ(export_state(), ExportState::done);
}

TEST_F(StudioTest, ClosingWhileExportingCanCancelThem) {
  write_take("silk-0001");
  begin_export("a");
  begin_export("b");
  ask(command::Quit{});
  ask(command::AnswerQuit{command::QuitChoice::cancel_exports});
  exports_.gate->open();
  EXPECT_TRUE(shows([&] { return studio().quit_state() == QuitState::now; }));
  repaint();  // the list may have been taken just before they ended
  EXPECT_EQ(export_state(0), ExportState::cancelled);
  EXPECT_EQ(export_state(1), ExportState::cancelled);
}

TEST_F(StudioTest, StayingTakesTheQuestionBack) {
  write_take("silk-0001");
  begin_export();
  ask(command::Quit{});
  ask(command::AnswerQuit{command::QuitChoice::stay});
  exports_.gate->open();
  EXPECT_TRUE(shows([&] { return export_state() == ExportState::done; }));
  EXPECT_EQ(studio().quit_state(), QuitState::no);
}

TEST_F(StudioTest, TheQuestionAnswersItselfWhenTheExportsEnd) {
  write_take("silk-0001");
  begin_export();
  ask(command::Quit{});
  exports_.gate->open();
  EXPECT_TRUE(shows([&] { return studio().quit_state() == QuitState::now; }));
}

TEST_F(StudioTest, RecordingStopsBehindTheQuestionToo) {
  write_take("silk-0001");
  begin_export();
  ask(command::ToggleRecording{});
  ask(command::Quit{});
  repaint(2);
  EXPECT_EQ(stage_.log, "begin end ");
  EXPECT_EQ(studio().quit_state(), QuitState::asking);
}

TEST_F(StudioTest, ASignalClosesWithoutAQuestion) {
  write_take("silk-0001");
  begin_export();
  ask(command::ToggleRecording{});
  studio().leave(0);
  exports_.gate->open();
  EXPECT_TRUE(shows([&] { return studio().quit_state() == QuitState::now; }));
  EXPECT_EQ(stage_.log, "begin end ");
  repaint();  // the list may have been taken just before it ended
  EXPECT_EQ(export_state(), ExportState::cancelled);
}

}  // namespace
}  // namespace framespool
