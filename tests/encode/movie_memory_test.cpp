// What an ultrafast movie may hold: two converted pictures of ours, one thread of libx264 a core, and the pictures those
// have in work. Each trial is a process of its own, on two cores.
#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

#include "cache/ledger.h"
#include "encode/export_job.h"
#include "encode/make_export.h"
#include "tests/encode/measured_child.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

constexpr std::uint32_t kWidth = 1280, kHeight = 720;
constexpr long kPictureKb = kWidth * kHeight * 3 / 2 / 1024;  // 4:2:0
constexpr int kCores = 2;
// This one, the export's worker, the one that feeds libx264, its look-ahead's, and one a core.
constexpr long kMostThreads = 4 + kCores;
// Frames of 4 bytes a pixel included: 30.6 to 30.8 pictures were seen with two threads of libx264, 36.0 to 36.1 with three.
constexpr long kMostPictures = 33;

struct Held {
  long kb = 0;       // resident, at most, above what was there before
  long threads = 0;  // when half of the frames are through
  long own_pictures_kb = 0;
};

int cores() {
  cpu_set_t may;
  return ::sched_getaffinity(0, sizeof may, &may) == 0 ? CPU_COUNT(&may) : 0;
}

bool pin_to_cores() {
  cpu_set_t may, wanted;
  CPU_ZERO(&wanted);
  if (::sched_getaffinity(0, sizeof may, &may) != 0) return false;
  for (int core = 0, count = 0; core < CPU_SETSIZE && count < kCores; ++core)
    if (CPU_ISSET(core, &may)) {
      CPU_SET(core, &wanted);
      ++count;
    }
  return CPU_COUNT(&wanted) == kCores && ::sched_setaffinity(0, sizeof wanted, &wanted) == 0;
}

std::optional<Held> export_movie(std::uint32_t width, std::uint32_t height, int jobs) {
  const test::TempFolder folder;
  ExportOptions options;
  options.preset = "ultrafast";
  options.jobs = jobs;
  const long before = test::status_kb("VmRSS:");
  Held held;
  constexpr std::uint64_t kFrames = 40;
  test::FakeFrames frames{.count = kFrames, .width = width, .height = height};
  const test::Picture picture = test::patterned(width, height, 1);
  frames.make = [&](std::uint64_t) { return picture; };
  frames.before_frame = [&](std::uint64_t k) -> Result<void> {
    if (k == kFrames / 2)
      held.threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
    return {};
  };
  auto sink = make_sink(parse_output((folder / "a.mkv").string()).value(), options);
  if (!sink) return std::nullopt;
  ExportJob job(test::fake_source(std::move(frames)), std::move(*sink), options, OutputKind::movie);
  if (!job.wait()) return std::nullopt;
  held.kb = test::status_kb("VmHWM:") - before;
  for (const LedgerTag& tag : Ledger::instance().snapshot())
    if (tag.tag == "export.picture") held.own_pictures_kb = static_cast<long>(tag.peak_bytes / 1024);
  return held;
}

// In a child, after a movie so small that it brings the libraries and no more.
std::optional<Held> held_by(int jobs) {
  return test::measured_in_child<Held>([jobs]() -> std::optional<Held> {
    if (!pin_to_cores() || !export_movie(64, 48, jobs)) return std::nullopt;
    return export_movie(kWidth, kHeight, jobs);
  });
}

class UltrafastMovie : public testing::Test {
 protected:
  void SetUp() override {
    if (test::kIsSanitized) GTEST_SKIP() << "a sanitizer has memory and threads of its own";
    if (cores() < kCores) GTEST_SKIP() << "one core";
  }
};

TEST_F(UltrafastMovie, HoldsTwoPicturesAndWhatOneThreadACoreNeeds) {
  const auto held = held_by(0);
  ASSERT_TRUE(held);
  RecordProperty("kb", static_cast<int>(held->kb));
  EXPECT_LE(held->own_pictures_kb, 2 * kPictureKb + 4);
  EXPECT_LE(held->threads, kMostThreads);
  EXPECT_LE(held->kb, kMostPictures * kPictureKb);
}

TEST_F(UltrafastMovie, WouldBeSeenToHoldOneThreadMore) {
  const auto held = held_by(kCores + 1);
  ASSERT_TRUE(held);
  EXPECT_GT(held->threads, kMostThreads);
  EXPECT_GT(held->kb, kMostPictures * kPictureKb);
}

}  // namespace
}  // namespace framespool
