// `framespool ctl`: from another process, to a recording that runs.
#include <fmt/format.h>

#include <csignal>
#include <fstream>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;

class Ctl : public EndToEnd {
 protected:
  [[nodiscard]] RunOptions here() const { return {.environment = {"XDG_RUNTIME_DIR=" + folder().string()}}; }
  [[nodiscard]] Finished ctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "ctl");
    return framespool(std::move(arguments), here());
  }
  [[nodiscard]] std::string take(const std::string& name = "a.fspool") const { return in(name); }
  // framespool run, of a program that draws until it is ended.
  [[nodiscard]] std::vector<std::string> recording(std::vector<std::string> options = {},
                                                   const std::string& name = "a.fspool") const {
    options.insert(options.begin(), {"run", "-o", take(name), "--every-frame", "--quiet"});
    for (const char* word : {"--", FRAMESPOOL_DRAWING_PROGRAM, "0", "every", "2"}) options.emplace_back(word);
    return framespool_command(std::move(options));
  }
  static bool has_frames(const std::string& path, std::size_t frames) {
    return fs::exists(path) && read_raw_take(path).frames.size() >= frames;
  }
};

TEST_F(Ctl, SaysThatNobodyRecords) {
  expect_error(ctl({"stop"}), 1, {"ctl: no recorder runs"});
  const Finished list = ctl({"list"});
  EXPECT_EQ(list.status, 0);
  EXPECT_EQ(list.out, "");
}

TEST_F(Ctl, StartsPausesMarksAndStops) {
  Running running(recording({"--paused"}), here());
  ASSERT_TRUE(running.until([&] { return ctl({"list"}).out.find(" paused, 0 frames") != std::string::npos; }));
  EXPECT_FALSE(fs::exists(take()));
  expect_error(ctl({"resume", "now"}), 2, {"only mark takes a text"});
  EXPECT_THAT(ctl({"start"}).out, HasSubstr("recording"));
  ASSERT_TRUE(running.until([&] { return has_frames(take(), 5); }));
  EXPECT_EQ(ctl({"mark", "the jump"}).status, 0);
  ASSERT_TRUE(running.until([&] { return framespool({"info", "--marks", take()}).out != ""; }));
  EXPECT_THAT(ctl({"pause"}).out, HasSubstr("paused"));
  EXPECT_THAT(ctl({"resume", "--json"}).out, HasSubstr("\"state\": \"recording\""));
  EXPECT_THAT(ctl({"stop"}).out, HasSubstr("stopped"));
  ASSERT_TRUE(running.until([&] {
    return framespool({"info", take()}).out.find("complete") != std::string::npos;
  }));
  expect_error(ctl({"resume"}), 1, {"start begins another"});
  expect_error(ctl({"mark", "late"}), 1, {"nothing is recorded"});
  EXPECT_EQ(ctl({"start"}).status, 0);
  ASSERT_TRUE(running.until([&] { return has_frames(take("a-2.fspool"), 3); }));
  running.send(SIGINT);
  EXPECT_EQ(running.wait().status, 130);
  EXPECT_THAT(framespool({"info", "--marks", take()}).out, HasSubstr(" the jump\n"));
  EXPECT_THAT(framespool({"info", "--pauses", take()}).out, HasSubstr("pauses      1"));
  for (const char* name : {"a.fspool", "a-2.fspool"}) expect_success(framespool({"verify", take(name), "--quiet"}));
  EXPECT_EQ(ctl({"list"}).out, "");
}

TEST_F(Ctl, TellsSeveralRecordersApart) {
  Running one(recording(), here()), two(recording({}, "b.fspool"), here());
  ASSERT_TRUE(two.until([&] { return has_frames(take(), 1) && has_frames(take("b.fspool"), 1); }));
  expect_error(ctl({"stop"}), 2, {"2 recorders run", "--pid"});
  const std::string list = ctl({"list"}).out;
  EXPECT_THAT(list, HasSubstr(take()));
  EXPECT_THAT(list, HasSubstr(take("b.fspool")));
  EXPECT_EQ(ctl({"pause", "--pid", list.substr(0, list.find(' '))}).status, 0);
  EXPECT_THAT(ctl({"status"}).out, HasSubstr("paused"));
  expect_error(ctl({"stop", "--pid", "1"}), 1, {"no recorder runs as process 1"});
  for (Running* recorder : {&one, &two}) {
    recorder->send(SIGINT);
    EXPECT_EQ(recorder->wait().status, 130);
  }
}

TEST_F(Ctl, ForgetsARecorderThatWasKilled) {
  Running running(recording(), here());
  ASSERT_TRUE(running.until([&] { return has_frames(take(), 1); }));
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", running.pid()));
  pid_t program = 0;
  ASSERT_TRUE(children >> program);
  running.send(SIGKILL);
  EXPECT_EQ(running.wait().signal, SIGKILL);
  EXPECT_EQ(ctl({"list"}).out, "");
  EXPECT_TRUE(fs::is_empty(folder() / "framespool"));
  EXPECT_EQ(::kill(program, SIGKILL), 0) << "the program went on";
}

TEST_F(Ctl, UsesNoFolderOfOthers) {
  fs::create_directory(folder() / "framespool");
  fs::permissions(folder() / "framespool", fs::perms::all);
  expect_error(ctl({"list"}), 1, {"nobody else may enter"});
}

}  // namespace
}  // namespace framespool::e2e
