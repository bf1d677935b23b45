#include "encode/take_source.h"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "cache/take_writer.h"
#include "encode/make_export.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using test::names_in;
using test::patterned;
using test::Picture;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

// Writes `count` bottom-up frames of patterned().
void record(const std::filesystem::path& path, std::uint64_t count, std::uint32_t dropped_before_last = 0) {
  TakeWriterOptions options;
  options.path = path;
  options.info.rate = {60, 1};
  options.reserve_bytes = 0;
  options.first_payload_bytes = 16 * 8 * 4;
  auto writer = TakeWriter::create(options);
  ASSERT_TRUE(writer) << writer.error().line();
  for (std::uint64_t k = 0; k < count; ++k) {
    const Picture picture = patterned(16, 8, k);
    auto slot = (*writer)->acquire(picture.pixels.size(), TakeWriter::Wait::yes);
    ASSERT_TRUE(slot && *slot);
    for (std::size_t y = 0; y < 8; ++y)
      std::memcpy((*slot)->payload().data() + y * 64, picture.pixels.data() + (7 - y) * 64, 64);
    FrameInfo info;
    info.presented = k;
    info.pts_ns = step_time_ns(k, {60, 1});
    info.rate = {60, 1};
    info.width = 16;
    info.height = 8;
    info.stride_bytes = 64;
    info.payload_bytes = picture.pixels.size();
    if (k + 1 == count) info.dropped_before = dropped_before_last;
    ASSERT_TRUE((*writer)->commit(std::move(**slot), info));
  }
  ASSERT_TRUE((*writer)->finish());
}

// Changes one byte of the pixels of frame `k`.
void spoil(const std::filesystem::path& path, std::uint64_t k) {
  const Picture picture = patterned(16, 8, k);
  const std::string row(reinterpret_cast<const char*>(picture.pixels.data()), 64);
  std::string file = test::read_text(path);
  const std::size_t at = file.find(row);
  ASSERT_NE(at, std::string::npos);
  file[at + 5] = static_cast<char>(file[at + 5] ^ 1);
  test::write_text(path, file);
}

std::vector<std::uint64_t> indices_of(FrameSource& source) {
  std::vector<std::uint64_t> indices;
  FrameBuffer buffer;
  while (true) {
    const auto frame = source.next_frame(buffer);
    EXPECT_TRUE(frame) << frame.error().line();
    if (!frame || !*frame) return indices;
    indices.push_back((*frame)->index);
  }
}

TEST(TakeSource, GivesEveryFrameOnceWithTheNextOnesTime) {
  const TempFolder folder;
  record(folder / "a.fspool", 3);
  const auto source = TakeSource::open(folder / "a.fspool", {});
  ASSERT_TRUE(source) << source.error().line();
  const auto info = (*source)->begin();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->frames, 3u);
  EXPECT_EQ(info->end_pts_ns, step_time_ns(2, {60, 1}) + step_time_ns(1, {60, 1}));
  FrameBuffer buffer;
  for (std::uint64_t k = 0; k < 3; ++k) {
    const auto frame = (*source)->next_frame(buffer);
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ((*frame)->index, k);
    EXPECT_EQ((*frame)->next_pts_ns.has_value(), k < 2);
    const Picture picture = patterned(16, 8, k);
    EXPECT_EQ(std::memcmp(buffer.data(), picture.pixels.data() + 7 * 64, 64), 0)
        << "the last row comes first";
  }
  EXPECT_FALSE((*source)->next_frame(buffer).value().has_value());
}

TEST(TakeSource, GivesTheRangeAndLooksBeyondItForTheTime) {
  const TempFolder folder;
  record(folder / "a.fspool", 5);
  ExportOptions options;
  options.range = FrameRange{1, 3};
  const auto source = TakeSource::open(folder / "a.fspool", options);
  ASSERT_TRUE(source);
  const auto info = (*source)->begin();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->first_index, 1u);
  EXPECT_EQ(info->end_pts_ns, step_time_ns(3, {60, 1}));
  EXPECT_THAT(indices_of(**source), ElementsAre(1, 2));
}

TEST(TakeSource, RefusesARangeOutsideTheTake) {
  const TempFolder folder;
  record(folder / "a.fspool", 5);
  for (const FrameRange range : {FrameRange{0, 6}, FrameRange{5, 6}, FrameRange{3, 3}, FrameRange{4, 2}}) {
    ExportOptions options;
    options.range = range;
    const auto source = TakeSource::open(folder / "a.fspool", options);
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().kind, ErrorKind::usage);
    EXPECT_THAT(source.error().line(), HasSubstr("0:5"));
  }
}

TEST(TakeSource, RefusesWhatIsNoTake) {
  const TempFolder folder;
  test::write_text(folder / "b.fspool", "no take at all");
  EXPECT_EQ(TakeSource::open(folder / "b.fspool", {}).error().kind, ErrorKind::usage);
  EXPECT_EQ(TakeSource::open(folder / "missing.fspool", {}).error().kind, ErrorKind::usage);
}

TEST(TakeSource, StopsAtADamagedFrameAndNamesTheWayOut) {
  const TempFolder folder;
  record(folder / "a.fspool", 5);
  spoil(folder / "a.fspool", 1);
  const auto source = TakeSource::open(folder / "a.fspool", {});
  ASSERT_TRUE(source) << source.error().line();
  ASSERT_TRUE((*source)->begin());
  FrameBuffer buffer;
  ASSERT_TRUE((*source)->next_frame(buffer));
  const auto damaged = (*source)->next_frame(buffer);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind, ErrorKind::damaged);
  EXPECT_THAT(damaged.error().line(), HasSubstr("--salvage"));
}

TEST(TakeSource, LeavesDamagedFramesOutWhenSalvaging) {
  const TempFolder folder;
  record(folder / "a.fspool", 5);
  spoil(folder / "a.fspool", 1);
  ExportOptions options;
  options.salvage = true;
  const auto job = make_export(folder / "a.fspool", (folder / "out").string(), options);
  ASSERT_TRUE(job) << job.error().line();
  (*job)->start();
  const auto summary = (*job)->wait();
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_EQ(summary->frames_damaged, 1u);
  EXPECT_EQ(summary->sink.pictures, 4u);
  EXPECT_THAT(summary->sink.notes, ElementsAre("frame 1 is damaged and was left out"));
  EXPECT_THAT(names_in(folder / "out"),
              ElementsAre("image-0000.png", "image-0002.png", "image-0003.png", "image-0004.png"));
}

TEST(TakeSource, SaysWhichFramesAreMissingInAFewWords) {
  const TempFolder folder;
  record(folder / "a.fspool", 12);
  for (const std::uint64_t frame : {1, 4, 5, 7, 8, 9, 11}) spoil(folder / "a.fspool", frame);
  ExportOptions options;
  options.salvage = true;
  const auto job = make_export(folder / "a.fspool", (folder / "out").string(), options);
  ASSERT_TRUE(job);
  const auto summary = (*job)->wait();
  ASSERT_TRUE(summary) << summary.error().line();
  EXPECT_EQ(summary->frames_damaged, 7u);
  EXPECT_THAT(summary->sink.notes, ElementsAre("frames 1, 4, 5, 7 to 9, 11 are damaged and were left out"));
}

TEST(TakeSource, StrictlyRefusesDroppedFrames) {
  const TempFolder folder;
  record(folder / "a.fspool", 3, 2);
  for (const bool strict : {false, true}) {
    ExportOptions options;
    options.strict = strict;
    const auto job = make_export(folder / "a.fspool", (folder / (strict ? "s" : "t")).string(), options);
    ASSERT_TRUE(job);
    (*job)->start();
    const auto summary = (*job)->wait();
    EXPECT_EQ(summary.has_value(), !strict);
    if (strict) {
      EXPECT_THAT(summary.error().line(), HasSubstr("2 frames were dropped before frame 2"));
    }
  }
}

TEST(MakeExport, OfARangeKeepsTheTakesNumbers) {
  const TempFolder folder;
  record(folder / "a.fspool", 5);
  ExportOptions options;
  options.range = FrameRange{2, 4};
  const auto job = make_export(folder / "a.fspool", (folder / "out").string(), options);
  ASSERT_TRUE(job);
  (*job)->start();
  ASSERT_TRUE((*job)->wait());
  EXPECT_THAT(names_in(folder / "out"), ElementsAre("image-0002.png", "image-0003.png"));
}

TEST(MakeExport, ChecksBeforeAnythingIsReadOrMade) {
  const TempFolder folder;
  record(folder / "a.fspool", 1);
  ExportOptions options;
  options.codec = "libnothere";
  EXPECT_FALSE(make_export(folder / "a.fspool", (folder / "a.mp4").string(), options));
  EXPECT_FALSE(make_export(folder / "a.fspool", (folder / "a.avi").string(), {}));
  EXPECT_FALSE(make_export(folder / "missing", (folder / "out").string(), {}));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.fspool"));
}

}  // namespace
}  // namespace framespool
