// A disk that fills up: everything up to there is kept, nothing partial stands under a final name.
#include <sys/mount.h>

#include <cerrno>
#include <cstring>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;

// A file size limit is a full disk that needs no rights: write() fails with EFBIG.
class NoSpace : public EndToEnd {
 protected:
  static RunOptions limited(std::uint64_t bytes) {
    RunOptions options;
    options.file_size_limit = bytes;
    return options;
  }
};

TEST_F(NoSpace, WhileRecordingKeepsEveryFrame) {
  for (const bool buffered : {false, true}) {
    const std::string take = in(buffered ? "b.fspool" : "a.fspool");
    std::vector<std::string> command{"record",   scenes().front(), "-o", take,     "--size",
                                     "1280x720", "--frames",       "60", "--quiet"};
    if (buffered) command.emplace_back("--buffered");
    // The limit holds for the slots as well, which are a file in memory of 64 MiB.
    expect_error(framespool(command, limited(80'000'000)), 1, {take, "room", "kept"});
    const RawTake kept = read_raw_take(take);
    EXPECT_GE(kept.frames.size(), 18u);  // 3.7 MB each
    EXPECT_LE(kept.frames.size(), 21u);
    EXPECT_TRUE(kept.has_end_block);
    expect_success(framespool({"verify", take}));
    EXPECT_THAT(framespool({"info", take}).out, HasSubstr("complete"));
  }
}

TEST_F(NoSpace, TheReserveStopsARecording) {
  const Finished done = framespool({"record", scenes().front(), "-o", in("a.fspool"), "--size", "64x48",
                                    "--frames", "10", "--reserve", "1000T", "--quiet"});
  expect_error(done, 1, {"a.fspool"});
}

TEST_F(NoSpace, WhileExportingAMovieLeavesNothing) {
  const std::string take = record(scenes().front(), "320x180", 30);
  for (const std::string ending : {".mp4", ".mov", ".mkv"}) {
    expect_error(framespool({"export", take, in("movie/") + "a" + ending, "--quiet"}), 2,
                 {"a" + ending, "there is no folder", "create it first"});
    fs::create_directory(in("movie"));
    expect_error(
        framespool({"export", take, in("movie/") + "a" + ending, "--lossless", "--quiet"}, limited(20'000)),
        1, {"a" + ending});
    EXPECT_TRUE(files_in(in("movie")).empty());
    fs::remove(in("movie"));
  }
}

TEST_F(NoSpace, WhileExportingImagesLeavesWholeOnes) {
  // Noise does not compress: the second image is the first that is too large.
  Bytes pixels(64 * 64 * 4 * 3, 7);
  std::uint32_t state = 1;
  for (std::size_t at = 64 * 64 * 4; at < pixels.size(); ++at)
    pixels[at] = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  const std::string take = import(pixels, "64x64");
  expect_error(framespool({"export", take, in("images"), "--quiet"}, limited(8'000)), 1, {"images"});
  const auto files = files_in(in("images"));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].filename(), "image-0000.png");
  EXPECT_EQ(pngcheck(files[0]), "");
}

// The real thing, where this user may mount.
TEST_F(NoSpace, OnAFullFileSystem) {
  const std::string disk = in("disk");
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4m") != 0)
    GTEST_SKIP() << "mounting needs rights: " << std::strerror(errno);
  expect_error(framespool({"record", scenes().front(), "-o", disk + "/a.fspool", "--size", "320x180",
                           "--frames", "100", "--reserve", "0", "--quiet"}),
               1, {"a.fspool", "room"});
  expect_success(framespool({"verify", disk + "/a.fspool", "--quiet"}));
  EXPECT_GE(read_raw_take(disk + "/a.fspool").frames.size(), 10u);
  const std::string take = record(scenes().back(), "320x180", 60);
  expect_error(framespool({"export", take, disk + "/a.mkv", "--lossless", "--quiet"}), 1, {"a.mkv"});
  EXPECT_EQ(files_in(disk).size(), 1u);
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

}  // namespace
}  // namespace framespool::e2e
