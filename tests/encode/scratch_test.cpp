// What an export needs for one frame only: taken from a scratch arena, which is looked at before the frame
// can get its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "cache/ledger.h"
#include "encode/export_job.h"
#include "encode/make_export.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

constexpr std::uint32_t kWidth = 64, kHeight = 16;

// Knows every block that lives, so that a test can harm one as a stray pointer would.
class OpenBooks final : public MemoryManager {
 public:
  void* allocate(std::size_t bytes, std::size_t alignment) override {
    void* const block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    blocks_[block] = bytes;
    return block;
  }
  void release(void* block, std::size_t, std::size_t) noexcept override {
    blocks_.erase(block);
    std::free(block);
  }
  const char* name() const override { return "open books"; }

  // The word behind the payload of every scratch page.
  int harm_scratch_pages() {
    constexpr std::uint64_t kHead = 0x46534152454e4131;
    int harmed = 0;
    for (const auto& [block, bytes] : blocks_) {
      std::uint64_t head = 0;
      if (bytes < sizeof head) continue;
      std::memcpy(&head, block, sizeof head);
      if (head != kHead) continue;
      std::memset(static_cast<std::byte*>(block) + bytes - 8, 0x33, 8);
      ++harmed;
    }
    return harmed;
  }

 private:
  std::map<void*, std::size_t> blocks_;  // under the ledger's own lock
};

// Exports six frames; the pages are harmed before the fourth.
void export_with_harm(const std::filesystem::path& output, int jobs) {
  static OpenBooks books;
  Ledger::instance().set_manager(books);
  ExportOptions options;
  options.jobs = jobs;
  test::FakeFrames frames{.count = 6, .width = kWidth, .height = kHeight};
  frames.before_frame = [](std::uint64_t k) {
    if (k == 3 && books.harm_scratch_pages() == 0) std::exit(3);
    return Result<void>();
  };
  auto sink = make_sink(*parse_output(output.string()), options);
  if (!sink) std::exit(4);
  ExportJob job(test::fake_source(std::move(frames)), std::move(*sink), options, OutputKind::png_sequence);
  job.start();
  std::exit(job.wait() ? 0 : 5);
}

TEST(ScratchDeathTest, AHarmedPageStopsTheProgramBeforeTheImageHasItsName) {
  const test::TempFolder folder;
  EXPECT_DEATH(export_with_harm(folder / "out", 1),
               "scratch arena png.scratch: page .*: the tail holds 0x3333333333333333 and should hold "
               "0x314154454e455241");
  std::vector<std::string> named;
  for (const std::string& name : test::names_in(folder / "out"))
    if (name.front() != '.') named.push_back(name);
  EXPECT_THAT(named, testing::ElementsAre("image-0000.png", "image-0001.png", "image-0002.png"));
}

TEST(ScratchDeathTest, ThreadsNoticeItToo) {
  const test::TempFolder folder;
  EXPECT_DEATH(export_with_harm(folder / "out", 3),
               "scratch arena png.scratch: page .*: the tail holds 0x33333");
}

}  // namespace
}  // namespace framespool
