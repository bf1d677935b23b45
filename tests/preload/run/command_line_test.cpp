// The words of `framespool run --fixed-step`, as a user types them.
#include <sstream>

#include "tests/preload/run/stepped.h"

namespace framespool::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SteppedCommandLine : public Stepped {
 protected:
  // Without the rate that others have.
  [[nodiscard]] Finished run_with(const std::string& name, Words words, const Words& program) const {
    words.insert(words.begin(), {"run", "-o", take(name), "--reserve", "0"});
    words.emplace_back("--");
    words.insert(words.end(), program.begin(), program.end());
    return framespool(words, here());
  }
  [[nodiscard]] std::string hashes(const std::string& name) const {
    const Finished done = framespool({"info", "--hashes", take(name)});
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_FALSE(done.out.empty());
    return done.out;
  }
  // What the program said behind `word`, in its first such line.
  static Words words_behind(const std::string& out, const std::string& word) {
    std::istringstream lines(out);
    Words words;
    for (std::string line; std::getline(lines, line) && words.empty();) {
      if (!line.starts_with(word + " ")) continue;
      std::istringstream rest(line.substr(word.size()));
      for (std::string each; rest >> each;) words.push_back(each);
    }
    return words;
  }
};

TEST_F(SteppedCommandLine, ClampKeepsEachFrameOfASlowerProgramOnce) {
  const Words limiter{CLOCK_HOST, "limiter", "20"};
  EXPECT_THAT(record("plain", {}, limiter).err, HasSubstr("20 swaps longer than one step of the rate, 20 frames repeated"));
  EXPECT_THAT(record("clamped", {"--clamp"}, limiter).err, HasSubstr("20 swaps longer than one step of the rate, 0 frames repeated"));
  EXPECT_EQ(expect_whole(take("plain")).frames.size(), 2 * 20 + kGlfwsOwnFrames);
  const RawTake clamped = expect_whole(take("clamped"));
  ASSERT_EQ(clamped.frames.size(), 20 + kGlfwsOwnFrames);
  for (std::size_t k = 0; k < 20; ++k) EXPECT_EQ(clamped.rgba(k + kGlfwsOwnFrames).at(2), k);
}

TEST_F(SteppedCommandLine, TheSeedDecidesWhateverIsLeftToChanceInTheProgramItself) {
  const auto chance = [&](const char* name, const Words& seed, const Words& program) {
    const Finished done = record(name, seed, program);
    EXPECT_EQ(done.status, 0) << done.err;
    return words_behind(done.out, "chance");
  };
  const Words host{CLOCK_HOST, "chance", "1"};
  const auto one = chance("one", {"--seed", "1"}, host), again = chance("again", {"--seed", "1"}, host);
  const auto two = chance("two", {"--seed", "2"}, host);
  ASSERT_EQ(one.size(), 9u);
  EXPECT_EQ(one, again);
  EXPECT_EQ(one[1], "1000000000");  // the date
  for (const std::size_t i : {0, 2, 3, 4, 5, 6, 7, 8}) EXPECT_NE(one[i], two[i]) << i;
  // A process that it starts has its own number, which signals go by, and its own chance.
  const Words launcher{"sh", "-c", CLOCK_HOST " chance 1; true"};
  const auto child = chance("child", {"--seed", "1"}, launcher), other = chance("other", {"--seed", "1"}, launcher);
  ASSERT_EQ(child.size(), 9u);
  ASSERT_EQ(other.size(), 9u);
  EXPECT_LT(std::stoi(child[0]), 5'000'000);
  for (const std::size_t i : {0, 2, 3, 4, 5, 6, 7, 8}) EXPECT_NE(child[i], other[i]) << i;
}

TEST_F(SteppedCommandLine, NoAudioSendsSoundToNowhere) {
  const Words program{"sh", "-c",
                      "echo \"sound $SDL_AUDIODRIVER $SDL_AUDIO_DRIVER $ALSOFT_DRIVERS $PULSE_SERVER\"; exec " CLOCK_HOST " free 3"};
  const auto sound = [&](const char* name, const Words& options) {
    const Finished done =
        framespool(command(name, options, program),
                   here({"SDL_AUDIODRIVER", "SDL_AUDIO_DRIVER", "ALSOFT_DRIVERS", "PULSE_SERVER"}));
    EXPECT_EQ(done.status, 0) << done.err;
    return words_behind(done.out, "sound");
  };
  EXPECT_EQ(sound("silent", {"--no-audio"}), (Words{"dummy", "dummy", "null", "unix:/nowhere"}));
  EXPECT_EQ(sound("loud", {}), Words{});
}

TEST_F(SteppedCommandLine, DurationIsTheProgramsTime) {
  const Words slow{CLOCK_HOST, "free", "1000", "--work", "5"};
  EXPECT_EQ(record("half", {"--duration", "0.5"}, slow).status, 0);
  EXPECT_EQ(expect_whole(take("half")).frames.size(), 30u);
  EXPECT_EQ(record("fewer", {"--duration", "0.5", "--frames", "20"}, slow).status, 0);
  EXPECT_EQ(expect_whole(take("fewer")).frames.size(), 20u);
  // Ends within a step: that is begun.
  EXPECT_EQ(record("little", {"--duration", "0.101", "--frames", "20"}, slow).status, 0);
  EXPECT_EQ(expect_whole(take("little")).frames.size(), 7u);
}

TEST_F(SteppedCommandLine, ARateMayBeAFraction) {
  const Finished done = run_with("ntsc", {"--fixed-step", "30000/1001"}, {CLOCK_HOST, "free", "40"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("every step exact"));
  EXPECT_THAT(framespool({"info", take("ntsc")}).out, AllOf(HasSubstr("30000/1001"), HasSubstr("fixed-step")));
  const auto time_ns = [](std::size_t k) { return static_cast<std::int64_t>(k) * 1'001'000'000'000 / 30'000; };
  const RawTake raw = expect_whole(take("ntsc"));
  ASSERT_EQ(raw.frames.size(), 40 + kGlfwsOwnFrames);
  for (std::size_t k = 0; k < raw.frames.size(); ++k) EXPECT_EQ(raw.frames[k].pts_ns, time_ns(k)) << "frame " << k;
  for (std::size_t k = 0; k < 40; ++k) {
    const auto told = words_behind(done.out, "frame " + std::to_string(k));
    ASSERT_FALSE(told.empty());
    EXPECT_NEAR(std::stod(told[0]), static_cast<double>(time_ns(k)), 1.0) << "frame " << k;
  }
}

TEST_F(SteppedCommandLine, TwoTakesHaveTheSameHashes) {
  EXPECT_EQ(record("a", {}, {CLOCK_HOST, "workers", "20"}).status, 0);
  EXPECT_EQ(record("b", {}, {CLOCK_HOST, "workers", "20", "--work", "5"}).status, 0);
  EXPECT_EQ(hashes("a"), hashes("b"));
  EXPECT_EQ(record("c", {}, {CLOCK_HOST, "free", "20"}).status, 0);  // the same but for what the workers make
  EXPECT_NE(hashes("a"), hashes("c"));
}

TEST_F(SteppedCommandLine, WhatDoesNotGoTogetherIsRefused) {
  struct Refusal {
    Words options;
    std::vector<std::string> texts;
  };
  const std::vector<Refusal> refusals{
      {{"--clamp"}, {"--clamp", "goes with --fixed-step only"}},
      {{"--seed", "1"}, {"--seed", "goes with --fixed-step only"}},
      {{"--explain-after", "1"}, {"--explain-after", "goes with --fixed-step only"}},
      {{"--fixed-step", "60", "--fps", "30"}, {"--fps", "cannot go with --fixed-step"}},
      {{"--fixed-step", "60", "--seed", "one"}, {"--seed", "one", "is not a whole number from 0 to 1000000000000"}},
      {{"--fixed-step", "60", "--seed", "-1"}, {"--seed", "-1"}},
      {{"--fixed-step", "60", "--seed", "1000000000001"}, {"--seed", "is not a whole number"}},
      {{"--fixed-step", "0"}, {"--fixed-step"}},
      {{"--fixed-step", "60/0"}, {"--fixed-step"}},
      {{"--fixed-step", "fast"}, {"--fixed-step", "fast"}},
      {{"--fixed-step", "60", "--explain-after", "soon"}, {"--explain-after", "soon"}},
      {{"--fixed-step", "60", "--duration", "0"}, {"--duration"}},
  };
  constexpr int kUsage = 2;
  for (const auto& [options, texts] : refusals) {
    SCOPED_TRACE(testing::PrintToString(options));
    expect_error(run_with("refused", options, {CLOCK_HOST, "free", "1"}), kUsage, texts);
    EXPECT_FALSE(fs::exists(take("refused")));
  }
}

}  // namespace
}  // namespace framespool::e2e
