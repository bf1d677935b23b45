// Every input that the fuzzers have kept, in a second: nothing may crash, hang or break a promise again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/targets.h"

namespace framespool::fuzz {
namespace {

namespace fs = std::filesystem;

// Runs `target` over the files of corpus/`folder`; how many there were.
std::size_t replay(const char* folder, void (*target)(Input)) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(FRAMESPOOL_CORPUS) / folder)) {
    SCOPED_TRACE(entry.path().filename().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    target({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    ++files;
  }
  return files;
}

TEST(FuzzCorpus, OfTakesHoldsNoSurprise) { EXPECT_GE(replay("take", take), 20u); }
TEST(FuzzCorpus, OfTakesWithoutChecksumsHoldsNoSurprise) { EXPECT_GE(replay("take-unchecked", take), 20u); }
TEST(FuzzCorpus, OfShadersHoldsNoSurprise) { EXPECT_GE(replay("shader", shader), 5u); }
TEST(FuzzCorpus, OfSettingsHoldsNoSurprise) { EXPECT_GE(replay("settings", settings), 3u); }

}  // namespace
}  // namespace framespool::fuzz
