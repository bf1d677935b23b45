// `framespool run`: what it starts, how it ends, what it says. The program is drawing_program, which needs no display; real
// OpenGL programs are recorded in tests/capture.
#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class Run : public EndToEnd {
 protected:
  [[nodiscard]] std::string take() const { return in("a.fspool"); }
  // framespool run -o TAKE OPTIONS -- PROGRAM...
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> options, std::vector<std::string> program) const {
    std::vector<std::string> all{"run", "-o", take()};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back("--");
    all.insert(all.end(), program.begin(), program.end());
    return all;
  }
  [[nodiscard]] Finished record(std::vector<std::string> options, std::vector<std::string> program) const {
    return framespool(command(std::move(options), std::move(program)));
  }
  static std::vector<std::string> drawing(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), FRAMESPOOL_DRAWING_PROGRAM);
    return arguments;
  }
  // A complete take whose frames are the ones drawn, all but those that were dropped.
  static std::size_t expect_whole(const std::string& path) {
    expect_success(framespool({"verify", path, "--quiet"}));
    EXPECT_THAT(framespool({"info", path}).out, HasSubstr("complete"));
    return read_raw_take(path).frames.size();
  }
  // Neither gone nor dead and not buried yet.
  static bool runs(const std::string& pid) {
    std::ifstream file("/proc/" + std::to_string(std::stoi(pid)) + "/stat");
    std::string all((std::istreambuf_iterator<char>(file)), {});
    return !all.empty() && all.find(") Z") == std::string::npos;
  }
  void write_elf(const std::string& name, unsigned char elf_class, bool has_interpreter) const {
    Bytes bytes(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr));
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = elf_class;
    std::ifstream self("/proc/self/exe", std::ios::binary);
    Elf64_Ehdr own{};
    self.read(reinterpret_cast<char*>(&own), sizeof own);
    header.e_machine = own.e_machine;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    Elf64_Phdr part{};
    part.p_type = has_interpreter ? PT_INTERP : PT_LOAD;
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &part, sizeof part);
    write(name, bytes);
    fs::permissions(in(name), fs::perms::all);
  }
};

TEST_F(Run, KeepsEveryFrameAndTheProgramsOwnWords) {
  const Finished done = record({"--every-frame"}, drawing({"500"}));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out, "drew 500 frames\n");
  EXPECT_THAT(done.err, HasSubstr(fmt::format("framespool: recording drawing_program into {}\n", take())));
  EXPECT_THAT(done.err, HasSubstr(fmt::format("framespool: {}: 500 frames, 0 dropped\n", take())));
  ASSERT_EQ(expect_whole(take()), 500u);
  const RawTake raw = read_raw_take(take());
  for (const std::size_t frame : {0u, 1u, 199u, 499u}) {
    EXPECT_EQ(raw.rgba(frame)[0], frame % 200);
    EXPECT_EQ(raw.frames[frame].width, 8u);
  }
}

TEST_F(Run, TheHelpShowsWhereTheProgramStands) {
  EXPECT_THAT(framespool({"run", "--help"}).out, HasSubstr("run [OPTIONS] -- PROGRAM [ARGS...]"));
}

TEST_F(Run, GivesTheProgramsStatus) {
  EXPECT_EQ(record({"--quiet"}, drawing({"20", "status", "7"})).status, 7);
  EXPECT_EQ(expect_whole(take()), 20u);
  fs::remove(take());
  const Finished aborted = record({"--every-frame"}, drawing({"20", "abort"}));
  EXPECT_EQ(aborted.status, 128 + SIGABRT);
  EXPECT_THAT(aborted.err, HasSubstr("signal 6"));
  EXPECT_EQ(expect_whole(take()), 20u);
}

TEST_F(Run, TheSlotsTakeTheMemoryTheyAreGiven) {
  const Finished done = record({"--memory", "2M", "--every-frame", "--memory-report"}, drawing({"300"}));
  EXPECT_THAT(done.err, testing::ContainsRegex("capture\\.slots +0 +20[0-9]{5} ")) << "2 MB and a page; without it 64 MiB";
  EXPECT_EQ(expect_whole(take()), 300u);
  expect_error(record({"--memory", "much"}, drawing({"1"})), 2, {"--memory", "much"});
}

TEST_F(Run, SaysOnceWhatAProgramThatIsRecordedHasToTell) {
  const Finished done = record({"--every-frame"}, drawing({"20", "every", "5", "notice", "a picture did not come"}));
  const auto said = done.err.find("warning: drawing_program: a picture did not come\n");
  ASSERT_NE(said, std::string::npos) << done.err;
  EXPECT_EQ(done.err.find("did not come", said + 50), std::string::npos) << done.err;
  EXPECT_EQ(expect_whole(take()), 20u);
}

TEST_F(Run, WhatCostsNoFrameIsANoteAndNoWarning) {
  const Finished done = record({"--every-frame"}, drawing({"20", "every", "5", "remark", "a picture did not come"}));
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.err, HasSubstr("note: drawing_program: a picture did not come\n"));
  EXPECT_THAT(done.err, testing::Not(HasSubstr("warning")));
  EXPECT_EQ(expect_whole(take()), 20u);
}

TEST_F(Run, QuietSaysNothing) { EXPECT_EQ(record({"--quiet"}, drawing({"20"})).err, ""); }

TEST_F(Run, WhatStandsBehindTheDashesIsTheProgramsOwn) {
  const Finished done = record({"--quiet"}, {"sh", "-c", "echo \"$@\"; exit 4", "x", "--help", "-o", "--", "export"});
  EXPECT_EQ(done.out, "--help -o -- export\n");
  EXPECT_EQ(done.status, 4);
}

TEST_F(Run, EndsTheProgramAfterSoManyFrames) {
  const Finished done = record({"--frames", "25"}, drawing({"0"}));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(expect_whole(take()), 25u);
}

TEST_F(Run, EndsTheProgramPolitelyFirst) {
  const Finished done = record({"--frames", "5"}, drawing({"0", "polite", "every", "1"}));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, testing::StartsWith("cleaned up\ndrew "));
  EXPECT_EQ(expect_whole(take()), 5u);
}

TEST_F(Run, EndsADeafProgramFirmly) {
  const Finished done = record({"--frames", "5"}, drawing({"0", "deaf", "every", "1"}));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(expect_whole(take()), 5u);
}

TEST_F(Run, EndsTheProgramAfterATime) {
  const Finished done = record({"--duration", "0.3", "--fps", "50"}, drawing({"0", "every", "1"}));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_GE(expect_whole(take()), 2u);
}

TEST_F(Run, TheLimitIsOnHowOftenAFrameIsTaken) {
  const Finished done = record({"--fps", "50"}, drawing({"300", "every", "2"}));
  EXPECT_THAT(done.err, HasSubstr(" 0 dropped")) << "frames that are not due are no lost ones";
  ASSERT_GE(expect_whole(take()), 30u) << "300 frames of at least 2 ms";
  const RawTake raw = read_raw_take(take());
  const std::int64_t whole_ns = raw.frames.back().pts_ns;
  EXPECT_LE(raw.frames.size(), static_cast<std::size_t>(whole_ns / 20'000'000) + 2);
  for (std::size_t k = 1; k < raw.frames.size(); ++k)
    EXPECT_GE((raw.rgba(k)[0] + 200 - raw.rgba(k - 1)[0]) % 200, 2) << "two frames in a row were taken, at " << k;
}

TEST_F(Run, DropsFramesInsteadOfSlowingTheProgramAndSaysHowMany) {
  const std::string shell = fmt::format("exec '{}' 600 every 2 size 100 tell 400 >'{}'", FRAMESPOOL_DRAWING_PROGRAM, in("said"));
  Running running(framespool_command(command({"--memory", "2M"}, {"sh", "-c", shell})), {});
  ASSERT_TRUE(running.until([&] { return fs::exists(take()) && read_raw_take(take()).frames.size() >= 3; }));
  // The writer stands still: there is room for 52 frames, and the program goes on.
  running.send(SIGSTOP);
  ASSERT_TRUE(running.until([&] { return fs::exists(in("said")) && fs::file_size(in("said")) > 0; }));
  running.send(SIGCONT);
  const Finished done = running.wait();
  EXPECT_EQ(done.status, 0) << done.err;
  const std::size_t frames = expect_whole(take());
  EXPECT_THAT(done.err, HasSubstr(fmt::format("{} frames, {} dropped", frames, 600 - frames)));
  EXPECT_LT(frames, 400u);
  EXPECT_GT(frames, 150u);
  const RawTake raw = read_raw_take(take());
  std::int64_t longest_ns = 0;
  for (std::size_t k = 1; k < frames; ++k) longest_ns = std::max(longest_ns, raw.frames[k].pts_ns - raw.frames[k - 1].pts_ns);
  EXPECT_GT(longest_ns, 300'000'000) << "200 frames and more of at least 2 ms, in one piece";
  EXPECT_EQ(raw.rgba(frames - 1)[0], 599 % 200);
}

TEST_F(Run, KeepsTheProgramRunning) {
  const Finished done = record({"--frames", "5", "--keep-running"}, drawing({"400", "every", "1", "status", "3"}));
  EXPECT_EQ(done.status, 3) << done.err;
  EXPECT_EQ(done.out, "drew 400 frames\n");
  EXPECT_EQ(expect_whole(take()), 5u);
}

TEST_F(Run, StartsLater) {
  const Finished done = record({"--start-after", "0.2", "--every-frame"}, drawing({"300", "every", "2"}));
  EXPECT_EQ(done.status, 0) << done.err;
  const std::size_t frames = expect_whole(take());
  EXPECT_LT(frames, 300u);
  EXPECT_GT(frames, 0u);
  EXPECT_EQ(read_raw_take(take()).frames[0].pts_ns, 0);
}

TEST_F(Run, PausedAndNeverStartedIsNoError) {
  const Finished done = record({"--paused"}, drawing({"20", "status", "6"}));
  EXPECT_EQ(done.status, 6);
  EXPECT_THAT(done.err, HasSubstr("recording was not started"));
  EXPECT_FALSE(fs::exists(take()));
}

TEST_F(Run, FollowsALauncherToTheProgramThatDraws) {
  const std::string shell = fmt::format("'{}' 50 every 5 & exit 0", FRAMESPOOL_DRAWING_PROGRAM);
  EXPECT_EQ(record({"--every-frame"}, {"sh", "-c", shell}).status, 0);
  EXPECT_EQ(expect_whole(take()), 50u);
}

TEST_F(Run, EndsWhatALauncherLeftBehind) {
  const std::string shell = fmt::format("'{}' 0 every 1 & echo $!; exit 0", FRAMESPOOL_DRAWING_PROGRAM);
  const Finished done = record({"--frames", "20"}, {"sh", "-c", shell});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(expect_whole(take()), 20u);
  Running waiting({"sleep", "10"}, {});
  EXPECT_TRUE(waiting.until([&] { return !runs(done.out); })) << "it still runs";
}

TEST_F(Run, EachProgramHasItsTake) {
  const std::string shell = fmt::format("'{0}' 30; '{0}' 40", FRAMESPOOL_DRAWING_PROGRAM);
  EXPECT_EQ(record({"--every-frame"}, {"sh", "-c", shell}).status, 0);
  EXPECT_EQ(expect_whole(take()), 30u);
  EXPECT_EQ(expect_whole(in("a-2.fspool")), 40u);
}

TEST_F(Run, PassesSignalsOnAndKeepsTheTake) {
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    fs::remove(take());
    Running running(framespool_command(command({"--every-frame", "--quiet"}, drawing({"0", "every", "1"}))), {});
    ASSERT_TRUE(running.until([&] { return fs::exists(take()) && read_raw_take(take()).frames.size() >= 3; }));
    running.send(signal_number);
    EXPECT_EQ(running.wait().status, 128 + signal_number);
    EXPECT_GE(expect_whole(take()), 3u);
  }
}

TEST_F(Run, TheProgramOutlivesAKilledRecorder) {
  const std::string shell = fmt::format("'{}' 300 every 2 >'{}'", FRAMESPOOL_DRAWING_PROGRAM, in("said"));
  Running running(framespool_command(command({"--every-frame", "--quiet"}, {"sh", "-c", shell})), {});
  ASSERT_TRUE(running.until([&] { return fs::exists(take()) && read_raw_take(take()).frames.size() >= 3; }));
  running.send(SIGKILL);
  EXPECT_EQ(running.wait().signal, SIGKILL);
  EXPECT_THAT(framespool({"info", take()}).out, HasSubstr("interrupted"));
  Running waiting({"sh", "-c", fmt::format("until [ -s '{}' ]; do sleep 0.05; done", in("said"))}, {});
  EXPECT_EQ(waiting.wait().status, 0);
  std::ifstream said(in("said"));
  std::string line;
  std::getline(said, line);
  EXPECT_EQ(line, "drew 300 frames");
}

TEST_F(Run, WithoutRoomTheProgramGoesOnAndTheFramesAreKept) {
  const Finished done = framespool(command({"--every-frame", "--reserve", "0"}, drawing({"60", "size", "640"})),
                                   {.file_size_limit = 70'000'000});
  EXPECT_EQ(done.status, 125);
  EXPECT_EQ(done.out, "drew 60 frames\n");
  EXPECT_THAT(done.err, HasSubstr("frames are kept"));
  const std::size_t frames = expect_whole(take());
  EXPECT_GT(frames, 10u);
  EXPECT_LT(frames, 60u);
}

// What cannot be recorded
// --------------------------------------------------------------------------------------------------------

TEST_F(Run, SaysThatThereWasNoFrame) {
  expect_error(record({}, {"true"}), 125, {"true: saw no OpenGL frame", "never used OpenGL"});
  expect_error(record({}, {"sh", "-c", "exit 9"}), 9, {"sh: saw no OpenGL frame"});
  EXPECT_FALSE(fs::exists(take()));
}

TEST_F(Run, SaysWhatItCannotStart) {
  expect_error(record({}, {"no-such-program"}), 127, {"no-such-program: ", "no such program"});
  expect_error(record({}, {"./no-such-program"}), 127, {"./no-such-program: ", "no such program"});
  write("plain", std::string("text"));
  expect_error(record({}, {in("plain")}), 126, {"plain: cannot be executed"});
  expect_error(record({}, {folder().string()}), 126, {"is a folder"});
  expect_error(framespool({"run", "-o", take()}), 2, {"run: ", "no program"});
  expect_error(framespool({"run", "-o", take(), "--bad", "--", "true"}), 2, {"--bad"});
  expect_error(record({"--fps", "none"}, {"true"}), 2, {"--fps"});
  EXPECT_FALSE(fs::exists(take()));
}

TEST_F(Run, SaysIntoWhatNoLibraryCanBeLoaded) {
  write_elf("static", ELFCLASS64, false);
  expect_error(record({}, {in("static")}), 125, {"static: cannot be recorded", "linked statically"});
  write_elf("small", ELFCLASS32, true);
  expect_error(record({}, {in("small")}), 125, {"small: cannot be recorded", "32-bit"});
  // Neither the kernel nor we take a name with a space in that line.
  const fs::path plain = fs::temp_directory_path() / fmt::format("framespool-run-{}", ::getpid());
  fs::create_directory_symlink(folder(), plain);
  write("script", "#!" + (plain / "static").string() + " -e\n");
  fs::permissions(in("script"), fs::perms::all);
  expect_error(record({}, {in("script")}), 125, {"script: cannot be recorded", "linked statically"});
  fs::remove(plain);
}

TEST_F(Run, SaysThatAProgramOfSomebodyElsesRightsCannotBeRecorded) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a program of somebody else's rights";
  write_elf("rights", ELFCLASS64, true);
  ASSERT_EQ(::chown(in("rights").c_str(), 65534, 65534), 0);
  ASSERT_EQ(::chmod(in("rights").c_str(), 04755), 0);
  expect_error(record({}, {in("rights")}), 125, {"rights: cannot be recorded", "setuid"});
}

TEST_F(Run, TouchesNoTakeThatExists) {
  write("a.fspool", std::string("mine"));
  expect_error(record({}, drawing({"20"})), 2, {"a.fspool: exists already", "--overwrite"});
  EXPECT_EQ(fs::file_size(take()), 4u);
  EXPECT_EQ(record({"--overwrite", "--quiet"}, {"sh", "-c", "exit 5"}).status, 5);
  EXPECT_EQ(fs::file_size(take()), 4u) << "nothing took its place";
  EXPECT_EQ(record({"--overwrite"}, drawing({"20"})).status, 0);
  EXPECT_EQ(expect_whole(take()), 20u);
  EXPECT_EQ(framespool({"run", "-o", in("no folder/a.fspool"), "--", "true"}).status, 2);
}

}  // namespace
}  // namespace framespool::e2e
