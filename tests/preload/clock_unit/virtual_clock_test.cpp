// The virtual clock by itself, with threads of this process.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <thread>
#include <vector>

#include "cache/core/step_grid.h"
#include "capture/preload/clock/caller.h"
#include "capture/preload/clock/display_waits.h"
#include "capture/preload/clock/virtual_clock.h"

namespace framespool::preload::clock {
namespace {

int this_thread() { return static_cast<int>(::syscall(SYS_gettid)); }

constexpr std::int64_t kMs_ns = 1'000'000;
constexpr std::int64_t kBegun_ns = 5'000'000'000;

class AVirtualClock : public testing::Test {
 protected:
  void start(std::int64_t numerator = 60, std::int64_t denominator = 1) {
    clock_.start(numerator, denominator, kBegun_ns, this_thread());
  }
  [[nodiscard]] std::int64_t passed_ns() const { return clock_.now_ns() - kBegun_ns; }

  // As a thread of the program beside the drawing one.
  void sleep_beside(std::int64_t ns) {
    Sleeper self{.deadline_ns = clock_.now_ns() + ns};
    clock_.enlist(self);
    while (self.released.load() == 0) wait_on(self.released, 0, kSecond_ns);
    static_cast<void>(clock_.withdraw(self));
  }
  // Until so many sleep.
  void wait_until_asleep() {
    while (!clock_.has_sleepers() || !clock_.is_quiet()) std::this_thread::yield();
  }

  VirtualClock clock_;
};

TEST_F(AVirtualClock, StandsStillBetweenSwaps) {
  start();
  EXPECT_EQ(passed_ns(), 0);
  for (int i = 0; i < 900; ++i) EXPECT_EQ(clock_.read(this_thread()), kBegun_ns);
}

TEST_F(AVirtualClock, IsExactlyOnTheGridAfterEachSwap) {
  struct Rate {
    std::int64_t numerator, denominator;
  };
  for (const Rate rate : {Rate{60, 1}, Rate{30000, 1001}, Rate{7, 3}, Rate{1'000'000, 1}}) {
    VirtualClock clock;
    clock.start(rate.numerator, rate.denominator, kBegun_ns, this_thread());
    for (std::uint64_t k = 1; k <= 1000; ++k) {
      EXPECT_EQ(clock.swap(this_thread()), k);
      ASSERT_EQ(clock.now_ns() - kBegun_ns, step_time_ns(k, rate.numerator, rate.denominator));
    }
    EXPECT_EQ(clock.findings().long_steps, 0u);
  }
}

TEST_F(AVirtualClock, SleepsUpToAStepVanish) {
  start();
  EXPECT_EQ(clock_.swap(this_thread()), 1u);
  for (std::uint64_t k = 2; k <= 10; ++k) {
    clock_.sleep(16 * kMs_ns);
    EXPECT_EQ(clock_.swap(this_thread()), k);
    EXPECT_EQ(passed_ns(), step_time_ns(k, 60, 1));
  }
}

TEST_F(AVirtualClock, LongerOnesAreLongerSteps) {
  start();
  EXPECT_EQ(clock_.swap(this_thread()), 1u);
  clock_.sleep(40 * kMs_ns);  // to 56.7 ms: past step 3
  EXPECT_EQ(clock_.swap(this_thread()), 4u);
  EXPECT_EQ(passed_ns(), step_time_ns(4, 60, 1));
  EXPECT_EQ(clock_.findings().long_steps, 1u);
}

TEST_F(AVirtualClock, ALimiterALittleBesideTheGridIsOnIt) {
  start();
  EXPECT_EQ(clock_.swap(this_thread()), 1u);
  clock_.sleep(33'333'400);
  EXPECT_EQ(clock_.swap(this_thread()), 3u);
}

TEST_F(AVirtualClock, CreepsForTheDrawingThreadThatAsksTooOften) {
  start();
  for (int i = 0; i < 1000; ++i) clock_.read(this_thread());
  EXPECT_EQ(passed_ns(), 0);
  for (int i = 0; i < 30; ++i) clock_.read(this_thread());
  EXPECT_EQ(passed_ns(), 30 * kMs_ns / 10);
  EXPECT_EQ(clock_.findings().crept_ns, 30 * kMs_ns / 10);
  clock_.swap(this_thread());
  const std::int64_t after = passed_ns();
  for (int i = 0; i < 1000; ++i) clock_.read(this_thread());
  EXPECT_EQ(passed_ns(), after);
}

TEST_F(AVirtualClock, CreepsForOthersOnlyWhileTheDrawingThreadIsBlocked) {
  start();
  const int other = this_thread() + 1;
  for (int i = 0; i < 2000; ++i) clock_.read(other);
  EXPECT_EQ(passed_ns(), 0);
  clock_.set_blocked("a test");
  for (int i = 0; i < 1010; ++i) clock_.read(other);
  EXPECT_EQ(passed_ns(), kMs_ns);
}

TEST_F(AVirtualClock, WakesSleepersInTheOrderOfTheirDeadlinesEachAtItsOwn) {
  start();
  std::mutex mutex;
  std::vector<std::int64_t> woken_at;
  std::vector<std::jthread> threads;
  for (const std::int64_t ms : {9, 3, 12, 6, 100}) {
    threads.emplace_back([&, ms] {
      sleep_beside(ms * kMs_ns);
      const std::lock_guard lock(mutex);
      woken_at.push_back(passed_ns());
    });
    wait_until_asleep();
  }
  clock_.swap(this_thread());
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(woken_at, (std::vector<std::int64_t>{3 * kMs_ns, 6 * kMs_ns, 9 * kMs_ns, 12 * kMs_ns}));
  }
  EXPECT_EQ(passed_ns(), step_time_ns(1, 60, 1));
  clock_.sleep(100 * kMs_ns);
}

TEST_F(AVirtualClock, LetsAWorkerGoToItsNextWaitBeforeTheNextIsWoken) {
  start();
  std::mutex mutex;  // one at a time writes, which is what is tested, but ThreadSanitizer cannot see why
  std::vector<int> order;
  std::vector<std::jthread> threads;
  for (const int period : {2, 5}) {
    threads.emplace_back([&, period] {
      for (int i = 0; i < 20 / period; ++i) {
        sleep_beside(period * kMs_ns);
        const std::lock_guard lock(mutex);
        order.push_back(period);
      }
    });
    wait_until_asleep();
  }
  clock_.sleep(19 * kMs_ns);
  // At 2, 4, 5, 6, 8, 10, 10, 12, 14, 15, 16 and 18 ms; of the two at 10 the one that lay down first.
  EXPECT_EQ(order, (std::vector<int>{2, 2, 5, 2, 2, 5, 2, 2, 2, 5, 2, 2}));
  clock_.sleep(kMs_ns);
}

TEST_F(AVirtualClock, WhoWaitsForAnAnswerOfTheDisplayIsNotAtRest) {
  start();
  clock_.expect_threads();
  Word answered = 0, begun = 0;
  std::jthread asks([&] {
    const DisplayWait wait(this_thread());
    begun = 1;
    wake_all(begun);
    while (answered.load() == 0) wait_on(answered, 0, kSecond_ns);
  });
  while (begun.load() == 0) wait_on(begun, 0, kSecond_ns);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(clock_.is_quiet());
  answered = 1;
  wake_all(answered);
  asks.join();
  EXPECT_TRUE(clock_.is_quiet());
}

TEST(TheCallersThatKeepTheRealClock, AreDriversAndWindowSystems) {
  for (const char* path : {"/usr/lib/dri/swrast_dri.so", "/usr/lib/libGLX_mesa.so.0", "libLLVM-15.so.1", "/a/libX11.so.6",
                           "/lib64/ld-linux-x86-64.so.2", "libxcb-present.so.0", "/x/libframespool-preload.so"})
    EXPECT_TRUE(is_real_clock_library(path)) << path;
  for (const char* path : {"", "/usr/bin/glxgears", "libstdc++.so.6", "libSDL2-2.0.so.0", "libglfw.so.3", "libc.so.6"})
    EXPECT_FALSE(is_real_clock_library(path)) << path;
}

}  // namespace
}  // namespace framespool::preload::clock
