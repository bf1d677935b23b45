// Recording until there is no room: everything up to there is kept, and the take is whole.
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>

#include "cache/cache_directory.h"
#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using namespace layout;

constexpr int kNotPossibleHere = 77;

// Runs in a process of its own, whose limits and mounts end with it. The child prints its failed expectations and
// ends with status 1, or with kNotPossibleHere.
int status_of_child(const std::function<void()>& work) {
  ::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  return WEXITSTATUS(status);
}

class NoSpace : public TakeTest {
 protected:
  // Writes frames until the writer stops; its error.
  static Error record_until_stopped(TakeWriter& writer, FrameSize size) {
    for (std::uint64_t number = 0; number < 1'000'000; ++number) {
      auto slot = writer.acquire(std::size_t{size.width} * size.height * 4, TakeWriter::Wait::yes);
      if (!slot) return slot.error();
      const Pixels pixels = pixels_of(number, size.width, size.height);
      std::copy(pixels.begin(), pixels.end(), (*slot)->payload().begin());
      FrameInfo info;
      info.presented = number;
      info.pts_ns = step_time_ns(number, {60, 1});
      info.width = size.width;
      info.height = size.height;
      if (const auto committed = writer.commit(std::move(**slot), info); !committed) return committed.error();
    }
    return {ErrorKind::cancelled, "", "nothing stopped it", ""};
  }

  // The story that every kind of full disk must tell; returns the frames kept.
  static std::uint64_t expect_whole_take(const TakeWriterOptions& how, FrameSize size) {
    auto writer = TakeWriter::create(how);
    EXPECT_TRUE(writer) << writer.error().line();
    if (!writer) return 0;
    const Error error = record_until_stopped(**writer, size);
    EXPECT_EQ(error.kind, ErrorKind::no_space) << error.line();
    const auto stopped = (*writer)->stopped();
    EXPECT_TRUE(stopped);
    const auto summary = (*writer)->finish();
    EXPECT_TRUE(summary) << summary.error().line();
    if (!summary || !stopped) return 0;
    EXPECT_TRUE(summary->stopped_for_space);
    EXPECT_EQ((*writer)->stats().frames_written, summary->frames);
    EXPECT_NE(stopped->line().find(std::to_string(summary->frames) + " frames are kept"), std::string::npos)
        << stopped->line();
    EXPECT_NE(stopped->line().find("more was needed"), std::string::npos) << stopped->line();
    auto reader = TakeReader::open(how.path);
    EXPECT_TRUE(reader) << reader.error().line();
    if (!reader) return 0;
    EXPECT_EQ((*reader)->state(), TakeState::complete);
    EXPECT_TRUE((*reader)->summary().stopped_for_space);
    expect_all_exact(**reader, summary->frames);
    EXPECT_EQ((*reader)->file_bytes(), summary->file_bytes);
    return summary->frames;
  }
};

class FileSizeLimit : public NoSpace, public testing::WithParamInterface<std::tuple<bool, FrameSize>> {};

TEST_P(FileSizeLimit, IsAFullDiskLikeAnyOther) {
  const auto [direct, size] = GetParam();
  EXPECT_EQ(0, status_of_child([&, direct = direct, size = size] {
    // At an offset that is no multiple of anything.
    const struct rlimit limit {3'000'123, 3'000'123};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    auto how = options();
    how.direct_io = direct;
    // The slots are a file too, in memory, and would be too large a one.
    how.slot_budget_bytes = 64 << 20;
    const std::uint64_t frames = expect_whole_take(how, size);
    const std::uint64_t record = record_bytes(std::uint64_t{size.width} * size.height * 4);
    EXPECT_GT(frames, (3'000'123 - kFirstRecord - 4 * kClosingBytes) / record - 2);
  }));
}

INSTANTIATE_TEST_SUITE_P(DirectAndBuffered, FileSizeLimit,
                         testing::Combine(testing::Bool(), testing::Values(FrameSize{4, 4}, FrameSize{160, 100})));

TEST_F(NoSpace, AtTheReserve) {
  const auto room = file_system_info(path());
  ASSERT_TRUE(room);
  auto how = options();
  // All but some megabytes of what is free belongs to others. Other programs write here too: the exact number of
  // frames is left open.
  how.reserve_bytes = room->free_bytes - (24 << 20);
  how.first_payload_bytes = 256 * 256 * 4;
  how.slot_budget_bytes = 4 << 20;
  expect_whole_take(how, {256, 256});
}

TEST_F(NoSpace, BeforeTheFirstFrame) {
  auto how = options();
  how.reserve_bytes = std::uint64_t{1} << 62;
  const auto writer = TakeWriter::create(how);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind, ErrorKind::no_space);
  EXPECT_FALSE(std::filesystem::exists(path())) << "nothing is left behind";
}

// File systems of our own, in a mount namespace that ends with the child. Needs root.
class MountedFileSystem : public NoSpace {
 protected:
  void mount_or_leave(const char* type, const char* data) const {
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount(type, path("").c_str(), type, 0, data) == 0;
    if (mounted) return;
    std::printf("cannot mount a %s here: %s\n", type, std::strerror(errno));
    ::fflush(nullptr);
    ::_exit(kNotPossibleHere);
  }
  [[nodiscard]] int fill(bool direct, std::optional<std::uint64_t> reserve, FrameSize size) const {
    return status_of_child([&, direct, reserve, size] {
      mount_or_leave("tmpfs", "size=20m");
      auto how = options();
      how.direct_io = direct;
      how.reserve_bytes = reserve;
      how.first_payload_bytes = std::size_t{size.width} * size.height * 4;
      how.slot_budget_bytes = 4 << 20;
      const std::uint64_t frames = expect_whole_take(how, size);
      const std::uint64_t record = record_bytes(how.first_payload_bytes);
      const std::uint64_t usable = (20 << 20) - reserve.value_or(1 << 20);
      EXPECT_GE(frames, (usable - (1 << 20)) / record - 1);
      struct stat status {};
      ASSERT_EQ(::stat(how.path.c_str(), &status), 0);
      EXPECT_LE(status.st_blocks * 512, status.st_size + 4096) << "nothing stays allocated behind the end";
    });
  }
  static void judge(int status) {
    if (status == kNotPossibleHere) GTEST_SKIP() << "no mount namespaces for this user";
    EXPECT_EQ(status, 0);
  }
};

TEST_F(MountedFileSystem, IsFilledToTheLastPageDirectly) { judge(fill(true, 0, {256, 256})); }
TEST_F(MountedFileSystem, IsFilledToTheLastPageThroughThePageCache) { judge(fill(false, 0, {256, 256})); }
TEST_F(MountedFileSystem, IsFilledWithTinyFrames) { judge(fill(true, 0, {4, 4})); }
TEST_F(MountedFileSystem, KeepsTheDefaultReserve) { judge(fill(true, std::nullopt, {256, 256})); }

// ramfs knows neither O_DIRECT nor its own size nor allocation.
TEST_F(MountedFileSystem, MayKnowNothingAndIsStillWritten) {
  judge(status_of_child([&] {
    mount_or_leave("ramfs", nullptr);
    EXPECT_TRUE(file_system_info(path())->in_memory);
    auto how = options();
    how.reserve_bytes.reset();
    const auto writer = begin(how);
    EXPECT_FALSE(writer->stats().direct_io);
    for (std::uint64_t number = 0; number < 300; ++number) write(*writer, number);
    EXPECT_TRUE(writer->finish());
    expect_all_exact(*open(), 300);
  }));
}

using TooBig = TakeTest;

TEST_F(TooBig, IsAClearErrorAndTheRecordingGoesOn) {
  const auto writer = begin(options());
  write(*writer, 0);
  const auto slot = writer->acquire(4000 * 4000 * 4, TakeWriter::Wait::yes);
  ASSERT_FALSE(slot);
  EXPECT_EQ(slot.error().kind, ErrorKind::usage);
  EXPECT_NE(slot.error().line().find("does not fit"), std::string::npos) << slot.error().line();
  write(*writer, 1);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 2);
}

TEST_F(TooBig, DoesNotMoveASlotThatIsHeld) {
  const auto writer = begin(options());
  auto held = writer->acquire(64, TakeWriter::Wait::yes);
  ASSERT_TRUE(held && *held);
  EXPECT_EQ(writer->acquire(100'000, TakeWriter::Wait::yes).error().kind, ErrorKind::usage);
  held = tl::unexpected(Error{});
  EXPECT_TRUE(writer->acquire(100'000, TakeWriter::Wait::yes)) << "now it may";
}

TEST_F(TooBig, RefusesFramesThatDoNotFitTheirSlot) {
  const auto writer = begin(options());
  FrameInfo info;
  info.width = info.height = 4;
  for (const FrameInfo& wrong : {[&] { auto i = info; i.width = 5; return i; }(),
                                 [&] { auto i = info; i.pts_ns = -1; return i; }(),
                                 [&] { auto i = info; i.width = 0; return i; }()}) {
    auto slot = writer->acquire(64, TakeWriter::Wait::yes);
    ASSERT_TRUE(slot && *slot);
    EXPECT_EQ(writer->commit(std::move(**slot), wrong).error().kind, ErrorKind::usage);
  }
  EXPECT_EQ(writer->stats().slots_free, writer->stats().slots_total) << "the slots came back";
  ASSERT_TRUE(writer->finish());
  EXPECT_FALSE(writer->finish()) << "once";
}

}  // namespace
}  // namespace framespool
