// What `framespool run --fixed-step` says at the end, and `framespool info` later, of takes that are not exact.
#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SteppedReport : public Stepped {
 protected:
  // Says `sentence` in all three places, `json` being its form there, and nothing else.
  void expect_said(const std::string& name, const std::string& err, const std::string& sentence, const std::string& json) const {
    EXPECT_THAT(err, AllOf(HasSubstr(take(name) + ": " + sentence), Not(HasSubstr("every step exact"))));
    EXPECT_THAT(framespool({"info", take(name)}).out, HasSubstr("\n              " + sentence + "\n"));
    EXPECT_THAT(framespool({"info", "--json", take(name)}).out, HasSubstr(json));
  }
  [[nodiscard]] Finished host(const std::string& way, int frames, const Words& options = {}) const {
    Finished done = record(way, options, {CLOCK_HOST, way, std::to_string(frames)});
    EXPECT_EQ(done.status, 0) << done.err;
    return done;
  }
};

TEST_F(SteppedReport, ExactStepsAreSaidOnceAndHaveZerosOnly) {
  EXPECT_THAT(host("free", 5).err, HasSubstr(take("free") + ": every step exact"));
  EXPECT_THAT(framespool({"info", "--json", take("free")}).out,
              HasSubstr(R"("clock_report": {"long_steps": 0, "repeated": 0, "escapes": 0, "late_threads": 0, "crept_ns": 0, "stayed_real": ""})"));
}

TEST_F(SteppedReport, LongerSteps) {
  expect_said("limiter", host("limiter", 10).err, "10 swaps longer than one step of the rate, 10 frames repeated",
              R"("long_steps": 10, "repeated": 10, "escapes": 0, "late_threads": 0, "crept_ns": 0, "stayed_real": "")");
}

TEST_F(SteppedReport, Creep) {
  // Of a program that waits busily until 16 ms after each frame's beginning, so that it is told at least so much more.
  const std::string err = host("busy", 5).err;
  EXPECT_THAT(err, testing::ContainsRegex("the clock crept [1-9][0-9]*\\.[0-9] ms because it was read over and over"));
  EXPECT_THAT(framespool({"info", take("busy")}).out, testing::ContainsRegex("\n              the clock crept [1-9][0-9]*\\.[0-9] ms"));
  EXPECT_THAT(framespool({"info", "--json", take("busy")}).out, testing::ContainsRegex("\"crept_ns\": [1-9][0-9]*00000,"));
}

TEST_F(SteppedReport, Escapes) {
  expect_said("join", host("join", 3).err, "3 escapes from a wait that only the clock could end", R"("escapes": 3,)");
}

TEST_F(SteppedReport, AThreadThatDoesNotComeToRest) {
  expect_said("restless", host("restless", 5).err, "1 thread did not come to rest before a step", R"("late_threads": 1,)");
}

TEST_F(SteppedReport, SoundThatReallyPlaysAndTheWayOut) {
  RunOptions options = here();
  options.directory = folder();
  const Finished done = framespool(command("sound", {}, {CLOCK_HOST, "sound-server", "15"}), options);
  EXPECT_EQ(done.status, 0) << done.err;
  expect_said("sound", done.err, "kept to real time: sound that really plays (try --no-audio)",
              "\"stayed_real\": \"sound that really plays (try --no-audio)\"");
}

TEST_F(SteppedReport, EachCallThatKeepsToRealTime) {
  constexpr const char *kSignal = "timers by signal", *kNumber = "waits by system call";
  const std::vector<std::pair<std::string, std::string>> calls{
      {"timerfd_settime", "timerfd"},  {"timer_settime", kSignal},       {"setitimer", kSignal},
      {"alarm", kSignal},              {"SYS_nanosleep", kNumber},       {"SYS_clock_nanosleep", kNumber},
      {"SYS_futex", kNumber},          {"SYS_poll", kNumber},            {"SYS_ppoll", kNumber},
      {"SYS_select", kNumber},         {"SYS_pselect6", kNumber},        {"SYS_epoll_wait", kNumber},
      {"SYS_epoll_pwait", kNumber},    {"SYS_epoll_pwait2", kNumber},    {"SYS_timerfd_settime", kNumber},
      {"SYS_timer_settime", kNumber},  {"SYS_setitimer", kNumber},       {"SYS_alarm", kNumber},
  };
  std::vector<std::unique_ptr<Running>> running;
  const auto way = [](const std::string& call) { return "real-" + call; };
  for (const auto& [call, kind] : calls) running.push_back(start(call, {}, {CLOCK_HOST, way(call), "3"}));
  const auto none = start("none", {}, {CLOCK_HOST, way("no-wait"), "3"});
  for (std::size_t i = 0; i < calls.size(); ++i) {
    SCOPED_TRACE(calls[i].first);
    const Finished done = running[i]->wait();
    EXPECT_EQ(done.status, 0);
    expect_said(calls[i].first, done.err, "kept to real time: " + calls[i].second, "\"stayed_real\": \"" + calls[i].second + "\"");
  }
  // Nor does who only asks whether there is something.
  EXPECT_THAT(none->wait().err, HasSubstr("every step exact"));
}

TEST_F(SteppedReport, SeveralKindsOfTimeStandInOneSentence) {
  expect_said("timers", host("timers", 3).err, "kept to real time: timerfd, timers by signal, waits by system call",
              R"("stayed_real": "timerfd, timers by signal, waits by system call")");
}

}  // namespace
}  // namespace framespool::e2e
