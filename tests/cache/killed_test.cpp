// kill -9 at random moments: no acknowledged frame is lost, no wrong frame accepted.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <chrono>
#include <random>
#include <thread>

#include "tests/cache/channel_fixture.h"

namespace framespool {
namespace {

class Killed : public TakeTest, public testing::WithParamInterface<std::tuple<bool, FrameSize>> {
 protected:
  [[noreturn]] void record_for_ever(bool direct, FrameSize size, SharedCount::Count& acknowledged) {
    auto how = options();
    how.direct_io = direct;
    how.first_payload_bytes = std::size_t{size.width} * size.height * 4;
    how.slot_budget_bytes = std::max<std::size_t>(4 << 20, 3 * how.first_payload_bytes);
    const auto writer = begin(how);
    for (std::uint64_t number = 0;; ++number) {
      write(*writer, number, size);
      acknowledged = writer->stats().frames_written;
    }
  }
};

TEST_P(Killed, LosesNothingThatWasAcknowledged) {
  const auto [direct, size] = GetParam();
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  std::uint64_t total = 0;
  const bool is_large = size.width > 1000;
  for (int trial = 0; trial < (is_large ? 10 : 40); ++trial) {
    std::filesystem::remove(path());  // of the trial before
    const SharedCount acknowledged;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) record_for_ever(direct, size, *acknowledged);
    // Some frames, and then a moment that nobody chose.
    const std::uint64_t frames = random() % (is_large ? 6 : 40);
    while (*acknowledged < frames) ::sched_yield();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the recorder ended by itself";
    const std::uint64_t promised = *acknowledged;

    if (!std::filesystem::exists(path())) continue;  // killed before it began
    const auto reader = TakeReader::open(path());
    if (!reader) {
      ASSERT_EQ(promised, 0u) << reader.error().line();
      continue;
    }
    EXPECT_EQ((*reader)->state(), TakeState::interrupted);
    ASSERT_GE((*reader)->frame_count(), promised) << "trial " << trial;
    ASSERT_NO_FATAL_FAILURE(expect_all_exact(**reader, (*reader)->frame_count()));
    total += (*reader)->frame_count();
    const auto repaired = repair_take(path());
    ASSERT_TRUE(repaired) << repaired.error().line();
    EXPECT_EQ(repaired->frames, (*reader)->frame_count());
    EXPECT_EQ(open()->state(), TakeState::complete);
    struct stat on_disk {};
    ASSERT_EQ(::stat(path().c_str(), &on_disk), 0);
    EXPECT_LT(on_disk.st_blocks * 512, on_disk.st_size + (1 << 20)) << "nothing stays allocated behind the end";
  }
  EXPECT_GT(total, 0u);
}

INSTANTIATE_TEST_SUITE_P(SmallAndLarge, Killed,
                         testing::Combine(testing::Bool(), testing::Values(FrameSize{4, 4}, FrameSize{1920, 1080})));

}  // namespace
}  // namespace framespool
