#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "app/model/naming.h"

namespace framespool {
namespace {

namespace fs = std::filesystem;

struct Names {
  std::set<fs::path> taken;
  bool operator()(const fs::path& path) const { return taken.contains(path); }
};

TEST(Naming, TakesAreNumberedAfterTheirScene) {
  EXPECT_EQ(next_take_path("/t", "silk", Names{}), "/t/silk-0001.fspool");
  EXPECT_EQ(next_take_path("/t", "silk", Names{{"/t/silk-0001.fspool", "/t/silk-0002.fspool"}}),
            "/t/silk-0003.fspool");
}

TEST(Naming, WhatGoesOnIsTheNextPartOfATake) {
  EXPECT_EQ(continued_take_path("/t/silk-0001.fspool", Names{}), "/t/silk-0001-2.fspool");
  EXPECT_EQ(continued_take_path("/t/silk-0001-2.fspool", Names{}), "/t/silk-0001-3.fspool");
  EXPECT_EQ(continued_take_path("/t/silk-0001.fspool", Names{{"/t/silk-0001-2.fspool"}}), "/t/silk-0001-3.fspool");
  EXPECT_EQ(continued_take_path("/t/a-.fspool", Names{}), "/t/a--2.fspool");
  EXPECT_EQ(continued_take_path("/t/a-99999999999.fspool", Names{}), "/t/a-99999999999-2.fspool");
}

TEST(Naming, AShaderGivesItsFileName) {
  EXPECT_EQ(next_take_path("/t", "/home/a b/Größe.frag", Names{}), "/t/Größe-0001.fspool");
}

TEST(Naming, NothingInANameMeansSomethingToTheExporter) {
  EXPECT_EQ(next_take_path("/t", "50%d.frag", Names{}), "/t/50_d-0001.fspool");
  EXPECT_EQ(next_take_path("/t", "", Names{}), "/t/take-0001.fspool");
  EXPECT_EQ(next_output_name("/e", "/t/v1.2.fspool", ExportKind::images, "mp4", Names{}), "v1_2");
}

TEST(Naming, AnOutputNeverGetsANameThatIsTaken) {
  EXPECT_EQ(next_output_name("/e", "/t/silk-0001.fspool", ExportKind::movie, "mkv", Names{}),
            "silk-0001.mkv");
  EXPECT_EQ(next_output_name("/e", "/t/silk-0001.fspool", ExportKind::movie, "mp4",
                             Names{{"/e/silk-0001.mp4", "/e/silk-0001-2.mp4"}}),
            "silk-0001-3.mp4");
  EXPECT_EQ(next_output_name("/e", "/t/silk-0001.fspool", ExportKind::images, "mp4", Names{{"/e/silk-0001"}}),
            "silk-0001-2");
}

TEST(Naming, ALinkThatLeadsNowhereIsTakenToo) {
  const fs::path folder = fs::path(testing::TempDir()) / "naming_link";
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::create_symlink(folder / "nothing", folder / "link");
  EXPECT_TRUE(name_exists(folder / "link"));
  EXPECT_FALSE(name_exists(folder / "nothing"));
  fs::remove_all(folder);
}

class ExportsDirectory : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(home_);
    fs::create_directories(home_ / ".config");
    for (const char* name : {"HOME", "XDG_VIDEOS_DIR", "XDG_CONFIG_HOME"})
      if (const char* value = std::getenv(name)) before_[name] = value;
    setenv("HOME", home_.c_str(), 1);
    unsetenv("XDG_VIDEOS_DIR");
    unsetenv("XDG_CONFIG_HOME");
  }
  void TearDown() override {
    for (const char* name : {"HOME", "XDG_VIDEOS_DIR", "XDG_CONFIG_HOME"})
      before_.contains(name) ? setenv(name, before_[name].c_str(), 1) : unsetenv(name);
    fs::remove_all(home_);
  }
  const fs::path home_ =
      fs::path(testing::TempDir()) /
      ("home_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + std::to_string(::getpid()));
  std::map<std::string, std::string> before_;
};

TEST_F(ExportsDirectory, IsTheVideosFolderThatTheDesktopNames) {
  std::ofstream(home_ / ".config/user-dirs.dirs") << "# comment\nXDG_VIDEOS_DIR=\"$HOME/Filme und so\"\n";
  EXPECT_EQ(default_exports_directory(), home_ / "Filme und so" / "Framespool");
}

// A pipe would keep the window from ever opening, a huge file would be swallowed whole.
TEST_F(ExportsDirectory, IsNotAskedOfWhatIsNoSmallFile) {
  const fs::path entry = home_ / ".config/user-dirs.dirs";
  ASSERT_EQ(::mkfifo(entry.c_str(), 0600), 0);
  EXPECT_EQ(default_exports_directory(), fs::current_path() / "exports");
  fs::remove(entry);
  std::ofstream(entry) << std::string(1 << 20, '#') << "\nXDG_VIDEOS_DIR=\"$HOME/late\"\n";
  EXPECT_EQ(default_exports_directory(), fs::current_path() / "exports");
}

TEST(VideosFolder, IsTheFirstUsableLine) {
  EXPECT_EQ(videos_folder("XDG_VIDEOS_DIR=\"\nXDG_VIDEOS_DIR=\"rel\"\nXDG_VIDEOS_DIR=\"/a b\"", "/home/x"), "/a b");
  EXPECT_EQ(videos_folder("XDG_VIDEOS_DIR=\"$HOME/\xc3\xa4\"", "/home/x"), "/home/x/\xc3\xa4");
  EXPECT_EQ(videos_folder("", "/home/x"), "");
}

TEST_F(ExportsDirectory, IsVideosWhereThatIsThere) {
  fs::create_directories(home_ / "Videos");
  EXPECT_EQ(default_exports_directory(), home_ / "Videos" / "Framespool");
}

TEST_F(ExportsDirectory, IsBesideThePersonOtherwise) {
  std::ofstream(home_ / ".config/user-dirs.dirs")
      << "XDG_VIDEOS_DIR=\"$HOME\"\n";  // the desktops' way to say "none"
  EXPECT_EQ(default_exports_directory(), fs::current_path() / "exports");
}

}  // namespace
}  // namespace framespool
