// A take that is being recorded, and who may do what with a take meanwhile.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fstream>

#include "cache/cache_directory.h"
#include "cache/internal/file.h"
#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using LiveTake = TakeTest;

TEST_F(LiveTake, IsReadWhileItGrows) {
  const auto writer = begin(options());
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::being_recorded);
  EXPECT_EQ(reader->frame_count(), 0u);
  std::uint64_t number = 0;
  for (const std::uint64_t frames : {1u, 2u, 255u, 256u, 257u, 700u}) {
    for (; number < frames; ++number) write(*writer, number);
    wait_until_written(*writer, frames);
    ASSERT_EQ(*reader->refresh(), frames);
    EXPECT_EQ(reader->state(), TakeState::being_recorded);
    for (std::uint64_t i = 0; i < frames; i += 7) ASSERT_NO_FATAL_FAILURE(expect_exact(*reader, i));
    ASSERT_NO_FATAL_FAILURE(expect_exact(*reader, frames - 1));
  }
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(*reader->refresh(), 700u);
  EXPECT_EQ(reader->state(), TakeState::complete);
  expect_all_exact(*reader, 700);
}

TEST_F(LiveTake, IsInterruptedOnceItsWriterIsGone) {
  auto writer = begin(options());
  write(*writer, 0);
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::being_recorded);
  writer.reset();
  EXPECT_EQ(*reader->refresh(), 1u);
  EXPECT_EQ(reader->state(), TakeState::interrupted);
  EXPECT_EQ(open()->state(), TakeState::interrupted);
}

TEST_F(LiveTake, HasOneWriterOnly) {
  const auto writer = begin(options());
  auto how = options();
  how.overwrite = true;
  const auto second = TakeWriter::create(how);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::usage);
  EXPECT_NE(second.error().line().find("in use"), std::string::npos);
  write(*writer, 0);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 1);
}

TEST_F(LiveTake, IsNotOverwrittenUnlessAllowed) {
  record(2);
  const auto refused = TakeWriter::create(options());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_NE(refused.error().line().find("exists already"), std::string::npos);
  expect_all_exact(*open(), 2);

  auto how = options();
  how.overwrite = true;
  const auto writer = begin(how);
  write(*writer, 0);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 1);
}

TEST_F(LiveTake, IsNotOverwrittenWhileSomebodyReadsIt) {
  record(2);
  const auto reader = open();
  auto how = options();
  how.overwrite = true;
  EXPECT_EQ(TakeWriter::create(how).error().kind, ErrorKind::usage);
  expect_all_exact(*reader, 2);
}

TEST_F(LiveTake, ReplacesAnOldTakeWithItsFirstFrameNotBefore) {
  record(2);
  auto how = options();
  how.overwrite = true;
  auto writer = begin(how);
  expect_all_exact(*open(), 2);
  write(*writer, 0);
  wait_until_written(*writer, 1);
  EXPECT_EQ(open()->state(), TakeState::being_recorded);
  expect_all_exact(*open(), 1);
  writer.reset();
  EXPECT_EQ(open()->state(), TakeState::interrupted);
  EXPECT_EQ(files_beside(), 1);
}

TEST_F(LiveTake, LeavesTheOldTakeWhenNoFrameComes) {
  record(2);
  auto how = options();
  how.overwrite = true;
  ASSERT_TRUE(begin(how)->finish());
  expect_all_exact(*open(), 2);
  how.reserve_bytes = std::uint64_t{1} << 60;
  const auto refused = TakeWriter::create(how);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::no_space);
  expect_all_exact(*open(), 2);
  EXPECT_EQ(files_beside(), 1);
}

TEST_F(LiveTake, HasOneWriterOnlyWhileItIsBeingReplaced) {
  record(2);
  auto how = options();
  how.overwrite = true;
  const auto writer = begin(how);
  EXPECT_EQ(TakeWriter::create(how).error().kind, ErrorKind::usage);
  write(*writer, 0);
  wait_until_written(*writer, 1);
  EXPECT_EQ(TakeWriter::create(how).error().kind, ErrorKind::usage);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 1);
}

TEST_F(LiveTake, OfWhichOnlyTheWholeCountsReplacesTheOldOneAtItsEnd) {
  record(2);
  auto how = options();
  how.overwrite = how.only_whole = true;
  auto writer = begin(how);
  write(*writer, 0);
  writer->abandon();
  expect_all_exact(*open(), 2);
  writer = begin(how);
  write(*writer, 0);
  wait_until_written(*writer, 1);
  expect_all_exact(*open(), 2);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 1);
  EXPECT_EQ(files_beside(), 1);
}

TEST_F(LiveTake, IsNoLeftoverWhileItWaitsToReplaceTheOldOne) {
  record(1);
  auto how = options();
  how.overwrite = true;
  const auto writer = begin(how);
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path().parent_path())) {
    if (entry.path().extension() != ".tmp") continue;
    ++found;
    const File file = File::open(entry.path(), O_RDWR);
    EXPECT_NE(::flock(file.descriptor(), LOCK_EX | LOCK_NB), 0);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(LiveTake, AbandonedIsGone) {
  const auto writer = begin(options());
  write(*writer, 0);
  writer->abandon();
  EXPECT_EQ(files_beside(), 0);
}

TEST_F(LiveTake, ReplacesWhatALinkPointsTo) {
  record(2);
  const auto real = path("real.fspool");
  std::filesystem::rename(path(), real);
  std::filesystem::create_symlink("real.fspool", path());
  auto how = options();
  how.overwrite = true;
  const auto writer = begin(how);
  write(*writer, 0);
  ASSERT_TRUE(writer->finish());
  EXPECT_TRUE(std::filesystem::is_symlink(path()));
  EXPECT_FALSE(std::filesystem::is_symlink(real));
  expect_all_exact(*open(), 1);
}

TEST_F(LiveTake, CannotBeAFolderOrStandInNone) {
  auto how = options();
  how.path = path().parent_path();
  how.overwrite = true;
  EXPECT_EQ(TakeWriter::create(how).error().kind, ErrorKind::usage);
  how.path = path("no such folder") / "take.fspool";
  const auto missing = TakeWriter::create(how);
  EXPECT_EQ(missing.error().kind, ErrorKind::usage);
  EXPECT_NE(missing.error().line().find("folder"), std::string::npos);
  how.path = "/dev/null";
  EXPECT_EQ(TakeWriter::create(how).error().kind, ErrorKind::usage);
}

using RemoveTake = TakeTest;

TEST_F(RemoveTake, RemovesATake) {
  record(1);
  ASSERT_TRUE(remove_take(path()));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(RemoveTake, RefusesOneThatIsRead) {
  record(1);
  const auto reader = open();
  const auto removed = remove_take(path());
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::usage);
  EXPECT_NE(removed.error().line().find("being read"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(RemoveTake, RefusesOneThatIsRecorded) {
  const auto writer = begin(options());
  const auto removed = remove_take(path());
  ASSERT_FALSE(removed);
  EXPECT_NE(removed.error().line().find("being recorded"), std::string::npos);
}

TEST_F(RemoveTake, RefusesWhatIsNoTake) {
  overwrite_new(pixels_of(1, 5000, 1));
  EXPECT_EQ(remove_take(path()).error().kind, ErrorKind::usage);
  EXPECT_TRUE(std::filesystem::exists(path()));
  EXPECT_EQ(remove_take(path("missing")).error().kind, ErrorKind::usage);
}

TEST_F(RemoveTake, RemovesOneThatIsDamagedBeyondReading) {
  record(1);
  overwrite(12, pixels_of(1, 5000, 1));
  truncate_to(20000);
  ASSERT_FALSE(TakeReader::open(path()));
  EXPECT_TRUE(remove_take(path()));
}

using ListTakes = TakeTest;

TEST_F(ListTakes, ShowsWhatIsThereNewestFirst) {
  record_interrupted(3, {8, 2});
  std::filesystem::rename(path(), path("old.fspool"));
  std::filesystem::last_write_time(path("old.fspool"), std::filesystem::file_time_type::clock::now() -
                                                           std::chrono::hours(5));
  record(5);
  std::ofstream(path("notes.txt")) << "not a take";
  std::ofstream(path("broken.fspool")) << "not a take either";
  std::filesystem::last_write_time(path("broken.fspool"), std::filesystem::file_time_type::clock::now() -
                                                              std::chrono::hours(9));
  std::filesystem::create_directory(path("folder.fspool"));
  const auto takes = list_takes(path().parent_path());
  ASSERT_TRUE(takes) << takes.error().line();
  ASSERT_EQ(takes->size(), 3u);
  const TakeListing& newest = (*takes)[0];
  EXPECT_EQ(newest.path, path());
  EXPECT_EQ(newest.state, TakeState::complete);
  EXPECT_EQ(newest.frames, 5u);
  EXPECT_EQ(newest.width, 4u);
  EXPECT_EQ(newest.rate, (Rational{60, 1}));
  EXPECT_EQ(newest.duration_ns, step_time_ns(4, {60, 1}) + step_time_ns(1, {60, 1}));
  EXPECT_GT(newest.bytes, 0u);
  EXPECT_TRUE(newest.problem.empty());
  const TakeListing& old = (*takes)[1];
  EXPECT_EQ(old.path, path("old.fspool"));
  EXPECT_EQ(old.state, TakeState::interrupted);
  EXPECT_EQ(old.frames, 3u);
  EXPECT_EQ(old.width, 8u);
  EXPECT_EQ(old.height, 2u);
  EXPECT_EQ((*takes)[2].problem, "is not a take");
}

TEST_F(ListTakes, SumsUpAnInterruptedTakeLikeAFinishedOne) {
  const auto stamps = [&](TakeWriter& writer) {
    for (std::uint64_t i = 0; i < 300; ++i) {
      auto slot = writer.acquire(64, TakeWriter::Wait::yes);
      ASSERT_TRUE(slot && *slot);
      FrameInfo info;
      info.pts_ns = static_cast<std::int64_t>(i) * 20'000'000;
      info.width = info.height = 4;
      info.dropped_before = i % 100 == 50 ? 3 : 0;
      ASSERT_TRUE(writer.commit(std::move(**slot), info));
    }
  };
  auto writer = begin(options());
  stamps(*writer);
  writer.reset();
  const TakeSummary interrupted = open()->summary();
  std::filesystem::remove(path());
  writer = begin(options());
  stamps(*writer);
  const auto finished = writer->finish();
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->dropped, 9u);
  EXPECT_EQ(interrupted.dropped, finished->dropped);
  EXPECT_EQ(interrupted.frames, finished->frames);
  EXPECT_EQ(interrupted.duration_ns, finished->duration_ns);
  EXPECT_EQ(open()->summary().duration_ns, finished->duration_ns);
}

TEST_F(ListTakes, IsEmptyForAFolderThatIsMissing) {
  EXPECT_TRUE(list_takes(path("no such folder"))->empty());
}

TEST(CacheDirectory, IsChosenByTheEnvironment) {
  const auto with = [](const char* own, const char* xdg, const char* home) {
    const auto set = [](const char* name, const char* value) {
      value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
    };
    set("FRAMESPOOL_CACHE", own);
    set("XDG_CACHE_HOME", xdg);
    set("HOME", home);
    return default_cache_directory();
  };
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "/";
  EXPECT_EQ(*with("/a b", "/xdg", "/home/u"), "/a b");
  EXPECT_EQ(*with(nullptr, "/xdg", "/home/u"), "/xdg/framespool");
  EXPECT_EQ(*with("", "not/absolute", "/home/u"), "/home/u/.cache/framespool");
  EXPECT_EQ(*with(nullptr, nullptr, "/home/u"), "/home/u/.cache/framespool");
  EXPECT_EQ(with(nullptr, nullptr, nullptr).error().kind, ErrorKind::usage);
  ::setenv("HOME", home.c_str(), 1);
}

TEST(FileSystem, KnowsMemoryFromDisk) {
  const auto shm = file_system_info("/dev/shm");
  if (!shm || shm->type_name != "tmpfs") GTEST_SKIP() << "/dev/shm is not a tmpfs here";
  EXPECT_TRUE(shm->in_memory);
  EXPECT_GT(shm->total_bytes, 0u);
}

TEST(FileSystem, IsThatOfTheNearestFolderThatExists) {
  const auto root = file_system_info("/no such folder/at all/take.fspool");
  ASSERT_TRUE(root) << root.error().line();
  EXPECT_EQ(root->total_bytes, file_system_info("/")->total_bytes);
  EXPECT_FALSE(root->type_name.empty());
}

TEST(Reserve, IsTheSmallerOfTwoSecondsAndATwentieth) {
  FileSystemInfo disk;
  disk.total_bytes = 1'000'000'000'000;
  EXPECT_EQ(default_reserve(disk, 1'000'000), 256'000'000u);
  EXPECT_EQ(default_reserve(disk, 500'000'000), 1'000'000'000u);
  EXPECT_EQ(default_reserve(disk, ~0ull), 50'000'000'000u);
  disk.total_bytes = 20'000'000;
  EXPECT_EQ(default_reserve(disk, 500'000'000), 1'000'000u);
}

}  // namespace
}  // namespace framespool
