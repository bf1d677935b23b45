// Real file systems that fill up while a take is recorded and exported: everything up to there is kept bit-exact, the
// message says how much that is and how much room was missing, and nothing partial stands under a final name.
#include <algorithm>
#include <iostream>
#include <optional>
#include <regex>

#include "tests/e2e/support/end_to_end.h"
#include "tests/e2e/support/small_disk.h"

namespace framespool::e2e {
namespace {

constexpr const char* kSize = "640x360";
constexpr std::size_t kFrameBytes = std::size_t{640} * 360 * 4;
constexpr int kFrames = 72;    // 66 MB: more than the largest of the disks holds
constexpr int kPictures = 40;  // of 320x180, to export
constexpr std::size_t kPictureBytes = std::size_t{320} * 180 * 3;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::optional<std::uint64_t> number_in(const std::string& text, const char* pattern) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex(pattern))) return std::nullopt;
  return std::stoull(found[1]);
}

class FullDisk : public EndToEnd, public testing::WithParamInterface<DiskKind> {
 protected:
  void SetUp() override {
    disk_.emplace(GetParam(), in("disk"), in("image"));
    if (!disk_->problem().empty()) GTEST_SKIP() << disk_->problem();
  }
  void TearDown() override { disk_.reset(); }

  [[nodiscard]] std::string on_disk(const std::string& name) const { return (disk_->root() / name).string(); }
  // What lies there and was not there when it was mounted.
  [[nodiscard]] std::vector<std::string> names_on_disk() const {
    std::vector<std::string> names;
    for (const fs::path& file : files_in(disk_->root()))
      if (file.filename() != "lost+found") names.push_back(file.filename());
    return names;
  }
  [[nodiscard]] const char* reason() const {
    return GetParam() == DiskKind::quota_20m ? "disk quota exceeded" : "no space left on device";
  }

  // A row of the table that `scripts/trials disk` shows.
  static void note(std::string_view what, const Finished& stopped) {
    std::string said = stopped.err.substr(0, stopped.err.find('\n'));
    if (const auto at = said.find(": "); at != std::string::npos) said.erase(0, at + 2);  // "framespool: "
    if (const auto at = said.find(": "); at != std::string::npos) said.erase(0, at + 2);  // the file
    std::cout << "row: " << to_string(GetParam()) << " | " << what << " | " << said << '\n';
  }

  std::optional<SmallDisk> disk_;
};

TEST_P(FullDisk, KeepsEveryFrameOfARecordingUpToThere) {
  const std::string whole = record(scenes().front(), kSize, kFrames, "whole.fspool");
  const auto expected = lines_of(framespool({"info", "--hashes", whole}).out);
  ASSERT_EQ(expected.size(), std::size_t{kFrames});
  for (const bool buffered : {false, true})
    for (const char* reserve : {"0", "6M"}) {
      SCOPED_TRACE(testing::Message() << (buffered ? "buffered" : "direct") << ", reserve " << reserve);
      // A quota is no free space of the file system: no reserve of it is ever reached.
      if (GetParam() == DiskKind::quota_20m && *reserve != '0') continue;
      const std::string take = on_disk("a.fspool");
      std::vector<std::string> command{"record", scenes().front(),        "-o",        take,    "--size",  kSize,
                                       "--frames", std::to_string(kFrames), "--reserve", reserve, "--quiet"};
      if (buffered) command.emplace_back("--buffered");
      const auto total = fs::space(disk_->root()).available;
      const Finished stopped = framespool(command);
      expect_error(stopped, 1, {take, *reserve == '0' ? reason() : "free space to be left", "more was needed for the next"});
      note(std::string(buffered ? "record, buffered" : "record") + ", reserve " + reserve, stopped);
      const auto kept = number_in(stopped.err, "([0-9]+) frames are kept");
      ASSERT_TRUE(kept) << stopped.err;
      EXPECT_EQ(number_in(stopped.err, " for all ([0-9]+) that are missing"), kFrames - *kept) << stopped.err;

      const auto hashes = lines_of(framespool({"info", "--hashes", take}).out);
      ASSERT_EQ(hashes.size(), *kept);
      EXPECT_TRUE(std::equal(hashes.begin(), hashes.end(), expected.begin())) << "a frame is another";
      const std::uint64_t room = GetParam() == DiskKind::quota_20m ? 20 << 20 : total;
      const std::uint64_t left = *reserve == '0' ? 0 : 6'000'000;
      EXPECT_GE(*kept, (room - left) * 9 / 10 / kFrameBytes) << "much room was left unused";
      EXPECT_THAT(framespool({"info", take}).out, testing::HasSubstr("complete"));
      expect_success(framespool({"verify", take, "--quiet"}));
      EXPECT_THAT(names_on_disk(), testing::ElementsAre("a.fspool"));
      fs::remove(take);
    }
}

TEST_P(FullDisk, KeepsWholeImagesAndResumeMakesTheRest) {
  const std::string whole = record(scenes().front(), "320x180", kPictures, "whole.fspool");
  const RawTake frames = read_raw_take(whole);
  for (const char* jobs : {"1", "3"}) {
    SCOPED_TRACE(jobs);
    disk_->leave(500'000);
    const std::vector<std::string> command{"export", whole, on_disk("out/"), "--jobs", jobs, "--quiet"};
    const Finished stopped = framespool(command);
    expect_error(stopped, 1, {"out/image-", reason(), "about ", "B more is needed for the ", "--resume"});
    note(std::string("images, jobs ") + jobs, stopped);
    const auto kept = number_in(stopped.err, "the ([0-9]+) pictures before it are kept");
    ASSERT_TRUE(kept) << stopped.err;
    EXPECT_EQ(number_in(stopped.err, "for the ([0-9]+) pictures that are left"), kPictures - *kept) << stopped.err;
    EXPECT_EQ(files_in(disk_->root() / "out").size(), *kept) << "or a temporary file is left";
    EXPECT_THAT(names_on_disk(), testing::ElementsAre("others", "out"));

    const auto expect_exact = [&](std::uint64_t pictures) {
      const Bytes pixels = decode_sequence(disk_->root() / "out", "rgb24");
      ASSERT_EQ(pixels.size(), pictures * kPictureBytes);
      for (std::size_t i = 0; i < pictures; ++i) {
        const Bytes frame = frames.rgb(i);
        ASSERT_TRUE(std::equal(frame.begin(), frame.end(), pixels.begin() + static_cast<std::ptrdiff_t>(i * kPictureBytes))) << i;
      }
    };
    expect_exact(*kept);
    disk_->remove_others();
    auto again = command;
    again.emplace_back("--resume");
    expect_success(framespool(again));
    expect_exact(kPictures);
    fs::remove_all(on_disk("out"));
  }
}

TEST_P(FullDisk, LeavesNothingOfAMovie) {
  const std::string whole = record(scenes().front(), "320x180", kPictures, "whole.fspool");
  disk_->leave(200'000);
  for (const char* name : {"a.mp4", "a.mov", "a.mkv"}) {
    const Finished stopped = framespool({"export", whole, on_disk(name), "--lossless", "--quiet"});
    expect_error(stopped, 1, {name, reason(), "of 40 pictures", "about ", "B more is needed for ", "nothing was kept"});
    note(name, stopped);
    EXPECT_THAT(names_on_disk(), testing::ElementsAre("others"));
  }
  disk_->remove_others();
  expect_success(framespool({"export", whole, on_disk("a.mkv"), "--lossless", "--quiet"}));
}

TEST_P(FullDisk, LeavesNothingOfACutAndSaysWhatItNeeds) {
  const std::string whole = record(scenes().front(), kSize, 12, "whole.fspool");
  disk_->leave(5'000'000);
  const Finished stopped = framespool({"cut", whole, "--range", "0:12", "-o", on_disk("b.fspool"), "--quiet"});
  expect_error(stopped, 1, {"b.fspool", GetParam() == DiskKind::quota_20m ? reason() : "free space to be left", ": about 11.1 MB is needed for the new take", "the old take is untouched"});
  note("cut", stopped);
  EXPECT_THAT(names_on_disk(), testing::ElementsAre("others"));
  if (GetParam() == DiskKind::quota_20m) {
    disk_->remove_others();
  } else {
    // The figure is right: with so much more, and what it is rounded by, it fits; with 200 kB less it does not.
    std::smatch found;
    ASSERT_TRUE(std::regex_search(stopped.err, found, std::regex(", ([0-9.]+) MB more than there is besides the "))) << stopped.err;
    const auto missing = static_cast<std::uint64_t>(std::stod(found[1]) * 1e6);
    disk_->remove_others();
    disk_->leave(5'000'000 + missing - 200'000);
    EXPECT_EQ(framespool({"cut", whole, "--range", "0:12", "-o", on_disk("b.fspool"), "--quiet"}).status, 1);
    disk_->remove_others();
    disk_->leave(5'000'000 + missing + 200'000);
  }
  expect_success(framespool({"cut", whole, "--range", "0:12", "-o", on_disk("b.fspool"), "--quiet"}));
}

INSTANTIATE_TEST_SUITE_P(Real, FullDisk, testing::Values(DiskKind::tmpfs, DiskKind::ext4, DiskKind::quota_20m),
                         [](const auto& test) { return std::string(to_string(test.param)); });

}  // namespace
}  // namespace framespool::e2e
