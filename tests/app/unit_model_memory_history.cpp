#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/model/memory_history.h"
#include "cache/ledger.h"

namespace framespool {
namespace {

class Block {
 public:
  Block(const char* tag, std::size_t bytes) : block_(Ledger::instance().allocate(tag, bytes)) {}
  ~Block() { Ledger::instance().release(block_); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

 private:
  void* block_;
};

std::size_t line_of(const MemoryHistory& history, std::string_view tag) {
  for (std::size_t i = 0; i < history.line_count(); ++i)
    if (history.line(i).tag == tag) return i;
  ADD_FAILURE() << tag << " is not in the history";
  return 0;
}

TEST(MemoryHistory, RemembersWhatATagHeldAndItsPeak) {
  MemoryHistory history;
  {
    const Block block("test.history.a", 1000);
    history.look(0);
  }
  history.look(MemoryHistory::kPace_ns);
  const std::size_t line = line_of(history, "test.history.a");
  EXPECT_EQ(history.held(line, 0), 0u);
  EXPECT_EQ(history.held(line, 1), 1000u);
  EXPECT_EQ(history.line(line).live_bytes, 0u);
  EXPECT_EQ(history.line(line).peak_bytes, 1000u);
  EXPECT_GE(history.most(), 1000u);
}

TEST(MemoryHistory, TakesASampleNoOftenerThanItsPace) {
  MemoryHistory history;
  for (std::int64_t now_ns = 0; now_ns < MemoryHistory::kPace_ns; now_ns += 16'000'000) history.look(now_ns);
  EXPECT_EQ(history.samples(), 1u);
}

TEST(MemoryHistory, ForgetsWhatIsOlderThanAMinute) {
  MemoryHistory history;
  std::int64_t now_ns = 0;
  {
    const Block block("test.history.old", 1 << 20);
    history.look(now_ns);
  }
  const std::size_t line = line_of(history, "test.history.old");
  for (std::size_t i = 1; i < MemoryHistory::kSamples; ++i) history.look(now_ns += MemoryHistory::kPace_ns);
  EXPECT_EQ(history.held(line, MemoryHistory::kSamples - 1), 1u << 20) << "still there";
  history.look(now_ns += MemoryHistory::kPace_ns);
  EXPECT_EQ(history.samples(), MemoryHistory::kSamples);
  for (std::size_t age = 0; age <= MemoryHistory::kSamples; ++age)
    EXPECT_EQ(history.held(line, age), 0u) << age;
}

TEST(MemoryHistory, ATagThatComesLaterLeavesTheOthersWhereTheyAre) {
  MemoryHistory history;
  const Block last("test.history.z", 10);
  history.look(0);
  const std::size_t line = line_of(history, "test.history.z");
  const Block first("test.history.b", 20);
  history.look(MemoryHistory::kPace_ns);
  EXPECT_EQ(line_of(history, "test.history.z"), line);
  EXPECT_EQ(history.held(line_of(history, "test.history.b"), 0), 20u);
  EXPECT_EQ(history.held(line_of(history, "test.history.b"), 1), 0u);
}

TEST(MemoryHistory, HasRoomForSoManyTagsAndNoMore) {
  MemoryHistory history;
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < 2 * MemoryHistory::kMostTags; ++i)
      made.push_back("test.history.many." + std::to_string(i));
    return made;
  }();
  for (const std::string& name : names) const Block block(name.c_str(), 1);
  history.look(0);
  EXPECT_EQ(history.line_count(), MemoryHistory::kMostTags);
}

}  // namespace
}  // namespace framespool
