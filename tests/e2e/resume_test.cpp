// An image export that was killed, cancelled or out of room goes on, and ends as if nothing had happened.
#include <sys/mount.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <random>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;
using testing::Not;

class Resume : public EndToEnd {
 protected:
  using Sequence = std::map<std::string, Bytes>;
  static Sequence sequence(const fs::path& folder) {
    Sequence all;
    for (const fs::path& file : files_in(folder)) all[file.filename()] = file_bytes(file);
    return all;
  }
  static std::size_t images(const fs::path& folder) {
    std::size_t count = 0;
    for (const fs::path& file : files_in(folder)) count += file.extension() == ".png";
    return count;
  }
};

TEST_F(Resume, AfterKillNineAtRandomMoments) {
  const std::string take = record(scenes().front(), "320x180", 60);
  std::mt19937 random(20251121);
  const std::vector<std::vector<std::string>> kinds{
      {}, {"--jobs", "1"}, {"--range", "10:50"}, {"--fps", "90", "--alpha"}, {"--speed", "2"}};
  std::size_t interrupted = 0;
  for (const auto& kind : kinds) {
    const Sequence whole = sequence(export_to(take, "whole", kind));
    for (int trial = 0; trial < 2; ++trial) {
      std::vector<std::string> command{"export", take, in("out"), "--quiet"};
      command.insert(command.end(), kind.begin(), kind.end());
      command.emplace_back("--resume");
      std::size_t before = 0;
      // Killed over and over, each time going on where the last one was.
      for (int kill = 0; kill < 2; ++kill) {
        Running exporting(framespool_command(command), {});
        const std::size_t wanted = before + random() % 12;
        exporting.until([&] { return images(in("out")) > wanted; });
        exporting.send(SIGKILL);
        interrupted += exporting.wait().signal == SIGKILL;
        EXPECT_GE(images(in("out")), before) << "an image was taken away";
        before = images(in("out"));
      }
      expect_success(framespool(command));
      EXPECT_EQ(sequence(in("out")), whole);
      fs::remove_all(in("out"));
    }
    fs::remove_all(in("whole"));
  }
  EXPECT_GE(interrupted, 10u);
}

TEST_F(Resume, AfterCtrlC) {
  const std::string take = record(scenes().front(), "640x360", 60);
  const Sequence whole = sequence(export_to(take, "whole"));
  Running exporting(framespool_command({"export", take, in("out"), "--quiet"}), {});
  exporting.until([&] { return images(in("out")) > 5; });
  exporting.send(SIGINT);
  EXPECT_EQ(exporting.wait().status, 130);
  const std::size_t kept = images(in("out"));
  const Finished done = framespool({"export", take, in("out"), "--resume"});
  expect_success(done);
  EXPECT_THAT(done.err, HasSubstr(std::to_string(kept) + " of 60 images were there already"));
  EXPECT_EQ(sequence(in("out")), whole);
}

TEST_F(Resume, AfterAFullDisk) {
  const std::string take = record(scenes().front(), "320x180", 40);
  const Sequence whole = sequence(export_to(take, "whole"));
  const std::string disk = in("disk");
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "mounting needs rights: " << std::strerror(errno);
  expect_error(framespool({"export", take, disk + "/out", "--quiet"}), 1, {"out", "--resume"});
  EXPECT_GE(images(disk + "/out"), 1u);
  EXPECT_EQ(::mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=100m"), 0) << std::strerror(errno);
  expect_success(framespool({"export", take, disk + "/out", "--resume", "--quiet"}));
  EXPECT_EQ(sequence(disk + "/out"), whole);
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(Resume, LeavesImagesOfAnotherTakeAlone) {
  const std::string take = import(flat_frames(6, 8, 8), "8x8"),
                    other = record(scenes().front(), "8x8", 6, "b.fspool");
  export_to(other, "out");
  fs::remove(in("out/image-0005.png"));
  const Sequence before = sequence(in("out"));
  expect_error(framespool({"export", take, in("out"), "--resume", "--quiet"}), 2,
               {"image-0000.png", "something else", "--overwrite"});
  EXPECT_EQ(sequence(in("out")), before);
}

TEST_F(Resume, IsRefusedForMovies) {
  const std::string take = import(flat_frames(2, 8, 8), "8x8");
  for (const std::string output : {"a.mp4", "a.mov", "a.mkv"})
    expect_error(framespool({"export", take, in(output), "--resume"}), 2, {"--resume", "images"});
}

TEST_F(Resume, IsWhatARefusalPointsTo) {
  const std::string take = import(flat_frames(3, 8, 8), "8x8");
  export_to(take, "out");
  fs::remove(in("out/image-0002.png"));
  expect_error(framespool({"export", take, in("out")}), 2,
               {"already holds 2 images, image-0000.png to image-0001.png", "--resume"});
}

TEST_F(Resume, NamesAPatternAsItWasTyped) {
  const std::string take = import(flat_frames(3, 8, 8), "8x8");
  RunOptions here;
  here.directory = folder();
  const Finished done = framespool({"export", take, "shot-%03d.png"}, here);
  expect_success(done);
  EXPECT_EQ(done.out.rfind("shot-%03d.png: 3 pictures", 0), 0u) << done.out;
  expect_error(framespool({"export", take, "shot-%03d.png"}, here), 2,
               {"framespool: shot-%03d.png: already holds 3 images, shot-000.png to shot-002.png"});
}

}  // namespace
}  // namespace framespool::e2e
