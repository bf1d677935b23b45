// Several programs on one take: real processes, each a framespool of its own.
#include <csignal>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;

class TwoPrograms : public EndToEnd {
 protected:
  static std::size_t images(const fs::path& folder) {
    std::size_t count = 0;
    for (const fs::path& file : files_in(folder)) count += file.extension() == ".png";
    return count;
  }
  static std::size_t frames(const std::string& take) {
    return fs::exists(take) ? read_raw_take(take).frames.size() : 0;
  }
  [[nodiscard]] std::vector<std::string> record_live(const std::string& take) const {
    return framespool_command(
        {"record", scenes().front(), "-o", take, "--size", "64x48", "--realtime", "--quiet"});
  }
  void expect_sequence_of(const std::string& take, const fs::path& folder) {
    const RawTake raw = read_raw_take(take);
    EXPECT_EQ(images(folder), raw.frames.size());
    const Bytes decoded = decode_sequence(folder, "rgb24");
    Bytes expected;
    for (std::size_t k = 0; k < raw.frames.size(); ++k) {
      const auto rgb = raw.rgb(k);
      expected.insert(expected.end(), rgb.begin(), rgb.end());
    }
    EXPECT_TRUE(decoded == expected);
  }
};

TEST_F(TwoPrograms, NeverRecordOneTake) {
  const std::string take = in("a.fspool");
  Running first(record_live(take), {});
  ASSERT_TRUE(first.until([&] { return frames(take) >= 3; }));
  expect_error(framespool({"record", "-o", take, "--frames", "2", "--quiet"}), 2, {take});
  expect_error(framespool({"record", "-o", take, "--frames", "2", "--overwrite", "--quiet"}), 2,
               {take, "in use"});
  write("raw frames", flat_frames(2, 4, 4));
  expect_error(
      framespool({"import", in("raw frames"), "-o", take, "--size", "4x4", "--overwrite", "--quiet"}), 2,
      {take, "in use"});
  expect_error(framespool({"repair", take, "--quiet"}), 2, {take, "being recorded"});
  const std::size_t before = frames(take);
  ASSERT_TRUE(first.until([&] { return frames(take) > before; }));
  first.send(SIGINT);
  expect_success(first.wait());
  expect_success(framespool({"verify", take, "--quiet"}));
}

// Many at once, so that they meet in the moments in which the file is made.
TEST_F(TwoPrograms, OfManyRecordersOneWins) {
  const std::string take = in("a.fspool");
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<Running>> recorders;
    for (int i = 0; i < 4; ++i)
      recorders.push_back(std::make_unique<Running>(
          framespool_command({"record", "-o", take, "--frames", "20", "--size", "32x32", "--quiet"}),
          RunOptions{}));
    int won = 0;
    for (const auto& recorder : recorders) {
      const Finished done = recorder->wait();
      won += done.status == 0;
      EXPECT_TRUE(done.status == 0 || done.status == 2) << done.err;
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(frames(take), 20u);
    expect_success(framespool({"verify", take, "--quiet"}));
    fs::remove(take);
  }
}

TEST_F(TwoPrograms, AnExportSeesTheFramesThatAreFinished) {
  const std::string take = in("a.fspool");
  Running recording(record_live(take), {});
  ASSERT_TRUE(recording.until([&] { return frames(take) >= 5; }));
  const std::size_t before = frames(take);
  expect_success(framespool({"export", take, in("out"), "--quiet"}));
  const std::size_t after = frames(take);
  EXPECT_GE(images(in("out")), before);
  EXPECT_LE(images(in("out")), after);
  EXPECT_TRUE(recording.until([&] { return frames(take) > images(in("out")); })) << "the recording goes on";
  recording.send(SIGINT);
  expect_success(recording.wait());
}

TEST_F(TwoPrograms, AnExportFollowsToTheEnd) {
  const std::string take = in("a.fspool");
  for (const std::string output : {"out", "a.mp4"}) {
    Running recording(record_live(take), {});
    ASSERT_TRUE(recording.until([&] { return frames(take) >= 3; }));
    Running following(framespool_command({"export", take, in(output), "--follow", "--progress", "json"}), {});
    // It goes on with frames that were not there when it began.
    const std::size_t seen = frames(take);
    ASSERT_TRUE(recording.until([&] { return frames(take) > seen + 20; }));
    recording.send(SIGINT);
    expect_success(recording.wait());
    const Finished done = following.wait();
    expect_success(done);
    // No share of a total that nobody knows, until it is known.
    EXPECT_EQ(done.err.substr(0, done.err.find('\n')).find("\"total\""), std::string::npos) << done.err;
    EXPECT_THAT(done.err, HasSubstr("\"percent\": 100"));
    if (output == "out")
      expect_sequence_of(take, in(output));
    else  // as many as its time has at the nominal rate, however many a slow machine dropped
      EXPECT_NEAR(static_cast<double>(count_pictures(in(output))),
                  1.0 + static_cast<double>(read_raw_take(take).frames.back().pts_ns) * 60e-9, 1.0);
    fs::remove(take);
  }
}

TEST_F(TwoPrograms, AnExportThatFollowsEndsWhenTheRecorderDies) {
  const std::string take = in("a.fspool");
  Running recording(record_live(take), {});
  ASSERT_TRUE(recording.until([&] { return frames(take) >= 3; }));
  Running following(framespool_command({"export", take, in("out"), "--follow"}), {});
  ASSERT_TRUE(following.until([&] { return images(in("out")) >= 3; }));
  recording.send(SIGKILL);
  recording.wait();
  const Finished done = following.wait();
  expect_success(done);
  EXPECT_THAT(done.err, HasSubstr("interrupted: the take ends with frame"));
  expect_sequence_of(take, in("out"));
}

TEST_F(TwoPrograms, AnExportThatWaitsGoesOnAndCanBeStopped) {
  const std::string take = in("a.fspool");
  Running recording(record_live(take), {});
  ASSERT_TRUE(recording.until([&] { return frames(take) >= 3; }));
  recording.send(SIGSTOP);
  Running following(framespool_command({"export", take, in("out"), "--follow", "--quiet"}), {});
  // All but the last: where that ends in time is not known yet.
  ASSERT_TRUE(following.until([&] { return images(in("out")) + 1 >= frames(take); }));
  const std::size_t waiting_at = images(in("out"));
  EXPECT_LT(waiting_at, frames(take));
  recording.send(SIGCONT);
  ASSERT_TRUE(following.until([&] { return images(in("out")) > waiting_at + 3; }));
  recording.send(SIGSTOP);
  following.send(SIGINT);
  const Finished stopped = following.wait();
  expect_error(stopped, 130, {"Ctrl-C"});
  recording.send(SIGCONT);
  recording.send(SIGINT);
  expect_success(recording.wait());
  // And what it did goes on as any other.
  expect_success(framespool({"export", take, in("out"), "--resume", "--quiet"}));
  expect_sequence_of(take, in("out"));
}

TEST_F(TwoPrograms, AFollowedRangeEndsByItself) {
  const std::string take = in("a.fspool");
  Running recording(record_live(take), {});
  ASSERT_TRUE(recording.until([&] { return frames(take) >= 2; }));
  expect_success(framespool({"export", take, in("out"), "--follow", "--range", "10:20", "--quiet"}));
  EXPECT_EQ(images(in("out")), 10u);
  EXPECT_TRUE(fs::exists(in("out/image-0010.png")));
  Running beyond(framespool_command({"export", take, in("beyond"), "--follow", "--range", "0:1000000"}), {});
  ASSERT_TRUE(beyond.until([&] { return images(in("beyond")) >= 1; }));
  recording.send(SIGINT);
  expect_success(recording.wait());
  const Finished done = beyond.wait();
  expect_success(done);
  EXPECT_THAT(done.err, HasSubstr("before the range did"));
  expect_sequence_of(take, in("beyond"));
}

TEST_F(TwoPrograms, FollowingAFinishedTakeIsAnExport) {
  const std::string take = import(flat_frames(4, 4, 4), "4x4");
  expect_success(framespool({"export", take, in("out"), "--follow", "--quiet"}));
  EXPECT_EQ(images(in("out")), 4u);
}

TEST_F(TwoPrograms, ATakeInUseIsNotRemoved) {
  const std::string take = in("a.fspool");
  {
    Running recording(record_live(take), {});
    ASSERT_TRUE(recording.until([&] { return frames(take) >= 3; }));
    expect_error(framespool({"takes", "remove", take}), 2, {take, "being recorded"});
    RunOptions cache;
    cache.environment = {"FRAMESPOOL_CACHE=" + folder().string()};
    framespool({"takes", "clean", "--yes"}, cache);
    EXPECT_TRUE(fs::exists(take));
    Running reading(framespool_command({"export", take, in("out"), "--follow", "--quiet"}), {});
    ASSERT_TRUE(reading.until([&] { return images(in("out")) >= 1; }));
    recording.send(SIGKILL);
    recording.wait();
    reading.wait();
  }
  // Read by a program whose own reader has had enough for a while.
  const std::string whole = record(scenes().front(), "320x180", 60, "b.fspool");
  Running reading({"sh", "-c", "\"$0\" export \"$1\" - --quiet | { head -c 9 >\"$2\"; sleep 2; }",
                   FRAMESPOOL_PROGRAM, whole, in("started")},
                  {});
  ASSERT_TRUE(reading.until([&] { return fs::exists(in("started")) && fs::file_size(in("started")) == 9; }));
  expect_error(framespool({"takes", "remove", whole}), 2, {"being read by another program"});
  EXPECT_TRUE(fs::exists(whole));
  reading.wait();
  expect_success(framespool({"takes", "remove", whole}));
}

}  // namespace
}  // namespace framespool::e2e
