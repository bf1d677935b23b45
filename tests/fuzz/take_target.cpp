// The first byte says what is done with the take, the rest is the take in its compact form.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "cache/internal/blocks.h"
#include "cache/take_reader.h"
#include "tests/fuzz/compact_take.h"
#include "tests/fuzz/targets.h"

namespace framespool::fuzz {
namespace {

// The first byte modulo 16; what is none of these only reads, which is the fastest.
constexpr int kGrowToTheEnd = 1, kGrowOn = 3, kVerify = 2, kRepair = 4, kVerifyAndRepair = 6;
constexpr std::uint64_t kMostFrames = 64;
constexpr std::size_t kLargestFrame = 1 << 20;

void promise(bool kept, const char* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void expect_sentence(const Error& error) {
  promise(!error.why.empty() && error.line().find('\n') == std::string::npos, "an error is one sentence");
}

// One frame by its header and by its pixels, which must agree.
void read_one(TakeReader& reader, std::uint64_t index) {
  static std::vector<std::byte> pixels(kLargestFrame);
  const auto info = reader.frame_info(index);
  if (!info) return expect_sentence(info.error());
  promise(index < reader.frame_count(), "no frame behind the last");
  promise(info->sequence == index, "a frame has the number it was asked by");
  const auto bytes = frame_bytes(info->width, info->height);
  promise(bytes && *bytes == info->payload_bytes, "a frame is as large as its pixels");
  promise(info->payload_bytes <= reader.file_bytes(), "a frame fits into its file");
  if (info->payload_bytes > pixels.size()) return;
  const auto read = reader.read_frame(index, std::span(pixels).first(info->payload_bytes));
  if (!read) return expect_sentence(read.error());
  promise(read->pts_ns == info->pts_ns && read->width == info->width, "a frame is the same twice");
}

void read_all(TakeReader& reader) {
  const std::uint64_t frames = reader.frame_count();
  promise(frames <= reader.file_bytes() / 8192, "the file's length bounds the frames");
  static_cast<void>(reader.summary());
  static_cast<void>(reader.state());
  const std::uint64_t some = std::min(frames, kMostFrames);
  for (std::uint64_t index = 0; index < some; ++index) read_one(reader, index);
  // From the end on, and behind it: other ways through the index.
  for (std::uint64_t step = 1; step <= frames && step <= 4 * frames; step *= 2) read_one(reader, frames - step);
  promise(!reader.frame_info(frames), "there is no frame behind the last");
}

void verify(const std::string& path) {
  const auto report = verify_take(path);
  if (!report) return expect_sentence(report.error());
  promise(report->problems.size() <= 1000, "the problems kept are bounded");
  promise(report->problem_count >= report->problems.size(), "all problems are counted");
}

// A repaired take is closed, has the frames the report says, and has nothing more to repair.
void repair(const std::string& path) {
  const auto report = repair_take(path);
  if (!report) return expect_sentence(report.error());
  auto reader = TakeReader::open(path);
  promise(reader.has_value(), "a repaired take opens");
  const TakeState state = (*reader)->state();
  promise(state == TakeState::complete || state == TakeState::damaged, "a repaired take is closed");
  read_all(**reader);
  reader->reset();
  const auto again = repair_take(path);
  promise(again && again->was_complete, "a repaired take needs no repair");
  promise(again->frames == report->frames, "a repaired take keeps its frames");
}

}  // namespace

void take(Input input) {
  static TakeImage image;
  if (input.empty()) return;
  const int what = input.front() % 16;
  image.lay_out(input.subspan(1));
  if (what == kGrowToTheEnd || what == kGrowOn) {
    // As a reader sees a take that is being recorded: first a part of it, then all.
    image.show(3u + input.front() / 16u);
    image.lock_as_writer(true);
    if (auto reader = TakeReader::open(image.path())) {
      read_all(**reader);
      image.show_all();
      image.lock_as_writer(what == kGrowOn);
      const std::uint64_t before = (*reader)->frame_count();
      if (const auto frames = (*reader)->refresh()) promise(*frames >= before || what != kGrowOn, "frames stay");
      read_all(**reader);
    }
    image.lock_as_writer(false);
    return;
  }
  {
    auto reader = TakeReader::open(image.path());
    reader ? read_all(**reader) : expect_sentence(reader.error());
  }
  if (what == kVerify || what == kVerifyAndRepair) verify(image.path());
  if (what != kRepair && what != kVerifyAndRepair) return;
  TakeImage::give_away();
  repair(image.path());
}

}  // namespace framespool::fuzz
