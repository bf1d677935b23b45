#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/app/fake_exports.h"

namespace framespool {
namespace {

class Queue : public testing::Test {
 protected:
  std::uint64_t add(const std::string& name) {
    ExportRequest request;
    request.take = "/t/silk-0001.fspool";
    request.output = "/e/" + name;
    const auto id = queue_.add(request);
    return id ? *id : 0;
  }
  const ExportEntry* entry(std::uint64_t id) {
    queue_.snapshot(entries_);
    for (const ExportEntry& one : entries_)
      if (one.id == id) return &one;
    return nullptr;
  }
  ExportState state(std::uint64_t id) { return entry(id) ? entry(id)->progress.state : ExportState::waiting; }
  // The queue tells nobody when an export ends (the window looks at every repaint), so the test looks as
  // well.
  bool comes_to(std::uint64_t id, ExportState wanted) {
    for (int i = 0; i < 5000 && state(id) != wanted; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return state(id) == wanted;
  }

  FakeExports exports_;
  ExportQueue queue_{exports_.factory()};
  std::vector<ExportEntry> entries_;
};

TEST_F(Queue, RunsAnExportToItsEnd) {
  exports_.gate->open();
  const auto id = add("a");
  ASSERT_TRUE(comes_to(id, ExportState::done));
  EXPECT_EQ(entry(id)->progress.fraction, 1.0);
  EXPECT_EQ(entry(id)->pictures, 3u);
  EXPECT_EQ(entry(id)->bytes, 1234u);
  EXPECT_EQ(entry(id)->notes, std::vector<std::string>{"padded"});
  EXPECT_EQ(entry(id)->take, "silk-0001");
  EXPECT_EQ(queue_.unfinished(), 0u);
}

TEST_F(Queue, RunsOneAtATimeInTheirOrder) {
  const auto first = add("a"), second = add("b");
  ASSERT_TRUE(comes_to(first, ExportState::running));
  EXPECT_EQ(state(second), ExportState::waiting);
  EXPECT_EQ(*exports_.made, 1) << "a waiting export holds no take open";
  EXPECT_EQ(queue_.unfinished(), 2u);
  exports_.gate->open();
  EXPECT_TRUE(comes_to(second, ExportState::done));
  EXPECT_EQ(state(first), ExportState::done);
}

TEST_F(Queue, KeepsTheErrorOfOneAndGoesOnWithTheNext) {
  exports_.gate->open();
  const auto bad = add("refused"), good = add("b");
  ASSERT_TRUE(comes_to(good, ExportState::done));
  ASSERT_EQ(state(bad), ExportState::failed);
  EXPECT_EQ(entry(bad)->error.line(), "/e/refused: permission denied; choose another folder");
}

TEST_F(Queue, CancelsAWaitingExportWithoutStartingIt) {
  const auto first = add("a"), second = add("b");
  ASSERT_TRUE(comes_to(first, ExportState::running));
  EXPECT_TRUE(queue_.cancel(second));
  EXPECT_EQ(state(second), ExportState::cancelled);
  exports_.gate->open();
  ASSERT_TRUE(comes_to(first, ExportState::done));
  EXPECT_EQ(*exports_.made, 1);
  EXPECT_FALSE(queue_.cancel(second)) << "it has ended";
}

TEST_F(Queue, CancelsTheRunningOneAndShowsItAtOnce) {
  const auto first = add("a");
  ASSERT_TRUE(comes_to(first, ExportState::running));
  EXPECT_TRUE(queue_.cancel_running());
  EXPECT_EQ(state(first), ExportState::cancelling);
  exports_.gate->open();
  EXPECT_TRUE(comes_to(first, ExportState::cancelled));
  EXPECT_FALSE(queue_.cancel_running()) << "nothing runs";
}

TEST_F(Queue, PromisesANameOnceWhileItIsNeeded) {
  const auto first = add("a");
  EXPECT_TRUE(queue_.promised("/e/a"));
  EXPECT_EQ(add("a"), 0u);
  exports_.gate->open();
  ASSERT_TRUE(comes_to(first, ExportState::done));
  EXPECT_FALSE(queue_.promised("/e/a"));
}

TEST_F(Queue, TakesOnlyEndedExportsOffTheList) {
  const auto first = add("a");
  ASSERT_TRUE(comes_to(first, ExportState::running));
  EXPECT_FALSE(queue_.dismiss(first));
  exports_.gate->open();
  ASSERT_TRUE(comes_to(first, ExportState::done));
  EXPECT_TRUE(queue_.dismiss(first));
  EXPECT_EQ(entry(first), nullptr);
}

TEST_F(Queue, RemembersOnlySoManyEndedExports) {
  exports_.gate->open();
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < ExportQueue::kMostEnded + 15; ++i) last = add("x" + std::to_string(i));
  ASSERT_TRUE(comes_to(last, ExportState::done));
  last = add("one more");
  ASSERT_TRUE(comes_to(last, ExportState::done));
  EXPECT_LE(entries_.size(), ExportQueue::kMostEnded + 1);
}

TEST(QueueDestruction, CancelsWhatRunsAndWaits) {
  FakeExports exports;
  exports.gate->open();
  ExportQueue queue(exports.factory());
  for (int i = 0; i < 10; ++i) {
    ExportRequest request;
    request.output = "/e/" + std::to_string(i);
    ASSERT_TRUE(queue.add(request));
  }
}

}  // namespace
}  // namespace framespool
