// What is said of a program that shows no frame. The program is this process, which writes the page as the hooks do.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "app/model/clock_watch.h"
#include "cache/core/clock_report.h"

namespace framespool {
namespace {

using channel::ClockActivity;
using channel::ClockPage;
using testing::HasSubstr;
using testing::Not;

class AClockWatch : public testing::Test {
 protected:
  void SetUp() override {
    auto watch = ClockWatch::begin(std::chrono::nanoseconds(1));
    ASSERT_TRUE(watch);
    watch_ = std::move(*watch);
    const UniqueFd file(::open(watch_->page_path().c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_TRUE(file);
    void* memory = ::mmap(nullptr, sizeof(ClockPage), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    ASSERT_NE(memory, MAP_FAILED);
    page_ = static_cast<ClockPage*>(memory);
  }
  void TearDown() override {
    if (page_ != nullptr) ::munmap(page_, sizeof *page_);
  }

  // This thread has shown a frame and does that.
  void draws(ClockActivity activity) {
    channel::ClockProcess& self = page_->processes[0];
    self.pid = ::getpid();
    self.drawing_thread = static_cast<int>(::syscall(SYS_gettid));
    self.swaps = 1;
    self.activity = static_cast<std::uint32_t>(activity);
    static_cast<void>(watch_->look(::getpid(), {}));  // has seen the frame
  }
  // So much later than the patience.
  [[nodiscard]] std::string explanation(const std::vector<ChannelTakeStatus>& takes = {}) {
    static_cast<void>(watch_->look(::getpid(), takes));
    return watch_->waits_for();
  }
  [[nodiscard]] static ChannelTakeStatus take_with_slots(std::uint32_t total, std::uint32_t free) {
    ChannelTakeStatus take;
    take.writer.slots_total = total;
    take.writer.slots_free = free;
    return take;
  }

  std::unique_ptr<ClockWatch> watch_;
  ClockPage* page_ = nullptr;
};

TEST_F(AClockWatch, TellsWaitingForTheDiskFromReadingBack) {
  draws(ClockActivity::storing);
  EXPECT_THAT(explanation({take_with_slots(8, 0)}), HasSubstr("which draws, waits for the disk: all 8 slots are full"));
  EXPECT_THAT(explanation({take_with_slots(8, 1)}),
              HasSubstr("which draws, reads its picture back, which waits until OpenGL has drawn it"));
  // Slots of a take that has ended stop nobody.
  ChannelTakeStatus ended = take_with_slots(8, 0);
  ended.ended = true;
  EXPECT_THAT(explanation({ended}), HasSubstr("reads its picture back"));
}

TEST_F(AClockWatch, TellsTheClocksWaitFromTheProgramsWork) {
  draws(ClockActivity::settling);
  EXPECT_THAT(explanation(), HasSubstr("waits for the program's other threads to come to rest before its clock moves"));
  draws(ClockActivity::program);
  EXPECT_THAT(explanation({take_with_slots(8, 0)}), HasSubstr("which draws, works; "));
}

TEST_F(AClockWatch, SaysWhenTheThreadThatDrewHasEnded) {
  draws(ClockActivity::program);
  page_->processes[0].drawing_thread = 0x7fff'fff0;  // no thread's number
  EXPECT_THAT(explanation(), HasSubstr("The thread that drew has ended"));
}

TEST_F(AClockWatch, KnowsTheTimeThatStayedRealOfAllProcesses) {
  EXPECT_EQ(watch_->stayed_real(), 0u);
  page_->processes[0].stayed_real = kTimerDescriptor;
  page_->processes[3].stayed_real = kSoundDevice;
  EXPECT_EQ(watch_->stayed_real(), kTimerDescriptor | kSoundDevice);
}

}  // namespace
}  // namespace framespool
