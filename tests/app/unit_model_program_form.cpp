#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "app/model/program_form.h"
#include "app/model/program_browser.h"

namespace framespool {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

bool nothing_taken(const fs::path&) { return false; }

std::string refusal(const std::string& line) {
  const auto words = split_command(line);
  return words ? "accepted" : words.error().line();
}

TEST(ProgramForm, SplitsACommandLineAsAShellDoes) {
  EXPECT_EQ(split_command("glxgears -info").value(), (Words{"glxgears", "-info"}));
  EXPECT_EQ(split_command("  a 'b c' \"d  e\" f\\ g ").value(), (Words{"a", "b c", "d  e", "f g"}));
  ::setenv("FORM_TEST", "two words", 1);
  EXPECT_EQ(split_command("a \"$FORM_TEST\"").value(), (Words{"a", "two words"}));
}

TEST(ProgramForm, SaysWhatItDoesNotUnderstand) {
  EXPECT_EQ(refusal(""), "Command: names no program; type one, glxgears for example");
  EXPECT_EQ(refusal("a 'b"), "Command: has a quotation mark without its partner");
  EXPECT_NE(refusal("a | b").find("outside of quotes"), std::string::npos);
  EXPECT_NE(refusal("a $(rm b)").find("another command in it"), std::string::npos);
  EXPECT_NE(refusal("a $NO_SUCH_VARIABLE_HERE").find("not set"), std::string::npos);
}

TEST(ProgramForm, AQuotedWordComesBackUnchanged) {
  for (const std::string word : {"/usr/bin/glxgears", "/a b/c", "it's", "$HOME*", "", "\"", "a;b"})
    EXPECT_EQ(split_command("x " + quoted_word(word)).value(), (Words{"x", word}));
  EXPECT_EQ(quoted_word("/usr/bin/glxgears"), "/usr/bin/glxgears");
}

TEST(ProgramForm, ProposesATakeNamedAfterTheProgram) {
  ProgramForm form;
  EXPECT_EQ(proposed_take(form, "/t", nothing_taken), "");
  form.command = "/usr/games/my-game --level 2";
  EXPECT_EQ(proposed_take(form, "/t", nothing_taken), "my-game-0001");
  const auto first = [](const fs::path& path) { return path == "/t/my-game-0001.fspool"; };
  EXPECT_EQ(proposed_take(form, "/t", first), "my-game-0002");
}

class ProgramPlanTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(home_);
    fs::create_directories(home_);
    std::ofstream(home_ / "library.so") << "any file";
    ::setenv("FRAMESPOOL_PRELOAD", (home_ / "library.so").c_str(), 1);
    form_.command = "/bin/sh -c true";
  }
  void TearDown() override {
    ::unsetenv("FRAMESPOOL_PRELOAD");
    fs::remove_all(home_);
  }
  Result<ProgramPlan> plan() { return make_program_plan(form_, home_, nothing_taken); }
  std::string why_not() {
    const auto made = plan();
    return made ? "accepted" : made.error().line();
  }
  // No space in it: LD_PRELOAD takes none.
  const fs::path home_ = fs::path(testing::TempDir()) / ("program_plan_" + std::to_string(::getpid()));
  ProgramForm form_;
};

TEST_F(ProgramPlanTest, RecordsEveryFrameInRealTimeUnlessTold) {
  const auto made = plan();
  ASSERT_TRUE(made) << made.error().line();
  EXPECT_EQ(made->program, "/bin/sh");
  EXPECT_EQ(made->recording.take.path, home_ / "sh-0001.fspool");
  EXPECT_FALSE(made->recording.limit);
  EXPECT_FALSE(made->recording.fixed_step || made->recording.every_frame || made->recording.paused);
  form_.rate = "30";
  EXPECT_EQ(plan()->recording.limit, (Rational{30, 1}));
}

TEST_F(ProgramPlanTest, AFixedStepLosesNoFrameAndHasARate) {
  form_.fixed_step = true;
  EXPECT_EQ(plan()->recording.take.info.rate, (Rational{60, 1}));
  form_.rate = "24000/1001";
  const auto made = plan();
  EXPECT_EQ(made->recording.take.info.rate, (Rational{24000, 1001}));
  EXPECT_TRUE(made->recording.fixed_step && made->recording.every_frame);
  EXPECT_FALSE(made->recording.limit);
  EXPECT_FALSE(made->environment.empty()) << "the program is told";
  form_.rate = "fast";
  EXPECT_EQ(why_not(), "Frames per second: \"fast\" is no rate; use a number such as 60 or 23.976, or leave it empty");
}

TEST_F(ProgramPlanTest, ATakeIsANameOrAPath) {
  form_.take = "mine";
  EXPECT_EQ(plan()->recording.take.path, home_ / "mine.fspool");
  form_.take = (home_ / "there.fspool").string();
  EXPECT_EQ(plan()->recording.take.path, home_ / "there.fspool");
  form_.take = "/no/such/folder/a";
  EXPECT_EQ(why_not(), "/no/such/folder/a.fspool: the folder it should be in does not exist; create it first");
  std::ofstream(home_ / "mine.fspool") << "something";
  form_.take = "mine";
  EXPECT_EQ(why_not(), (home_ / "mine.fspool").string() + ": exists already; choose another name; nothing is overwritten");
}

TEST_F(ProgramPlanTest, AProgramMayBeNamedFromTheFolderItStartsIn) {
  fs::create_directories(home_ / "game");
  fs::create_symlink("/bin/sh", home_ / "game" / "run.sh");
  form_.folder = (home_ / "game").string();
  form_.command = "./run.sh";
  const auto made = plan();
  ASSERT_TRUE(made) << made.error().line();
  EXPECT_TRUE(fs::equivalent(made->program, "/bin/sh"));
  EXPECT_TRUE(made->program.is_absolute());
  EXPECT_EQ(made->working_directory, home_ / "game");
  form_.folder = (home_ / "nowhere").string();
  EXPECT_EQ(why_not(), form_.folder + ": is no folder to start a program in");
}

TEST_F(ProgramPlanTest, TheListShowsFoldersAndProgramsOnly) {
  fs::create_directories(home_ / "zoo");
  fs::create_directories(home_ / ".hidden");
  fs::create_symlink("/bin/sh", home_ / "game");
  const auto browser = browse_programs(home_);
  ASSERT_TRUE(browser);
  Words names;
  for (const auto& entry : browser->entries) names.push_back(entry.name + (entry.folder ? "/" : ""));
  EXPECT_EQ(names, (Words{"../", "zoo/", "game"}));
  EXPECT_FALSE(browse_programs(home_ / "nowhere"));
}

}  // namespace
}  // namespace framespool
