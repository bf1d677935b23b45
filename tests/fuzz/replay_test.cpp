// Every input that the fuzzers have kept, in a second: nothing may crash, hang or break a promise again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
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

// Every text cut off at every length, and 10,000 times with a bit turned over.
void cut_and_flip(const char* folder, void (*target)(Input)) {
  std::vector<std::vector<std::uint8_t>> texts;
  for (const auto& entry : fs::directory_iterator(fs::path(FRAMESPOOL_CORPUS) / folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    texts.emplace_back(bytes.begin(), bytes.end());
  }
  std::mt19937 random(1);
  for (const auto& text : texts)
    for (std::size_t length = 0; length <= text.size(); ++length) target(Input(text).first(length));
  for (int flip = 0; flip < 10'000; ++flip) {
    auto text = texts[random() % texts.size()];
    if (text.empty()) continue;
    text[random() % text.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    target(text);
  }
}

TEST(TextsOfOthers, CutShortOrFlippedAreNoSurprise) {
  cut_and_flip("shader", shader);
  cut_and_flip("settings", settings);
}

}  // namespace
}  // namespace framespool::fuzz
