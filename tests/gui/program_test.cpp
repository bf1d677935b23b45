// "Record a program...": real programs that nobody here wrote, started, watched and ended from the window.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/gui/studio_test.h"

namespace framespool::testing_gui {
namespace {

namespace fs = std::filesystem;

class ProgramWindow : public StudioWindow {
 protected:
  void start_window() {
    start({}, {{"XDG_RUNTIME_DIR", folder_.string()}, {"vblank_mode", "0"}});
  }
  void open_sheet() {
    click("record-program");
    ASSERT_TRUE(shows_state("program-sheet", "open"));
  }
  void record_program(const std::string& command) {
    open_sheet();
    type_into("command", command);
    key("Return");
  }
  int frames() { return std::atoi(without_commas(log_->state("frames")).c_str()); }
  bool shows_frames(int at_least) {
    return shows([&] { return log_->state("program") == "recording" && frames() >= at_least; }, kLong);
  }
  static std::string without_commas(std::string text) {
    std::erase(text, ',');
    return text;
  }
  // Processes of that name whose parent is the window.
  int children(const std::string& name) {
    const Finished found = run({"pgrep", "-c", "-P", std::to_string(program_->id()), name});
    return std::atoi(found.output.c_str());
  }
};

TEST_F(ProgramWindow, IsRecordedPausedAndEndedAndItsTakeIsOffered) {
  start_window();
  open_sheet();
  type_into("command", "glxgears -geometry 200x100");
  ASSERT_TRUE(repaints(2));
  screenshot("20-program-sheet");
  key("Return");
  ASSERT_TRUE(shows_frames(20));
  ASSERT_TRUE(repaints(2));
  screenshot("21-program-recording");
  EXPECT_EQ(log_->state("recording"), "recording");
  EXPECT_EQ(log_->state("program-take"), (takes_ / "glxgears-0001.fspool").string());
  log_->forget_gaps();
  ASSERT_TRUE(repaints(20));
  RecordProperty("longest_time_between_repaints_ms", std::to_string(log_->longest_gap_ms()));

  click("pause");
  ASSERT_TRUE(shows_state("program", "paused"));
  ASSERT_TRUE(repaints(8));  // what was on its way to the disk has arrived
  const int paused_at = frames();
  ASSERT_TRUE(repaints(8));
  EXPECT_EQ(frames(), paused_at) << "a pause records nothing";
  screenshot("22-program-paused");
  click("pause");
  ASSERT_TRUE(shows_frames(paused_at + 5));

  EXPECT_EQ(children("glxgears"), 1);
  click("program-end");
  ASSERT_TRUE(shows_state("program", "none", kLong));
  EXPECT_EQ(children("glxgears"), 0);
  const TakeFacts facts = look_at_take(takes_ / "glxgears-0001.fspool");
  EXPECT_TRUE(facts.complete);
  EXPECT_GE(facts.frames, static_cast<std::uint64_t>(paused_at + 5));
  EXPECT_EQ(facts.first_width, 200u);
  EXPECT_EQ(facts.first_height, 100u);
  ASSERT_TRUE(shows_widget("export-images"));
  ASSERT_TRUE(shows_state("take-state:glxgears-0001", "complete"));
  screenshot("23-program-ended");
  key("ctrl+i");
  ASSERT_TRUE(shows_state("sheet", "images"));
  type_into("range-last", "2");
  click("sheet-export");
  ASSERT_TRUE(shows_state("export:1", "done", kLong));
  EXPECT_EQ(files_below(exports_ / "glxgears-0001").size(), 3u);
}

TEST_F(ProgramWindow, ThatEndsByItselfIsOfferedLikewise) {
  start_window();
  record_program("timeout -s TERM 2 glxgears");
  ASSERT_TRUE(shows_state("program", "none", kLong));
  ASSERT_TRUE(shows_state("take-state:timeout-0001", "complete"));
  EXPECT_GT(look_at_take(takes_ / "timeout-0001.fspool").frames, 0u);
  EXPECT_TRUE(shows_widget("export-movie"));
}

TEST_F(ProgramWindow, AtAFixedStepHasAFrameForEachStep) {
  start_window();
  open_sheet();
  click("clock-fixed");
  type_into("program-rate", "30");
  type_into("program-take", "steps");
  type_into("command", "glxgears");
  ASSERT_TRUE(repaints(2));
  screenshot("24-program-fixed-step");
  click("program-start");
  ASSERT_TRUE(shows_frames(10));
  click("program-end");
  ASSERT_TRUE(shows_state("program", "none", kLong));
  const TakeFacts facts = look_at_take(takes_ / "steps.fspool");
  EXPECT_TRUE(facts.complete);
  EXPECT_NEAR(facts.duration_s, static_cast<double>(facts.frames) / 30, 1e-6);
}

TEST_F(ProgramWindow, F9EndsTheTakeAndBeginsTheNextWhileTheProgramGoesOn) {
  start_window();
  record_program("glxgears -geometry 120x90");
  ASSERT_TRUE(shows_frames(5));
  click("record");
  ASSERT_TRUE(shows_state("program", "stopped"));
  ASSERT_TRUE(shows_state("take-state:glxgears-0001", "complete"));
  EXPECT_EQ(children("glxgears"), 1);
  screenshot("25-program-stopped");
  click("record");
  ASSERT_TRUE(shows_state("program-take", (takes_ / "glxgears-0001-2.fspool").string()));
  ASSERT_TRUE(shows_frames(8));
  click("program-end");
  ASSERT_TRUE(shows_state("program", "none", kLong));
  EXPECT_TRUE(look_at_take(takes_ / "glxgears-0001-2.fspool").complete);
}

TEST_F(ProgramWindow, ThatDoesNotListenIsEndedFirmly) {
  start_window();
  // A shell that ignores SIGTERM, and so does what it starts.
  record_program("sh -c \"trap '' TERM; exec glxgears -geometry 120x90\"");
  ASSERT_TRUE(shows_frames(5));
  click("program-end");
  ASSERT_TRUE(shows_state("program", "ending"));
  EXPECT_EQ(children("glxgears"), 1);
  ASSERT_TRUE(repaints(2));
  screenshot("26-program-ending");
  click("program-end");
  ASSERT_TRUE(shows_state("program", "none", Seconds(4))) << "at once, not after five seconds";
  EXPECT_TRUE(look_at_take(takes_ / "sh-0001.fspool").complete);
}

TEST_F(ProgramWindow, ClosingTheWindowAsksAndLosesNoFrame) {
  start_window();
  record_program("glxgears -geometry 120x90");
  ASSERT_TRUE(shows_frames(10));
  display_->press_close_button();
  ASSERT_TRUE(shows_state("quit", "asking"));
  ASSERT_TRUE(repaints(2));
  screenshot("27-program-quit-question");
  click("quit-stay");
  ASSERT_TRUE(shows_state("quit", "no"));
  EXPECT_EQ(log_->state("program"), "recording");
  key("ctrl+q");
  ASSERT_TRUE(shows_state("quit", "asking"));
  click("quit-wait");
  EXPECT_EQ(wait_for_end(kLong), 0) << said();
  log_->read_on();
  const TakeFacts facts = look_at_take(takes_ / "glxgears-0001.fspool");
  EXPECT_TRUE(facts.complete);
  EXPECT_GE(facts.frames, static_cast<std::uint64_t>(frames())) << "every frame that was shown as kept is there";
}

TEST_F(ProgramWindow, SigtermToTheWindowEndsBothAndLosesNoFrame) {
  start_window();
  record_program("glxgears -geometry 120x90");
  ASSERT_TRUE(shows_frames(10));
  program_->send(SIGTERM);
  EXPECT_EQ(wait_for_end(kLong), 143) << said();
  EXPECT_TRUE(look_at_take(takes_ / "glxgears-0001.fspool").complete);
}

TEST_F(ProgramWindow, WhatCannotBeRecordedIsSaidAsTheCommandLineSaysIt) {
  // What `framespool run` prints, without the "framespool: " in front.
  const auto of_run = [this](const std::vector<std::string>& command) {
    std::vector<std::string> words{FRAMESPOOL_PROGRAM, "run", "-o", (folder_ / "x.fspool").string(), "--quiet", "--"};
    words.insert(words.end(), command.begin(), command.end());
    std::string line = run(words, {{"DISPLAY", display_->name()}}).output;
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line.substr(std::min(line.size(), std::string("framespool: ").size()));
  };
  start_window();
  open_sheet();
  type_into("command", "no-such-program");
  key("Return");
  ASSERT_TRUE(shows_state("program-problem", of_run({"no-such-program"})));
  EXPECT_EQ(log_->state("program-problem"), "no-such-program: there is no such program in PATH");
  ASSERT_TRUE(repaints(2));
  screenshot("28-program-not-found");
  type_into("command", "/sbin/ldconfig");
  key("Return");
  ASSERT_TRUE(shows_state("program-problem", of_run({"/sbin/ldconfig"}))) << "it is linked statically";
  type_into("command", "glxgears | cat");
  key("Return");
  ASSERT_TRUE(shows([&] { return log_->state("program-problem").find("outside of quotes") != std::string::npos; }));
  type_into("command", "true");
  key("Return");
  ASSERT_TRUE(shows_state("message", of_run({"true"}), kLong));
  EXPECT_NE(log_->state("message").find("saw no OpenGL frame"), std::string::npos);
  ASSERT_TRUE(shows_state("program", "none"));
  ASSERT_TRUE(repaints(2));
  screenshot("29-program-without-frames");
  EXPECT_TRUE(files_below(takes_).empty());
}

TEST_F(ProgramWindow, IsChosenFromAList) {
  // xdotool types no letters beyond ASCII, of which this test's folder has one.
  const fs::path own = fs::path(testing::TempDir()) / ("gui_programs_" + std::to_string(getpid()));
  fs::create_directories(own / "inner");
  fs::create_symlink("/usr/bin/glxgears", own / "inner" / "my-gears");
  std::ofstream(own / "notes.txt") << "not a program";
  start_window();
  open_sheet();
  type_into("program-folder", own.string());
  click("program-choose");
  ASSERT_TRUE(shows_state("program-sheet", "browsing"));
  ASSERT_TRUE(shows_widget("entry:inner")) << "it begins in the folder that was typed";
  screenshot("30-program-browser");
  EXPECT_EQ(log_->widget("entry:notes.txt"), nullptr);
  click("entry:inner");
  click("entry:my-gears");
  ASSERT_TRUE(shows_state("program-sheet", "open"));
  click("program-start");
  ASSERT_TRUE(shows_frames(3));
  click("program-end");
  ASSERT_TRUE(shows_state("program", "none", kLong));
  EXPECT_TRUE(look_at_take(takes_ / "my-gears-0001.fspool").complete);
  fs::remove_all(own);
}

}  // namespace
}  // namespace framespool::testing_gui
