// What comes from outside the window: a recorder that was killed, a dropped file, `framespool ctl`.
#include <signal.h>

#include <cstdlib>
#include <fstream>

#include "tests/gui/studio_test.h"
#include "tests/gui/x_client.h"

namespace framespool::testing_gui {
namespace {

namespace fs = std::filesystem;

TEST_F(StudioWindow, OffersTheTakeOfARecorderThatWasKilled) {
  start({"--size", "320x180"});
  key("F9");
  ASSERT_TRUE(shows([&] { return std::atoi(log_->state("frames").c_str()) >= 12; }));
  program_->send(SIGKILL);
  EXPECT_EQ(wait_for_end(), 128 + SIGKILL);
  log_->read_on();
  const auto acknowledged = static_cast<std::uint64_t>(std::atoi(log_->state("frames").c_str()));
  const TakeFacts facts = look_at_take(takes_ / "silk-0001.fspool");
  EXPECT_FALSE(facts.complete);
  EXPECT_GE(facts.frames, acknowledged - 4) << "the slots that were on their way";

  start({"--size", "320x180"});
  ASSERT_TRUE(shows_state("take-state:silk-0001", "interrupted"));
  ASSERT_TRUE(shows_state("message", "silk-0001 was interrupted: Its " + std::to_string(facts.frames) +
                                         " frames are kept: export them as any others."));
  ASSERT_TRUE(repaints(2));
  screenshot("33-interrupted");
  key("ctrl+i");  // it is the chosen one
  ASSERT_TRUE(shows_state("sheet", "images"));
  key("Return");
  ASSERT_TRUE(shows_state("export:1", "done", kLong));
  EXPECT_EQ(files_below(exports_ / "silk-0001").size(), facts.frames);
}

TEST_F(StudioWindow, PlaysAShaderThatIsDroppedOnIt) {
  const fs::path shader = folder_ / "green & blue.frag";
  std::ofstream(shader) << "void mainImage(out vec4 c, in vec2 p) { c = vec4(0, 1, 0, 1); }\n";
  start();
  EXPECT_EQ(drop_file(display_->name(), shader.string()), "");
  ASSERT_TRUE(shows_state("scene", shader.string()));
  ASSERT_TRUE(repaints(2));
  const Rectangle view = *log_->widget("viewport");
  EXPECT_EQ(pixel((view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2), (std::vector<int>{0, 255, 0}));

  const fs::path broken = folder_ / "broken.frag";
  std::ofstream(broken) << "void mainImage(out vec4 c, in vec2 p) { c = }\n";
  EXPECT_EQ(drop_file(display_->name(), broken.string()), "");
  ASSERT_TRUE(shows([&] { return log_->state("message").find("broken.frag:1:") != std::string::npos; }));
  EXPECT_EQ(log_->state("scene"), shader.string()) << "the one from before goes on";
}

class Controlled : public StudioWindow {
 protected:
  Finished ctl(std::vector<std::string> words) {
    words.insert(words.begin(), {FRAMESPOOL_PROGRAM, "ctl"});
    return run(words, {{"XDG_RUNTIME_DIR", folder_.string()}});
  }
  static bool has(const Finished& done, const std::string& words) { return done.output.find(words) != std::string::npos; }
};

TEST_F(Controlled, ByCtlFromAnotherTerminal) {
  start({"--size", "320x180"}, {{"XDG_RUNTIME_DIR", folder_.string()}});
  Finished done = ctl({"status", "--json"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_TRUE(has(done, "\"kind\": \"window\"") && has(done, "\"subject\": \"silk\"")) << done.output;
  EXPECT_TRUE(has(done, "\"state\": \"stopped\"")) << done.output;
  done = ctl({"mark", "too early"});
  EXPECT_EQ(done.status, 1) << done.output;
  EXPECT_TRUE(has(done, "nothing is recorded")) << done.output;

  EXPECT_EQ(ctl({"start"}).status, 0);
  ASSERT_TRUE(shows([&] { return log_->state("recording") == "recording" && std::atoi(log_->state("frames").c_str()) >= 5; }));
  EXPECT_EQ(ctl({"mark", "the jump"}).status, 0);
  done = ctl({"status", "--json"});
  EXPECT_TRUE(has(done, "\"state\": \"recording\"") && has(done, "\"take\": \"silk-0001\"")) << done.output;
  const int marked_at = std::atoi(log_->state("frames").c_str());
  ASSERT_TRUE(shows([&] { return std::atoi(log_->state("frames").c_str()) >= marked_at + 3; }));
  EXPECT_TRUE(has(ctl({"pause"}), "paused"));
  ASSERT_TRUE(shows_state("recording", "paused"));
  EXPECT_TRUE(has(ctl({"resume"}), "recording"));
  ASSERT_TRUE(shows_state("recording", "recording"));
  EXPECT_EQ(ctl({"stop"}).status, 0);
  ASSERT_TRUE(shows_state("recording", "idle"));

  const fs::path take = takes_ / "silk-0001.fspool";
  EXPECT_TRUE(look_at_take(take).complete);
  EXPECT_TRUE(has(run({FRAMESPOOL_PROGRAM, "info", "--marks", take.string()}), " the jump\n"));
  EXPECT_TRUE(has(run({FRAMESPOOL_PROGRAM, "info", "--pauses", take.string()}), "pauses      1"));
}

TEST_F(Controlled, WhileItRecordsAProgramThatIsWhatCtlReaches) {
  start({}, {{"XDG_RUNTIME_DIR", folder_.string()}});
  key("ctrl+r");
  ASSERT_TRUE(shows_state("program-sheet", "open"));
  type_into("command", "glxgears -geometry 120x90");
  click("program-paused");
  key("Return");
  ASSERT_TRUE(shows_state("program", "paused", kLong));
  const Finished before = ctl({"status", "--json"});
  EXPECT_TRUE(has(before, "\"kind\": \"window\"") && has(before, "\"subject\": \"glxgears\"")) << before.output;
  EXPECT_EQ(ctl({"start"}).status, 0);
  ASSERT_TRUE(shows([&] { return log_->state("program") == "recording" && log_->state("frames") != "0"; }));
  EXPECT_EQ(ctl({"stop"}).status, 0);
  ASSERT_TRUE(shows_state("program", "stopped"));
  click("program-end");
  ASSERT_TRUE(shows_state("program", "none", kLong));
  EXPECT_TRUE(look_at_take(takes_ / "glxgears-0001.fspool").complete);
}

}  // namespace
}  // namespace framespool::testing_gui
