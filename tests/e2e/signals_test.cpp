// Ctrl-C and SIGTERM at any moment: the right status, takes whole, no partial file under a final name.
#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class Signals : public EndToEnd {
 protected:
  // Before the program has looked at its signals they end it as they end any program.
  static void expect_stopped_by(const Finished& finished, int signal_number) {
    if (finished.signal == 0)
      EXPECT_EQ(finished.status, 128 + signal_number) << finished.err;
    else
      EXPECT_EQ(finished.signal, signal_number) << finished.err;
  }

  void expect_whole(const std::string& take) {
    expect_success(framespool({"verify", take, "--quiet"}));
    EXPECT_THAT(framespool({"info", take}).out, HasSubstr("complete"));
  }

  static Finished stop_after(Running& program, milliseconds time, int signal_number) {
    const auto moment = std::chrono::steady_clock::now() + time;
    program.until([&] { return std::chrono::steady_clock::now() >= moment; });
    program.send(signal_number);
    return program.wait();
  }
};

TEST_F(Signals, AtAnyMomentOfARecordingWithALength) {
  for (const int signal_number : {SIGINT, SIGTERM})
    for (const int after_ms : {0, 2, 10, 40, 80, 120, 200, 400}) {
      SCOPED_TRACE(after_ms);
      const std::string take = in("a.fspool");
      Running recording(
          framespool_command({"record", "-o", take, "--size", "64x48", "--frames", "100000000", "--quiet"}),
          {});
      expect_stopped_by(stop_after(recording, milliseconds(after_ms), signal_number), signal_number);
      if (fs::exists(take)) expect_whole(take);
      fs::remove(take);
    }
}

TEST_F(Signals, EndARecordingWithoutALengthAsAsked) {
  for (const bool realtime : {false, true}) {
    const std::string take = in(realtime ? "r.fspool" : "a.fspool");
    std::vector<std::string> command{"record", "-o", take, "--size", "64x48"};
    if (realtime) command.emplace_back("--realtime");
    Running recording(framespool_command(command), {});
    ASSERT_TRUE(recording.until([&] { return fs::exists(take) && read_raw_take(take).frames.size() >= 3; }));
    recording.send(SIGINT);
    const Finished done = recording.wait();
    expect_success(done);
    EXPECT_THAT(done.out, HasSubstr("complete"));
    EXPECT_GE(read_raw_take(take).frames.size(), 3u);
    expect_whole(take);
  }
}

TEST_F(Signals, SigtermEndsARecordingWithoutALengthBy143) {
  const std::string take = in("a.fspool");
  Running recording(framespool_command({"record", "-o", take, "--size", "64x48", "--quiet"}), {});
  ASSERT_TRUE(recording.until([&] { return fs::exists(take) && read_raw_take(take).frames.size() >= 3; }));
  recording.send(SIGTERM);
  expect_error(recording.wait(), 143, {take, "SIGTERM", "the take is whole"});
  expect_whole(take);
}

TEST_F(Signals, AtAnyMomentOfAMovieExport) {
  const std::string take = record(scenes().front(), "640x360", 200);
  fs::create_directory(in("out"));
  for (const int signal_number : {SIGINT, SIGTERM})
    for (const int after_ms : {0, 5, 20, 60, 150, 400}) {
      SCOPED_TRACE(after_ms);
      Running exporting(
          framespool_command({"export", take, in("out/a.mp4"), "--preset", "veryslow", "--quiet"}), {});
      expect_stopped_by(stop_after(exporting, milliseconds(after_ms), signal_number), signal_number);
      EXPECT_TRUE(files_in(in("out")).empty());
    }
}

TEST_F(Signals, AtAnyMomentOfAnImageExport) {
  const std::string take = record(scenes().front(), "640x360", 300);
  for (const int signal_number : {SIGINT, SIGTERM})
    for (const int after_ms : {0, 5, 20, 60, 150, 400}) {
      SCOPED_TRACE(after_ms);
      Running exporting(framespool_command({"export", take, in("out/"), "--jobs", "1", "--quiet"}), {});
      const Finished stopped = stop_after(exporting, milliseconds(after_ms), signal_number);
      if (stopped.status != 0) expect_stopped_by(stopped, signal_number);
      std::size_t number = 0;
      for (const fs::path& file : files_in(in("out"))) {
        EXPECT_EQ(file.filename().string(), fmt::format("image-{:04}.png", number++));
        EXPECT_EQ(pngcheck(file), "");
      }
      fs::remove_all(in("out"));
    }
}

TEST_F(Signals, SayWhatWasDone) {
  const std::string take = record(scenes().front(), "640x360", 200);
  Running exporting(
      framespool_command({"export", take, in("a.mp4"), "--preset", "veryslow", "--progress", "json"}), {});
  ASSERT_TRUE(
      exporting.until([&] { return exporting.err_so_far().find("\"total\": 200") != std::string::npos; }));
  exporting.send(SIGINT);
  const Finished stopped = exporting.wait();
  EXPECT_EQ(stopped.status, 130);
  EXPECT_THAT(stopped.err, HasSubstr("stopped by Ctrl-C after "));
  EXPECT_THAT(stopped.err, HasSubstr("of 200 pictures"));
}

TEST_F(Signals, EndAnImportThatWaitsForData) {
  ::mkfifo(in("pipe").c_str(), 0600);
  // One frame and a bit, from a writer that then says nothing more and does not close.
  Running writer({"sh", "-c", "exec 3<>\"$0\"; head -c 20000 /dev/zero >&3; exec sleep 100", in("pipe")}, {});
  RunOptions options;
  options.input = in("pipe");
  Running importing(framespool_command({"import", "-", "-o", in("a.fspool"), "--size", "64x48", "--quiet"}),
                    options);
  ASSERT_TRUE(importing.until(
      [&] { return fs::exists(in("a.fspool")) && !read_raw_take(in("a.fspool")).frames.empty(); }));
  importing.send(SIGINT);
  const Finished done = importing.wait();
  expect_error(done, 130, {"Ctrl-C", "after 1 frame"});
  expect_whole(in("a.fspool"));
}

TEST_F(Signals, DuringACutKeepAllOrNothing) {
  const std::string take = record(scenes().front(), "640x360", 200);
  for (const int after_ms : {0, 5, 20, 60}) {
    Running cutting(framespool_command({"cut", take, "--range", "0:200", "-o", in("b.fspool"), "--quiet"}),
                    {});
    const Finished stopped = stop_after(cutting, milliseconds(after_ms), SIGINT);
    if (stopped.status == 0)
      expect_whole(in("b.fspool"));
    else
      EXPECT_FALSE(fs::exists(in("b.fspool"))) << stopped.err;
    fs::remove(in("b.fspool"));
  }
}

}  // namespace
}  // namespace framespool::e2e
