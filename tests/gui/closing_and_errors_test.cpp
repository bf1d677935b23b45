// Ways to stop, and things that go wrong.
#include <signal.h>

#include <fstream>

#include "tests/gui/studio_test.h"

namespace framespool::testing_gui {
namespace {

namespace fs = std::filesystem;

// Three hours in two frames: a movie of 648,000 pictures, long enough to be stopped.
constexpr double kEndless_s = 3 * 3600;

class EndlessExport : public StudioWindow {
 protected:
  void start_export() {
    write_take("endless", 2, kEndless_s);
    start();
    ASSERT_TRUE(shows_widget("take:endless"));
    key("ctrl+m");
    ASSERT_TRUE(shows_state("sheet", "movie"));
    key("Return");
    ASSERT_TRUE(shows_state("export:1", "running"));
    ASSERT_TRUE(shows([&] { return log_->progress(1) > 0; }, kLong));
  }
};

TEST_F(EndlessExport, EscapeCancelsItAndLeavesNoPartialMovie) {
  start_export();
  key("Escape");
  ASSERT_TRUE(shows_state("export:1", "cancelled"));
  screenshot("12-cancelled");
  EXPECT_TRUE(files_below(exports_).empty()) << files_below(exports_)[0];
  EXPECT_LT(log_->progress(1), 1.0);
  key("ctrl+q");
  EXPECT_EQ(wait_for_end(), 0) << said();
}

TEST_F(EndlessExport, TheCancelButtonDoesToo) {
  start_export();
  click("cancel:1");
  ASSERT_TRUE(shows_state("export:1", "cancelled"));
  EXPECT_TRUE(files_below(exports_).empty());
  click("dismiss:1");
  EXPECT_TRUE(shows([&] { return log_->widget("dismiss:1") == nullptr; }));
}

TEST_F(EndlessExport, ClosingAsksAndStaysOrCancels) {
  start_export();
  display_->press_close_button();
  ASSERT_TRUE(shows_state("quit", "asking"));
  ASSERT_TRUE(repaints(2));
  screenshot("13-quit-question");
  click("quit-stay");
  ASSERT_TRUE(shows_state("quit", "no"));
  EXPECT_EQ(log_->state("export:1"), "running") << "asking stops nothing";
  key("ctrl+q");
  ASSERT_TRUE(shows_state("quit", "asking"));
  click("quit-cancel");
  EXPECT_EQ(wait_for_end(), 0) << said();
  EXPECT_TRUE(files_below(exports_).empty());
}

TEST_F(StudioWindow, ClosingCanWaitForTheExport) {
  write_take("long", 2, 1500);
  start();
  ASSERT_TRUE(shows_widget("take:long"));
  key("ctrl+m");
  ASSERT_TRUE(shows_state("sheet", "movie"));
  key("Return");
  ASSERT_TRUE(shows_state("export:1", "running"));
  key("ctrl+q");
  ASSERT_TRUE(shows_state("quit", "asking"));
  click("quit-wait");
  EXPECT_EQ(wait_for_end(kLong), 0) << said();
  EXPECT_EQ(count_movie_frames(exports_ / "long.mp4"), 1500 * 60 + 1);
}

TEST_F(StudioWindow, ClosingWhileRecordingKeepsACompleteTake) {
  start();
  key("F9");
  ASSERT_TRUE(shows([&] { return std::atoi(log_->state("frames").c_str()) >= 5; }));
  display_->press_close_button();
  EXPECT_EQ(wait_for_end(), 0) << said();
  const TakeFacts facts = look_at_take(takes_ / "silk-0001.fspool");
  EXPECT_TRUE(facts.complete);
  EXPECT_GE(facts.frames, 5u);
}

TEST_F(StudioWindow, SigtermWhileRecordingKeepsACompleteTake) {
  start();
  key("F9");
  ASSERT_TRUE(shows([&] { return std::atoi(log_->state("frames").c_str()) >= 5; }));
  program_->send(SIGTERM);
  EXPECT_EQ(wait_for_end(), 143) << said();
  EXPECT_TRUE(look_at_take(takes_ / "silk-0001.fspool").complete);
}

TEST_F(StudioWindow, ABrokenShaderIsAnErrorWithItsLine) {
  const fs::path shader = folder_ / "broken.frag";
  std::ofstream(shader) << "void mainImage(out vec4 c, in vec2 p) {\n  c = vec4(1) +;\n}\n";
  start_without_waiting({"--scene", shader.string()});
  EXPECT_EQ(wait_for_end(), 2);
  EXPECT_NE(said().find("broken.frag:2:"), std::string::npos) << said();
  EXPECT_EQ(said().rfind("framespool: ", 0), 0u) << said();
}

TEST_F(StudioWindow, ASceneThatDoesNotExistIsAnError) {
  start_without_waiting({"--scene", "no-such-scene"});
  EXPECT_EQ(wait_for_end(), 2);
  EXPECT_NE(said().find("no-such-scene"), std::string::npos) << said();
}

TEST_F(StudioWindow, WithoutADisplayItSaysWhatWorksWithout) {
  start_without_waiting({}, {{"DISPLAY", ""}});
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_NE(said().find("framespool record"), std::string::npos) << said();
}

TEST_F(StudioWindow, ADisplayThatIsGoneIsSaidLikewise) {
  start_without_waiting({}, {{"DISPLAY", ":65000"}});
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_NE(said().find("framespool record"), std::string::npos) << said();
}

TEST_F(StudioWindow, AnExportThatCannotBeMadeSaysWhyAndTheNextOneRuns) {
  write_take("silk-0001", 2);
  std::ofstream(exports_) << "a file where the folder should be";
  start();
  ASSERT_TRUE(shows_widget("take:silk-0001"));
  key("ctrl+m");
  ASSERT_TRUE(shows_state("sheet", "movie"));
  key("Return");
  ASSERT_TRUE(shows_state("export:1", "failed"));
  screenshot("14-export-failed");
  fs::remove(exports_);
  key("ctrl+m");
  ASSERT_TRUE(shows_state("sheet", "movie"));
  key("Return");
  ASSERT_TRUE(shows_state("export:2", "done", kLong));
}

TEST_F(StudioWindow, ATakesFolderThatCannotBeMadeIsAMessage) {
  std::ofstream(takes_) << "a file where the folder should be";
  start();
  ASSERT_TRUE(shows_state("messages", "1")) << "it cannot be listed either";
  key("F9");
  ASSERT_TRUE(shows_state("messages", "2"));
  ASSERT_TRUE(repaints(2));
  screenshot("15-error-message");
  EXPECT_EQ(log_->state("recording"), "idle");
  click("dismiss-message:1");
  click("dismiss-message:2");
  EXPECT_TRUE(shows_state("messages", "0"));
}

TEST_F(StudioWindow, AFileThatIsNoTakeIsListedAsSuch) {
  fs::create_directories(takes_);
  std::ofstream(takes_ / "notes.fspool") << "not a take";
  write_take("silk-0001", 2);
  start();
  ASSERT_TRUE(shows_widget("take:notes"));
  screenshot("16-unreadable-take");
  key("ctrl+m");
  ASSERT_TRUE(shows_state("sheet", "movie")) << "the newest readable take is exported";
}

}  // namespace
}  // namespace framespool::testing_gui
