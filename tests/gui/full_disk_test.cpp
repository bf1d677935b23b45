// A real file system that is full, and then is not.
#include <sys/mount.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tests/gui/studio_test.h"

namespace framespool::testing_gui {
namespace {

namespace fs = std::filesystem;

class FullDisk : public StudioWindow {
 protected:
  void SetUp() override {
    StudioWindow::SetUp();
    fs::create_directories(takes_);
    if (::mount("tmpfs", takes_.c_str(), "tmpfs", 0, "size=48m") != 0)
      GTEST_SKIP() << "mounting needs rights: " << std::strerror(errno);
    mounted_ = true;
    std::ofstream(takes_ / "ballast") << std::string(36 << 20, 'x');
  }
  void TearDown() override {
    if (HasFailure() && program_ && display_) screenshot("failed-full-disk");
    program_.reset();
    if (mounted_) {
      EXPECT_EQ(::umount2(takes_.c_str(), MNT_DETACH), 0);
    }
    StudioWindow::TearDown();
  }
  void free_some_room() { fs::remove(takes_ / "ballast"); }
  bool mounted_ = false;
};

TEST_F(FullDisk, ARecordingGoesOnOnceThereIsRoom) {
  start({"--size", "320x180", "--reserve", "0"});
  key("F9");
  ASSERT_TRUE(shows_widget("go-on", kLong)) << said();
  EXPECT_EQ(log_->state("recording"), "idle");
  const TakeFacts first = look_at_take(takes_ / "silk-0001.fspool");
  EXPECT_TRUE(first.complete) << "it is closed and whole";
  EXPECT_GE(first.frames, 10u);
  const std::string said_first = log_->state("message");
  EXPECT_NE(said_first.find("silk-0001 stopped: no room on the disk"), std::string::npos) << said_first;
  EXPECT_NE(said_first.find(std::to_string(first.frames) + " frames are kept"), std::string::npos) << said_first;
  EXPECT_NE(said_first.find("more was needed"), std::string::npos) << said_first;
  EXPECT_NE(said_first.find("what follows becomes silk-0001-2"), std::string::npos) << said_first;
  ASSERT_TRUE(repaints(2));
  screenshot("31-disk-full");

  click("go-on");  // too early; what it says of that stands where the first message stood
  ASSERT_TRUE(shows([&] { return log_->state("message") != said_first; })) << said_first;
  ASSERT_TRUE(shows_widget("go-on", kLong));
  ASSERT_TRUE(shows_state("recording", "idle"));
  free_some_room();
  click("go-on");
  ASSERT_TRUE(shows([&] { return log_->state("recording") == "recording" && std::atoi(log_->state("frames").c_str()) >= 5; }));
  EXPECT_EQ(log_->widget("go-on"), nullptr);
  key("F9");
  ASSERT_TRUE(shows_state("recording", "idle"));
  const TakeFacts second = look_at_take(takes_ / "silk-0001-2.fspool");
  EXPECT_TRUE(second.complete);
  EXPECT_GE(second.frames, 5u);
  EXPECT_EQ(look_at_take(takes_ / "silk-0001.fspool").frames, first.frames) << "the first is as it was";
}

TEST_F(FullDisk, TheReserveStopsItLikewise) {
  start({"--size", "320x180", "--reserve", "2M"});
  key("F9");
  ASSERT_TRUE(shows_widget("go-on", kLong)) << said();
  EXPECT_TRUE(look_at_take(takes_ / "silk-0001.fspool").complete);
  EXPECT_NE(log_->state("message").find("more was needed"), std::string::npos) << log_->state("message");
  free_some_room();
  click("go-on");
  ASSERT_TRUE(shows([&] { return log_->state("recording") == "recording" && std::atoi(log_->state("frames").c_str()) >= 5; }));
  key("ctrl+q");
  EXPECT_EQ(wait_for_end(), 0) << said();
  EXPECT_GE(look_at_take(takes_ / "silk-0001-2.fspool").frames, 5u);
}

TEST_F(FullDisk, AProgramGoesOnMeanwhileAndItsNextTakeBegins) {
  start({"--reserve", "0"}, {{"XDG_RUNTIME_DIR", folder_.string()}});
  key("ctrl+r");
  ASSERT_TRUE(shows_state("program-sheet", "open"));
  type_into("command", "glxgears -geometry 300x200");
  key("Return");
  ASSERT_TRUE(shows_state("program", "stopped", kLong)) << said();
  EXPECT_NE(log_->state("message").find("frames are kept"), std::string::npos) << log_->state("message");
  const TakeFacts first = look_at_take(takes_ / "glxgears-0001.fspool");
  EXPECT_TRUE(first.complete);
  EXPECT_GE(first.frames, 10u);
  ASSERT_TRUE(repaints(2));
  screenshot("32-program-disk-full");
  free_some_room();
  click("record");
  ASSERT_TRUE(shows([&] { return log_->state("program-take").ends_with("glxgears-0001-2.fspool"); }));
  // A fast program fills the room that was freed within half a second: then the button moves away below the click, which
  // is repeated while the program has not been asked; once it has, a second click would end it firmly.
  const auto asked = [&] { return log_->state("program") == "ending" || log_->state("program") == "none"; };
  bool is_asked = false;
  for (int tries = 0; tries < 3 && !is_asked; ++tries) {
    click("program-end");
    is_asked = shows(asked);
  }
  ASSERT_TRUE(is_asked) << log_->state("message") << said();
  ASSERT_TRUE(shows_state("program", "none", kLong)) << log_->state("message") << said();
  EXPECT_GT(look_at_take(takes_ / "glxgears-0001-2.fspool").frames, 0u);
}

}  // namespace
}  // namespace framespool::testing_gui
