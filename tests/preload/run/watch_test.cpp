// `framespool run --fixed-step` of programs that hang: it says what they wait for and lets them.
#include <csignal>

#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(Stepped, AProgramThatHangsIsExplainedAndNotEnded) {
  const std::vector<std::pair<std::string, std::string>> hangs{
      {"hang-mutex", "futex, for a mutex that thread "},
      {"hang-pipe", "sleeps in the system call read of descriptor "},
      {"hang-signal", "sleeps in the system call rt_sigtimedwait, for a signal"},
      {"hang-timer", "(anon_inode:[timerfd]), which goes by real time"},
      {"hang-condition", "waits in pthread_cond_wait without a time-out"},
      {"hang-busy", "which draws, works"},
  };
  std::vector<std::unique_ptr<Running>> running;
  for (const auto& [way, words] : hangs)
    running.push_back(start(way, {"--explain-after", "0.5"}, {CLOCK_HOST, way, "10"}));
  for (std::size_t i = 0; i < hangs.size(); ++i) {
    SCOPED_TRACE(hangs[i].first);
    const auto said_twice = [&] {
      const std::string err = running[i]->err_so_far();
      const auto first = err.find("no further frame for ");
      return first != std::string::npos && err.find("no further frame for ", first + 1) != std::string::npos;
    };
    ASSERT_TRUE(running[i]->until(said_twice)) << running[i]->err_so_far();
    EXPECT_THAT(running[i]->err_so_far(), AllOf(HasSubstr(hangs[i].second), HasSubstr("(clock_host), which draws, ")));
  }
  // It may also be asked.
  const std::string all = framespool({"ctl", "status", "--json"}, here()).out;
  EXPECT_THAT(all, AllOf(HasSubstr("\"waits_for\": \"no further frame for "), HasSubstr("pipe:[")));
  for (std::size_t i = 0; i < hangs.size(); ++i) {
    SCOPED_TRACE(hangs[i].first);
    running[i]->send(SIGTERM);
    const Finished done = running[i]->wait();
    EXPECT_EQ(done.status, 143);
    EXPECT_THAT(done.err, AllOf(HasSubstr("frames were waited for "), HasSubstr("every step exact")));
    // The timer was set after the last frame.
    const auto real_time = HasSubstr("kept to real time outside the recorded frames: timerfd");
    if (hangs[i].first == "hang-timer")
      EXPECT_THAT(done.err, real_time);
    else
      EXPECT_THAT(done.err, Not(real_time));
  }
  for (const auto& [way, words] : hangs) EXPECT_EQ(expect_whole(take(way)).frames.size(), 3u + kGlfwsOwnFrames);
}

TEST_F(Stepped, AProgramThatShowsNothingAtAllIsExplainedToo) {
  const auto running = start("a", {"--explain-after", "0.3"}, {"sleep", "60"});
  ASSERT_TRUE(running->until([&] { return running->err_so_far().find("no frame for ") != std::string::npos; }));
  EXPECT_THAT(running->err_so_far(), AllOf(HasSubstr("(sleep) waits in a sleep until "), HasSubstr("there is no other thread")));
  running->send(SIGTERM);
  static_cast<void>(running->wait());
}

TEST_F(Stepped, WhoseFramesComeIsNotExplained) {
  // All of them together take longer than the patience, each by far not, also on a busy machine.
  const Finished done = record("a", {"--explain-after", "2.5"}, {CLOCK_HOST, "free", "80", "--work", "35"});
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.err, AllOf(Not(HasSubstr("frame for ")), Not(HasSubstr("waited for"))));
}

}  // namespace
}  // namespace framespool::e2e
