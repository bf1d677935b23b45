// Tolerant, --strict and --salvage on every kind of damaged take.
#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class DamageModes : public EndToEnd {
 protected:
  std::string five_frames() { return import(flat_frames(5, 8, 8), "8x8"); }
  // Without its end: as if the recorder had been killed after `bytes`.
  std::string cut_at(const std::string& take, std::uint64_t bytes) {
    Bytes content = file_bytes(take);
    content.resize(bytes);
    write("cut.fspool", content);
    return in("cut.fspool");
  }
  void flip(const std::string& take, std::uint64_t offset) {
    Bytes content = file_bytes(take);
    content.at(offset) ^= 1;
    write(fs::path(take).filename().string(), content);
  }
  Finished export_with(const std::string& take, const std::string& mode) {
    fs::remove_all(in("out"));
    std::vector<std::string> command{"export", take, in("out")};
    if (!mode.empty()) command.push_back(mode);
    return framespool(command);
  }
  std::vector<std::string> images() {
    std::vector<std::string> names;
    for (const fs::path& file : files_in(in("out"))) names.push_back(file.filename());
    return names;
  }
};

TEST_F(DamageModes, ATornTailEndsTheExportAndIsReported) {
  const std::string take = five_frames();
  const std::string torn = cut_at(take, read_raw_take(take).frames[3].payload_offset + 100);
  for (const std::string mode : {"", "--salvage"}) {
    const Finished done = export_with(torn, mode);
    expect_success(done);
    EXPECT_THAT(done.err, HasSubstr("interrupted: the take ends with frame 2"));
    EXPECT_THAT(done.err, HasSubstr("4196 bytes behind it"));
    EXPECT_EQ(images().size(), 3u);
  }
  const Finished strict = export_with(torn, "--strict");
  expect_error(strict, 1, {"was interrupted", "repair"});
  EXPECT_FALSE(fs::exists(in("out")));
  expect_success(framespool({"repair", torn, "--quiet"}));
  expect_success(export_with(torn, "--strict"));
}

TEST_F(DamageModes, AnInterruptedTakeWithoutATornFrameIsReportedToo) {
  const std::string take = five_frames();
  const std::string cut = cut_at(take, read_raw_take(take).frames[3].header_offset);
  const Finished done = export_with(cut, "");
  expect_success(done);
  EXPECT_THAT(done.err, HasSubstr("interrupted: the take ends with frame 2"));
  EXPECT_THAT(done.err, Not(HasSubstr("bytes behind it")));
  expect_error(export_with(cut, "--strict"), 1, {"was interrupted"});
}

TEST_F(DamageModes, AWrongPayloadStopsAllButSalvage) {
  const std::string take = five_frames();
  flip(take, read_raw_take(take).frames[2].payload_offset + 9);
  for (const std::string mode : {"", "--strict"}) {
    const Finished stopped = export_with(take, mode);
    EXPECT_EQ(stopped.status, 1);
    EXPECT_THAT(stopped.err, HasSubstr("frame 2 is damaged"));
    EXPECT_THAT(stopped.err, HasSubstr("--salvage"));
    EXPECT_EQ(images().size(), 2u) << "those before it are kept";
  }
  const Finished salvaged = export_with(take, "--salvage");
  expect_success(salvaged);
  EXPECT_THAT(salvaged.err, HasSubstr("frame 2 is damaged and was left out"));
  EXPECT_THAT(images(),
              testing::ElementsAre("image-0000.png", "image-0001.png", "image-0003.png", "image-0004.png"));
  const std::vector<std::uint8_t> third = decode(in("out/image-0003.png"), "rgb24");
  EXPECT_EQ(third, read_raw_take(take).rgb(3));
}

TEST_F(DamageModes, AWrongHeaderCostsItsFrameAndIsNamed) {
  const std::string take = five_frames();
  const RawTake whole = read_raw_take(take);
  flip(take, whole.frames[1].header_offset + 60);
  flip(take, whole.frames[2].header_offset + 60);
  for (const std::string mode : {"", "--strict"}) EXPECT_EQ(export_with(take, mode).status, 1);
  const Finished salvaged = export_with(take, "--salvage");
  expect_success(salvaged);
  EXPECT_THAT(salvaged.err, HasSubstr("frames 1, 2 are damaged and were left out"));
  EXPECT_THAT(images(), testing::ElementsAre("image-0000.png", "image-0003.png", "image-0004.png"));
}

TEST_F(DamageModes, AWrongFileHeaderIsAnErrorOnlyStrictly) {
  const std::string take = five_frames();
  flip(take, 200);
  expect_success(export_with(take, ""));
  EXPECT_EQ(images().size(), 5u);
  expect_error(export_with(take, "--strict"), 1, {"file header"});
}

TEST_F(DamageModes, AMovieOfATakeWithDamageIsMadeWholeOrNotAtAll) {
  const std::string take = five_frames();
  flip(take, read_raw_take(take).frames[2].payload_offset + 9);
  EXPECT_EQ(framespool({"export", take, in("a.mp4"), "--quiet"}).status, 1);
  EXPECT_FALSE(fs::exists(in("a.mp4")));
  expect_success(framespool({"export", take, in("a.mp4"), "--salvage", "--quiet"}));
  EXPECT_EQ(count_pictures(in("a.mp4")), 4u);
}

TEST_F(DamageModes, ATakeCutOffInItsFirstPageIsNoTakeButCanBeRemoved) {
  const std::string take = five_frames();
  for (const std::uint64_t bytes : {1u, 8u, 4095u}) {
    const std::string stub = cut_at(take, bytes);
    expect_error(framespool({"info", stub}), 2, {"not a take", "cut off"});
    expect_error(framespool({"export", stub, in("out")}), 2, {"not a take"});
    expect_success(framespool({"takes", "remove", stub}));
  }
  write("other", std::string("not a take at all"));
  expect_error(framespool({"takes", "remove", in("other")}), 2, {"not a take"});
  EXPECT_TRUE(fs::exists(in("other")));
}

}  // namespace
}  // namespace framespool::e2e
