// What the commands say: formats that scripts rely on.
#include <algorithm>
#include <regex>
#include <sstream>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Commands : public EndToEnd {
 protected:
  RunOptions cache_here() const {
    RunOptions options;
    options.environment = {"FRAMESPOOL_CACHE=" + in("the cache")};
    return options;
  }
};

TEST_F(Commands, HaveAVersionAndHelpWithExamples) {
  EXPECT_THAT(framespool({"--version"}).out, testing::MatchesRegex("framespool [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  const Finished help = framespool({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.err, "");
  for (const std::string command :
       {"record", "export", "import", "info", "verify", "repair", "cut", "takes"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const Finished own = framespool({command, "--help"});
    EXPECT_EQ(own.status, 0) << command;
    EXPECT_THAT(own.out, HasSubstr("Example")) << command;
    EXPECT_THAT(own.out, HasSubstr("framespool " + command)) << command;
    EXPECT_THAT(own.out, HasSubstr("--quiet")) << command;
  }
}

TEST_F(Commands, ExamplesNameScenesThatExist) {
  const std::vector<std::string> known = scenes();
  int seen = 0;
  for (const std::string& text : {framespool({"--help"}).out, framespool({"record", "--help"}).out}) {
    const std::string call = "\n  framespool record ";
    for (auto at = text.find(call); at != std::string::npos; at = text.find(call, at + 1), ++seen) {
      const auto from = at + call.size();
      const std::string scene = text.substr(from, text.find(' ', from) - from);
      if (scene.find('.') == std::string::npos) {
        EXPECT_THAT(known, testing::Contains(scene));
      }
    }
  }
  EXPECT_GE(seen, 3);
}

TEST_F(Commands, InfoBeginsWithOneLine) {
  const std::string take = record(scenes().front(), "64x48", 12);
  const std::string text = framespool({"info", take}).out;
  EXPECT_EQ(text.substr(0, text.find('\n')), take + ": 12 frames, 64x48, 60 fps, 0.20 s, complete");
}

TEST_F(Commands, InfoHasStableKeys) {
  const std::string take = record(scenes().front(), "64x48", 12);
  const Finished info = framespool({"info", take, "--json"});
  EXPECT_EQ(info.error_lines(), 0u);
  for (const std::string member :
       {"\"frames\": 12", "\"width\": 64", "\"height\": 48", "\"fps\": 60", "\"duration_s\": 0.2",
        "\"state\": \"complete\"", "\"pixel_format\": \"", "\"dropped\": 0", "\"bytes\": "})
    EXPECT_THAT(info.out, HasSubstr(member));
  EXPECT_THAT(info.out, HasSubstr("\"name\": \"" + take + "\""));  // with its letters, unescaped UTF-8
}

TEST_F(Commands, RecordingTwiceGivesTheSameHashes) {
  for (const std::string& scene : scenes()) {
    const std::string first = record(scene, "160x90", 8, "1.fspool"),
                      second = record(scene, "160x90", 8, "2.fspool");
    const std::string hashes = framespool({"info", first, "--hashes"}).out;
    EXPECT_EQ(std::count(hashes.begin(), hashes.end(), '\n'), 8) << scene;
    EXPECT_EQ(framespool({"info", second, "--hashes"}).out, hashes) << scene;
    fs::remove(first);
    fs::remove(second);
  }
}

TEST_F(Commands, HashesDifferFromFrameToFrame) {
  const std::string hashes = framespool({"info", import(flat_frames(2, 2, 2), "2x2"), "--hashes"}).out;
  std::smatch found;
  ASSERT_TRUE(std::regex_match(hashes, found, std::regex("0 0 ([0-9a-f]{16})\n1 16666666 ([0-9a-f]{16})\n")))
      << hashes;
  EXPECT_NE(found[1], found[2]);
}

TEST_F(Commands, RecordSaysWhatItMade) {
  const Finished done = framespool({"record", scenes().front(), "-o", in("a.fspool"), "--size", "64x48",
                                    "--fps", "24", "--duration", "0.5"});
  expect_success(done);
  EXPECT_THAT(done.out, HasSubstr("12 frames, 64x48, 24 fps, 0.50 s, complete"));
  EXPECT_THAT(done.out, ContainsRegex("peak memory [0-9.]+ MB"));
  EXPECT_THAT(done.err, HasSubstr("a minute of this recording takes"));
}

TEST_F(Commands, RecordNamesTakesInTheCacheByItself) {
  expect_success(framespool({"record", "--frames", "2", "--size", "4x4"}, cache_here()));
  const auto takes = files_in(in("the cache"));
  ASSERT_EQ(takes.size(), 1u);
  EXPECT_EQ(takes[0].filename().string().rfind(scenes().front() + "-", 0), 0u);
  EXPECT_EQ(takes[0].extension(), ".fspool");
}

TEST_F(Commands, QuietSaysNothing) {
  const std::string take = in("a.fspool");
  const std::vector<std::vector<std::string>> commands{
      {"record", "-o", take, "--frames", "2", "--size", "4x4"},
      {"export", take, in("images")},
      {"export", take, in("a.mp4")},
      {"verify", take},
      {"repair", take},
      {"cut", take, "--range", "0:1", "-o", in("b.fspool")}};
  for (auto command : commands) {
    command.emplace_back("--quiet");
    const Finished done = framespool(command);
    expect_success(done);
    EXPECT_EQ(done.out, "") << command[0];
    EXPECT_EQ(done.err, "") << command[0];
  }
}

TEST_F(Commands, ExportEndsWithOneLine) {
  const std::string take = import(flat_frames(3, 4, 4), "4x4");
  const Finished done = framespool({"export", take, in("images")});
  expect_success(done);
  EXPECT_EQ(std::count(done.out.begin(), done.out.end(), '\n'), 1);
  EXPECT_THAT(done.out, HasSubstr("3 pictures"));
  EXPECT_THAT(done.out, HasSubstr(in("images")));
  EXPECT_THAT(done.out, ContainsRegex("peak memory [0-9.]+ MB"));
}

TEST_F(Commands, ProgressInJsonEndsAtAHundred) {
  const std::string take = record(scenes().front(), "320x180", 30);
  const Finished done = framespool({"export", take, in("a.mp4"), "--progress", "json"});
  expect_success(done);
  std::istringstream lines(done.err);
  double before = 0;
  std::string line, last;
  while (std::getline(lines, line)) {
    std::smatch found;
    ASSERT_TRUE(std::regex_search(line, found, std::regex("\"percent\": ([0-9]+)"))) << line;
    EXPECT_GE(std::stod(found[1]), before);
    before = std::stod(found[1]);
    last = line;
  }
  EXPECT_THAT(last, HasSubstr("\"state\": \"done\""));
  EXPECT_THAT(last, HasSubstr("\"frames\": 30"));
  EXPECT_EQ(before, 100);
}

TEST_F(Commands, ProgressInALogIsAFewLines) {
  const std::string take = record(scenes().front(), "640x360", 60);
  const Finished done = framespool({"export", take, in("images")});
  expect_success(done);
  EXPECT_LE(done.error_lines(), 12u);
  EXPECT_THAT(done.err, HasSubstr("export: 100 %, 60/60 frames"));
  EXPECT_THAT(done.err, Not(HasSubstr("\r")));
}

TEST_F(Commands, VerifyPassesWhatIsWhole) {
  const Finished done = framespool({"verify", import(flat_frames(3, 4, 4), "4x4")});
  expect_success(done);
  EXPECT_THAT(done.out, HasSubstr("3 frames, all whole, complete"));
}

TEST_F(Commands, CutKeepsPixelsAndRate) {
  const std::string take = import(flat_frames(10, 4, 4), "4x4", {"--fps", "25"});
  expect_success(framespool({"cut", take, "--range", "3:7", "-o", in("b.fspool")}));
  EXPECT_THAT(framespool({"info", in("b.fspool")}).out,
              HasSubstr(": 4 frames, 4x4, 25 fps, 0.16 s, complete\n"));
  const RawTake cut = read_raw_take(in("b.fspool"));
  ASSERT_EQ(cut.frames.size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(cut.rgb(k), read_raw_take(take).rgb(k + 3));
    EXPECT_EQ(cut.frames[k].pts_ns, static_cast<std::int64_t>(k) * 40'000'000);
  }
}

TEST_F(Commands, CutRefusesWhatIsNotThere) {
  const std::string take = import(flat_frames(3, 4, 4), "4x4");
  expect_error(framespool({"cut", take, "--range", "0:4", "-o", in("b.fspool")}), 2, {"0:4", "3 frames"});
  expect_error(framespool({"cut", take, "--range", "0:2", "-o", take, "--overwrite"}), 2, {take});
  EXPECT_FALSE(fs::exists(in("b.fspool")));
  EXPECT_EQ(read_raw_take(take).frames.size(), 3u);
}

TEST_F(Commands, TakesListRemoveAndClean) {
  fs::create_directory(in("the cache"));
  for (const std::string name : {"one", "two", "three"})
    import(flat_frames(2, 4, 4), "4x4", {}, "the cache/" + name + ".fspool");
  write("the cache/notes.txt", std::string("not a take"));
  const Finished list = framespool({"takes"}, cache_here());
  EXPECT_THAT(list.out, HasSubstr("one.fspool: 2 frames, 4x4, 60 fps, 0.03 s, complete"));
  EXPECT_THAT(list.out, HasSubstr("3 takes"));
  // Not the whole text again: it says how much room is free on a disk that others write to.
  const std::string again = framespool({"takes", "list"}, cache_here()).out;
  for (const char* name : {"one.fspool: 2 frames", "two.fspool: 2 frames", "three.fspool: 2 frames", "3 takes"})
    EXPECT_THAT(again, HasSubstr(name));

  expect_success(framespool({"takes", "remove", "one", "two.fspool"}, cache_here()));
  EXPECT_FALSE(fs::exists(in("the cache/one.fspool")));
  EXPECT_FALSE(fs::exists(in("the cache/two.fspool")));

  const Finished asked = framespool({"takes", "clean"}, cache_here());
  expect_success(asked);
  EXPECT_THAT(asked.out, HasSubstr("would remove 1 take"));
  EXPECT_TRUE(fs::exists(in("the cache/three.fspool")));

  expect_success(framespool({"takes", "clean", "--yes"}, cache_here()));
  EXPECT_FALSE(fs::exists(in("the cache/three.fspool")));
  EXPECT_TRUE(fs::exists(in("the cache/notes.txt")));
  EXPECT_THAT(framespool({"takes"}, cache_here()).out, HasSubstr("0 takes"));
}

TEST_F(Commands, TakesOfAMissingDirectoryAreNone) {
  expect_success(framespool({"takes"}, cache_here()));
  expect_error(framespool({"takes", "remove", "nothing"}, cache_here()), 2, {"nothing"});
}

TEST_F(Commands, ImportReadsAPipe) {
  const Finished done =
      run({"sh", "-c",
           "ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=25 -frames:v 10 -f rawvideo "
           "-pix_fmt rgb24 - | \"$0\" import - -o \"$1\" --size 64x48 --fps 25 --pixel-format rgb --top-down",
           FRAMESPOOL_PROGRAM, in("a.fspool")});
  expect_success(done);
  EXPECT_THAT(done.out, HasSubstr("10 frames, 64x48, 25 fps, 0.40 s, complete"));
}

}  // namespace
}  // namespace framespool::e2e
