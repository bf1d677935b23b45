// Peak resident memory does not depend on the number of frames. A program that keeps frames fails here at
// once: 2700 small ones are 622 MB, 270 large ones 1 GB.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

class Memory : public EndToEnd {
 protected:
  // wait4() starts a child's account with what its parent held at the moment of the fork.
  static void expect_lean_parent(std::uint64_t peak_bytes) {
    rusage own{};
    ::getrusage(RUSAGE_SELF, &own);
    EXPECT_LT(static_cast<std::uint64_t>(own.ru_maxrss) * 1024, peak_bytes) << "run this test alone";
  }

  std::uint64_t peak_of(std::vector<std::string> command) {
    command.emplace_back("--quiet");
    RunOptions options;
    options.patience = std::chrono::seconds(1200);
    const Finished done = framespool(std::move(command), options);
    expect_success(done);
    expect_lean_parent(done.peak_bytes);
    return done.peak_bytes;
  }

  // Few frames against many of one size, recorded and then exported every way.
  void expect_flat(int width, int height, int few, int many) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer's own memory grows";
#endif
    const std::uint64_t frame_bytes =
        static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) * 4;
    const std::uint64_t allowed = std::max(2 * frame_bytes, 2 * kMiB);
    const std::uint64_t container_index = 72 * static_cast<std::uint64_t>(many - few);
    const std::string size = fmt::format("{}x{}", width, height);
    // Slots become memory when they are first used, and how many are in use at once is up to the disk: no more than are
    // allowed to differ, so that nothing but what grows with the frames can be seen.
    const std::string slots = std::to_string(2 * (frame_bytes + 8192));
    const auto record_peak = [&](int frames) {
      return peak_of({"record", scenes().front(), "-o", in(std::to_string(frames)), "--size", size,
                      "--frames", std::to_string(frames), "--memory", slots});
    };
    const auto export_peak = [&](int frames, const std::string& output) {
      std::vector<std::string> command{"export", in(std::to_string(frames)), in(output)};
      if (output != "images") command.insert(command.end(), {"--preset", "ultrafast"});
      const std::uint64_t peak = peak_of(command);
      fs::remove_all(in(output));
      return peak;
    };
    expect_within("recording", record_peak(few), record_peak(many), allowed);
    expect_within("images", export_peak(few, "images"), export_peak(many, "images"), allowed);
    expect_within("mkv", export_peak(few, "a.mkv"), export_peak(many, "a.mkv"), allowed);
    for (const std::string movie : {"a.mp4", "a.mov"})
      expect_within(movie, export_peak(few, movie), export_peak(many, movie), allowed + container_index);
  }

  static void expect_within(const std::string& what, std::uint64_t few, std::uint64_t many,
                            std::uint64_t allowed) {
    const double mib = static_cast<double>(kMiB);
    const std::string report = fmt::format(
        "{}: {:.2f} MiB with few frames, {:.2f} MiB with many, {:.2f} MiB more allowed", what,
        static_cast<double>(few) / mib, static_cast<double>(many) / mib, static_cast<double>(allowed) / mib);
    std::cout << report << '\n';
    EXPECT_LE(many, few + allowed) << report;
  }
};

TEST_F(Memory, IsFlatFor3000SmallFrames) {
  expect_flat(320, 180, 300, 3000);
}
TEST_F(Memory, IsFlatFor300LargeFrames) {
  expect_flat(1280, 720, 30, 300);
}

// 11 GB of disk and some minutes: FRAMESPOOL_LONG=1 asks for it.
TEST_F(Memory, IsFlatFor3000LargeFrames) {
  if (std::getenv("FRAMESPOOL_LONG") == nullptr) GTEST_SKIP() << "FRAMESPOOL_LONG=1 runs it";
  if (fs::space(folder()).available < 16'000'000'000) GTEST_SKIP() << "it needs 16 GB of disk";
  expect_flat(1280, 720, 300, 3000);
}

}  // namespace
}  // namespace framespool::e2e
