// A limit on file sizes, which is a full disk that needs no rights: everything up to there is kept, nothing partial stands
// under a final name. full_disk_test.cpp has the real ones.
#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;

// write() fails with EFBIG, once SIGXFSZ is ignored.
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
    std::vector<std::string> command{"record",  scenes().front(), "-o", take,     "--size",
                                     "320x180", "--frames",       "60", "--quiet"};
    if (buffered) command.emplace_back("--buffered");
    // Less than the memory of the slots, which is a file as well for the limit.
    expect_error(framespool(command, limited(5'000'000)), 1,
                 {take, "limit on file sizes", " frames are kept", "more was needed for the next"});
    const RawTake kept = read_raw_take(take);
    EXPECT_GE(kept.frames.size(), 19u);  // 234,496 bytes each
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
        1, {"a" + ending, "limit on file sizes", "of 30 pictures", "more is needed", "nothing was kept"});
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
  expect_error(framespool({"export", take, in("images"), "--quiet"}, limited(8'000)), 1,
               {"images", "limit on file sizes", "more is needed for the next picture", "the 1 picture before it is kept"});
  const auto files = files_in(in("images"));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].filename(), "image-0000.png");
  EXPECT_EQ(pngcheck(files[0]), "");
}

}  // namespace
}  // namespace framespool::e2e
