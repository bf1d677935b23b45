// Each hooked call by itself: how long it lasts on the virtual clock, and who keeps the real one.
#include <time.h>

#include <utility>

#include "tests/preload/support/fixed_step.h"

namespace framespool::preload_test {
namespace {

// NAME and number of each line "KIND NAME NUMBER".
std::vector<std::pair<std::string, std::string>> told(const Captured& captured, const std::string& kind) {
  std::vector<std::pair<std::string, std::string>> all;
  std::istringstream text(captured.output);
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with(kind + " ")) continue;
    const auto space = line.find(' ', kind.size() + 1);
    all.emplace_back(line.substr(kind.size() + 1, space - kind.size() - 1), line.substr(space + 1));
  }
  return all;
}

TEST_F(FixedStep, EveryCallWithATimeOutLastsExactlySoLong) {
  // Of the drawing thread, and of one beside it.
  for (const auto& [way, frames] : {std::pair{"calls", 3}, std::pair{"calls-beside", 80}}) {
    SCOPED_TRACE(way);
    const Captured captured = host(way, frames);
    EXPECT_EQ(captured.status, 0) << captured.output;
    const auto calls = told(captured, "call");
    EXPECT_EQ(calls.size(), 18u) << captured.output;
    for (const auto& [name, passed] : calls) EXPECT_EQ(passed, "50000000") << name;
    EXPECT_EQ(captured.takes.at(0).clock.unvirtualised, 0u);
    EXPECT_EQ(captured.takes.at(0).clock.crept_ns, 0);
  }
}

TEST_F(FixedStep, EveryEndlessWaitForASleepingThreadIsNoHang) {
  const Captured captured = host("endless", 3);
  EXPECT_EQ(captured.status, 0) << captured.output;
  const auto calls = told(captured, "call");
  EXPECT_EQ(calls.size(), 6u) << captured.output;
  for (const auto& [name, passed] : calls) EXPECT_EQ(passed, "100000000") << name;
  EXPECT_EQ(captured.takes.at(0).clock.escapes, 6u);
}

TEST_F(FixedStep, EveryClockGoesByTheSameTime) {
  const Captured captured = host("clocks", 3);
  const auto clocks = told(captured, "clock");
  EXPECT_EQ(clocks.size(), 17u) << captured.output;
  for (const auto& [name, passed] : clocks) EXPECT_EQ(passed, "1000000000") << name;
}

TEST_F(FixedStep, TimersThatStayRealAreReported) {
  EXPECT_EQ(host("timers", 5).takes.at(0).clock.unvirtualised, kTimerDescriptor | kTimerSignal | kTimeBySystemCall);
}

#ifdef HAVE_ALSA
// ALSA's null device takes sound at once, as if it were played.
TEST_F(FixedStep, SoundThatPlaysToNowhereKeepsStepWithThePicture) {
  const Captured one = host("sound", 60), other = host("sound", 60, 5);
  expect_steps(one, 60, 1);
  EXPECT_TRUE(is_exact(one.takes.at(0).clock));
  // In the first frame it is just beginning.
  auto lines = lines_of(one), others = lines_of(other);
  lines.erase(lines.begin());
  others.erase(others.begin());
  EXPECT_EQ(lines, others);
  const auto played = [&](std::size_t frame) {
    const std::string line = lines_of(one).at(frame);
    return std::strtol(line.c_str() + line.rfind(' '), nullptr, 10);
  };
  EXPECT_NEAR(static_cast<double>(played(59) - played(9)), 50 * 800, 480);  // at 48,000 a second, in pieces of 480
}
#endif

TEST_F(FixedStep, ADriverKeepsTheRealClock) {
  const auto now_ns = [] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  };
  std::int64_t before = now_ns();
  const Captured captured = host("driver", 10);
  const std::int64_t after = now_ns();
  expect_steps(captured, 10, 1);  // its sleeps of 40 ms are none of the program's time
  std::istringstream text(captured.output);
  int told = 0;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("driver ")) continue;
    const std::int64_t at = std::strtoll(line.c_str() + 7, nullptr, 10);
    EXPECT_GE(at, before + 40'000'000);
    EXPECT_LE(at, after);
    before = at;
    ++told;
  }
  EXPECT_EQ(told, 10);
}

}  // namespace
}  // namespace framespool::preload_test
