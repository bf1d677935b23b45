// verify_take: every header, payload, index entry and the blocks around them, found without trusting an index.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "cache/internal/open_take.h"
#include "cache/internal/payload_check.h"
#include "cache/internal/take_walk.h"
#include "cache/take_reader.h"

namespace framespool {
namespace {

using namespace layout;

constexpr std::size_t kMostProblemsKept = 1000;
constexpr std::uint64_t kDropStep = 8 << 20;

class Verification {
 public:
  using OnFrame = bool (*)(void*, std::uint64_t, std::uint64_t);

  Verification(const std::filesystem::path& path, OpenedTake opened, PayloadCheck payload, OnFrame on_frame,
               void* context)
      : path_(path),
        opened_(std::move(opened)),
        payload_(std::move(payload)),
        on_frame_(on_frame),
        context_(context) {}

  Result<VerifyReport> run(std::uint64_t total);

 private:
  void problem(std::string text) {
    ++report_.problem_count;
    if (report_.problems.size() < kMostProblemsKept) report_.problems.push_back(std::move(text));
  }
  void lost(const TakeWalk::Step& step, std::uint64_t before);
  void check_frame(const TakeWalk::Step& step);
  void check_index(const TakeWalk::Step& step);
  void name_bad_frames();
  void check_start();
  void drop_behind(std::uint64_t offset);

  std::filesystem::path path_;
  OpenedTake opened_;
  PayloadCheck payload_;
  OnFrame on_frame_;
  void* context_;
  VerifyReport report_;
  bool frames_lost_ = false;
  std::uint64_t dropped_until_ = 0;
  // Bad frames at the very end so far: torn rather than damaged where there is no end block.
  std::vector<std::string> bad_at_end_;
  std::uint64_t bad_at_end_count_ = 0;
};

void Verification::lost(const TakeWalk::Step& step, std::uint64_t before) {
  if (step.lost_before == 0) return;
  frames_lost_ = true;
  for (std::uint64_t i = 0; i < step.lost_before; ++i) {
    if (report_.problems.size() < kMostProblemsKept) {
      problem(fmt::format("frame {} is lost: its header is damaged", before + i));
    } else {
      report_.problem_count += step.lost_before - i;
      break;
    }
  }
}

void Verification::check_frame(const TakeWalk::Step& step) {
  if (payload_.is_whole(opened_.pages, step.offset, step.frame)) {
    name_bad_frames();
    ++report_.frames;
    return;
  }
  ++bad_at_end_count_;
  if (bad_at_end_.size() < kMostProblemsKept)
    bad_at_end_.push_back(fmt::format("frame {} is damaged: its checksum is wrong", step.frame.info.sequence));
}

// Something whole follows the frames whose payload was wrong: that is damage, not a torn tail.
void Verification::name_bad_frames() {
  if (bad_at_end_count_ == 0) return;
  frames_lost_ = true;
  report_.problem_count += bad_at_end_count_ - bad_at_end_.size();
  for (std::string& text : bad_at_end_) problem(std::move(text));
  bad_at_end_.clear();
  bad_at_end_count_ = 0;
}

void Verification::check_index(const TakeWalk::Step& step) {
  std::array<std::byte, kIndexEntriesBytes> entries;
  if (!opened_.pages.read(step.offset + kPage, entries) || !has_checksum(entries, step.index.entries_checksum)) {
    problem(fmt::format("index block {} is damaged (no frame is lost by that)", step.index.number));
    return;
  }
  for (std::uint32_t i = 0; i < step.index.entries; ++i) {
    const auto entry =
        decode_entry(std::span(entries).subspan(i * kIndexEntryBytes).first<kIndexEntryBytes>());
    const std::uint64_t number = step.index.first_frame() + i;
    if (entry.offset == 0) continue;  // known to be lost, and named by the walk
    const auto page = opened_.pages.page(entry.offset);
    const auto frame = page ? decode_frame(*page, opened_.info.session, entry.offset) : std::nullopt;
    if (!frame) continue;  // named by the walk
    if (frame->info.sequence != number || frame->info.pts_ns != entry.pts_ns ||
        frame->info.payload_bytes != entry.payload_bytes)
      problem(fmt::format("index block {} is wrong about frame {}", step.index.number, number));
  }
}

void Verification::check_start() {
  if (opened_.header_damaged) problem("the file header is damaged (no frame is lost by that)");
  // While a take is recorded one of them may be in the middle of being rewritten.
  if (opened_.being_recorded) return;
  for (const std::uint64_t offset : kPointerOffset) {
    const auto page = opened_.pages.page(offset);
    if (opened_.pages.length() >= offset + kPage && (!page || !decode_pointer(*page, opened_.info.session)))
      problem(fmt::format("the pointer block at byte {} is damaged (no frame is lost by that)", offset));
  }
}

// All of the take is read once: that should not push everything else out of the page cache.
void Verification::drop_behind(std::uint64_t offset) {
  if (offset - dropped_until_ < kDropStep) return;
  ::posix_fadvise(opened_.pages.file().descriptor(), static_cast<off_t>(dropped_until_),
                  static_cast<off_t>(offset - dropped_until_), POSIX_FADV_DONTNEED);
  dropped_until_ = offset;
}

Result<VerifyReport> Verification::run(std::uint64_t total) {
  check_start();
  TakeWalk walk(opened_.info.session, kFirstRecord, 0);
  bool complete = false;
  std::uint64_t damage_at = 0;
  for (;;) {
    const std::uint64_t expected = walk.expected();
    const TakeWalk::Step step = walk.next(opened_.pages);
    if (step.kind == TakeWalk::Kind::tail) break;
    drop_behind(step.offset);
    if (step.kind == TakeWalk::Kind::damage) {
      damage_at = step.offset;
      continue;
    }
    if (damage_at != 0 && step.lost_before == 0)
      problem(fmt::format("the block at byte {} is damaged (no frame is lost by that)", damage_at));
    damage_at = 0;
    lost(step, expected);
    if (step.kind == TakeWalk::Kind::frame) check_frame(step);
    if (step.kind == TakeWalk::Kind::index) check_index(step);
    if (step.kind == TakeWalk::Kind::end) {
      complete = true;
      name_bad_frames();
      if (step.end.frames < walk.expected()) problem("the end block counts too few frames");
    }
    if (on_frame_ != nullptr && step.kind == TakeWalk::Kind::frame &&
        !on_frame_(context_, walk.expected(), std::max(total, walk.expected())))
      return fail(ErrorKind::cancelled, path_.string(), "verification was cancelled");
  }
  if (complete && walk.offset() < opened_.pages.length())
    problem(fmt::format("{} bytes that belong to no block follow the end", opened_.pages.length() - walk.offset()));
  report_.state = frames_lost_               ? TakeState::damaged
                  : complete                 ? TakeState::complete
                  : opened_.being_recorded   ? TakeState::being_recorded
                                             : TakeState::interrupted;
  return std::move(report_);
}

}  // namespace

Result<VerifyReport> verify_take(const std::filesystem::path& path,
                                 bool (*on_frame)(void*, std::uint64_t, std::uint64_t), void* context) {
  // Only to know how far there is to go.
  auto reader = TakeReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  const std::uint64_t total = (*reader)->frame_count();
  reader->reset();
  auto opened = open_take(path);
  if (!opened) return tl::unexpected(opened.error());
  auto payload = PayloadCheck::create();
  if (!payload) return tl::unexpected(payload.error());
  return Verification(path, std::move(*opened), std::move(*payload), on_frame, context).run(total);
}

}  // namespace framespool
