// How long the drawing thread waits in reality, with a wait that only notes how long it was asked to last.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cache/core/frame_channel.h"
#include "capture/preload/clock/waiting.h"

namespace framespool::preload::clock {
namespace {

class AWaitOfTheDrawingThread : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv(channel::kFixedStepVariable, "60", 1);
    setenv(channel::kRecorderVariable, std::to_string(getppid()).c_str(), 1);
    ASSERT_TRUE(is_virtual());
  }
  void SetUp() override { the_clock().swap(this_thread()); }

  // `happens` is asked each time; without it nothing ever does.
  Waited wait_until(std::int64_t deadline_ns, std::function<bool()> happens = [] { return false; }) {
    asked_ns_.clear();
    happens_ = std::move(happens);
    const auto wait = [](void* self, std::int64_t ns) {
      auto& test = *static_cast<AWaitOfTheDrawingThread*>(self);
      test.asked_ns_.push_back(ns);
      return test.happens_();
    };
    return wait_for("a test", deadline_ns, {.wait = wait, .call = this});
  }

  std::vector<std::int64_t> asked_ns_;
  std::function<bool()> happens_;
};

TEST_F(AWaitOfTheDrawingThread, LastsATwentiethOfItsTimeOutBetween1And100Milliseconds) {
  struct Case {
    std::int64_t time_out_ns, grace_ns;
  };
  for (const auto& [time_out_ns, grace_ns] :
       {Case{1, kMillisecond_ns}, Case{20 * kMillisecond_ns, kMillisecond_ns}, Case{21 * kMillisecond_ns, 1'050'000},
        Case{kSecond_ns, 50 * kMillisecond_ns}, Case{2 * kSecond_ns, 100 * kMillisecond_ns},
        Case{60 * kSecond_ns, 100 * kMillisecond_ns}}) {
    SCOPED_TRACE(time_out_ns);
    const std::int64_t before = the_clock().now_ns();
    EXPECT_EQ(wait_until(deadline_in(time_out_ns)), Waited::expired);
    EXPECT_EQ(asked_ns_, (std::vector<std::int64_t>{grace_ns, 0}));
    EXPECT_EQ(the_clock().now_ns(), before + time_out_ns);
  }
}

TEST_F(AWaitOfTheDrawingThread, IsForEverWhenItIsForMoreThanAnHour) {
  constexpr std::int64_t kHour_ns = 3600 * kSecond_ns;
  const std::int64_t before = the_clock().now_ns();
  EXPECT_EQ(deadline_in(kHour_ns), before + kHour_ns);
  EXPECT_EQ(deadline_in(kHour_ns + 1), kNever);
  EXPECT_EQ(deadline_at(CLOCK_MONOTONIC, to_timespec(before + kHour_ns)), before + kHour_ns);
  EXPECT_EQ(deadline_at(CLOCK_MONOTONIC, to_timespec(before + kHour_ns + 1)), kNever);

  EXPECT_EQ(wait_until(deadline_in(kHour_ns + 1), [this] { return asked_ns_.size() == 10; }), Waited::happened);
  EXPECT_EQ(the_clock().now_ns(), before);
  EXPECT_EQ(wait_until(deadline_in(kHour_ns)), Waited::expired);
  EXPECT_EQ(the_clock().now_ns(), before + kHour_ns);
}

TEST_F(AWaitOfTheDrawingThread, MovesTheClockOnlyWhenNoOtherThreadRuns) {
  std::atomic<bool> begun = false;
  std::jthread works([&](const std::stop_token& stop) {
    begun = true;
    while (!stop.stop_requested()) {
    }
  });
  the_clock().expect_threads();
  while (!begun) std::this_thread::yield();
  const std::int64_t before = the_clock().now_ns();
  const Waited waited = wait_until(deadline_in(kSecond_ns), [&] {
    if (asked_ns_.size() > 20) return false;
    EXPECT_EQ(the_clock().now_ns(), before);
    if (asked_ns_.size() == 20) {
      works.request_stop();
      works.join();
    }
    return false;
  });
  EXPECT_EQ(waited, Waited::expired);
  EXPECT_GT(asked_ns_.size(), 20u);
  EXPECT_EQ(the_clock().now_ns(), before + kSecond_ns);
}

TEST_F(AWaitOfTheDrawingThread, EndsWithWhatHappensMeanwhile) {
  const std::int64_t before = the_clock().now_ns();
  EXPECT_EQ(wait_until(deadline_in(kSecond_ns), [] { return true; }), Waited::happened);
  EXPECT_EQ(the_clock().now_ns(), before);
}

}  // namespace
}  // namespace framespool::preload::clock
