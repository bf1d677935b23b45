// --memory-report and FRAMESPOOL_BREAK_ALLOC: what the program says about its own memory.
#include <algorithm>
#include <csignal>
#include <map>
#include <sstream>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;
using testing::Key;
using testing::Not;

constexpr std::uint64_t kPage = 4096;

struct Line {
  std::uint64_t live = 0, peak = 0, count = 0, live_blocks = 0;
  friend bool operator==(const Line&, const Line&) = default;
};
using Report = std::map<std::string, Line>;

Report parse(const std::string& err) {
  Report report;
  std::istringstream lines(err);
  bool in_table = false;
  for (std::string text; std::getline(lines, text);) {
    std::istringstream fields(text);
    std::string tag;
    Line line;
    if (text.starts_with("memory, bytes"))
      in_table = true;
    else if (in_table && (fields >> tag >> line.live >> line.peak >> line.count >> line.live_blocks))
      report[tag] = line;
  }
  return report;
}

class MemoryReport : public EndToEnd {
 protected:
  Report report_of(std::vector<std::string> command) {
    command.insert(command.end(), {"--memory-report", "--quiet"});
    const Finished done = framespool(std::move(command));
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_THAT(done.err, HasSubstr("nothing leaked"));
    EXPECT_THAT(done.err, Not(HasSubstr("not released")));
    return parse(done.err);
  }
  static std::uint64_t in_pages(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }
};

TEST_F(MemoryReport, AnExportHoldsOneFrameHoweverManyThereAre) {
  const std::string take = record(scenes().front(), "50x30", 40);
  for (const std::string output : {"images", "a.mp4", "a.mkv"}) {
    const Report report = report_of({"export", take, in(output)});
    ASSERT_THAT(report, testing::Contains(Key("export.frame"))) << output;
    EXPECT_EQ(report.at("export.frame"), (Line{0, in_pages(50 * 30 * 4), 1, 0})) << output;
  }
}

TEST_F(MemoryReport, SaysWhatImagesTake) {
  const std::string take = record(scenes().front(), "50x30", 5);
  const Report report = report_of({"export", take, in("images"), "--jobs", "2"});
  for (const char* const tag : {"export.frame", "png.pixels", "png.stream", "png.libpng"})
    EXPECT_THAT(report, testing::Contains(Key(tag)));
  EXPECT_EQ(report.at("png.libpng").count, 2u) << "one for each thread";
}

TEST_F(MemoryReport, SaysHowMuchTheFramesNeededForAMoment) {
  const std::string take = record(scenes().front(), "50x30", 5);
  const Finished images = framespool({"export", take, in("images"), "--jobs", "2", "--memory-report"});
  EXPECT_THAT(images.err, testing::ContainsRegex("scratch: png.scratch held at most [1-9][0-9]* bytes at once, "
                                                 "drained 5 times"));
  const Finished movie = framespool({"export", take, in("a.mp4"), "--memory-report"});
  EXPECT_THAT(movie.err, HasSubstr("scratch: movie.scratch held at most 0 bytes at once, drained 5 times"))
      << "frames of one size need nothing but their picture";
}

TEST_F(MemoryReport, SaysWhatLibdeflateTakesWhereItIsUsed) {
  const std::string take = record(scenes().front(), "50x30", 5);
  const Report report = report_of({"export", take, in("images"), "--png", "small", "--jobs", "1"});
  ASSERT_THAT(report, testing::Contains(Key("png.deflate")));
  EXPECT_EQ(report.at("png.deflate").count, 1u);
}

TEST_F(MemoryReport, AMovieTakesTwoPicturesBesideTheFrame) {
  const std::string take = record(scenes().front(), "64x32", 30);
  const Report report = report_of({"export", take, in("a.mp4")});
  ASSERT_THAT(report, testing::Contains(Key("export.picture")));
  EXPECT_EQ(report.at("export.picture").count, 2u);
}

TEST_F(MemoryReport, ARecordingSaysWhatItsSlotsTake) {
  const Report report =
      report_of({"record", scenes().front(), "-o", in("b.fspool"), "--size", "64x32", "--frames", "5"});
  ASSERT_THAT(report, testing::Contains(Key("capture.slots")));
  EXPECT_EQ(report.at("capture.slots").count, 1u);
  EXPECT_GE(report.at("capture.slots").peak, 64u * 32 * 4);
}

TEST_F(MemoryReport, IsTheSameFromRunToRun) {
  const std::string take = record(scenes().front(), "64x32", 10);
  for (const std::string output : {"images", "a.mp4"}) {
    const std::vector<std::string> command{"export", take, in(output), "--overwrite", "--jobs", "3"};
    EXPECT_EQ(report_of(command), report_of(command)) << output;
  }
}

TEST_F(MemoryReport, ComesAlsoWhenTheExportFails) {
  const std::string take = record(scenes().front(), "64x32", 3);
  const Finished done = framespool({"export", take, in("missing") + "/a/b.mp4", "--memory-report"});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, HasSubstr("nothing leaked"));
}

TEST_F(MemoryReport, TheProgramStopsAtTheAllocationAskedFor) {
  const std::string take = record(scenes().front(), "64x32", 3);
  RunOptions options;
  options.environment = {"FRAMESPOOL_BREAK_ALLOC=export.frame:1"};
  EXPECT_EQ(framespool({"export", take, in("images")}, options).signal, SIGTRAP);
  options.environment = {"FRAMESPOOL_BREAK_ALLOC=capture.slots:1"};
  EXPECT_EQ(framespool({"record", scenes().front(), "-o", in("b.fspool"), "--size", "64x32", "--frames", "5"}, options).signal,
            SIGTRAP);
}

TEST_F(MemoryReport, TheProgramDoesNotStopAtAnAllocationThatNeverComes) {
  const std::string take = record(scenes().front(), "64x32", 3);
  RunOptions options;
  options.environment = {"FRAMESPOOL_BREAK_ALLOC=export.frame:2"};
  EXPECT_EQ(framespool({"export", take, in("images")}, options).status, 0);
}

}  // namespace
}  // namespace framespool::e2e
