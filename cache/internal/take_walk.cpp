#include "cache/internal/take_walk.h"

#include <algorithm>

namespace framespool {

using namespace layout;

// A block of this take that may stand here and lies whole inside the file.
std::optional<TakeWalk::Step> TakeWalk::block_at(ConstPage page, std::uint64_t offset,
                                                 std::uint64_t length) const {
  Step step;
  step.offset = offset;
  std::uint64_t bytes = 0;
  std::uint64_t frames_so_far = 0;
  if (const auto frame = decode_frame(page, session_, offset)) {
    if (frame->info.sequence < expected_) return std::nullopt;
    step.kind = Kind::frame;
    step.frame = *frame;
    bytes = record_bytes(frame->info.payload_bytes);
    frames_so_far = frame->info.sequence;
  } else if (const auto index = decode_index(page, session_, offset)) {
    step.kind = Kind::index;
    step.index = *index;
    bytes = kIndexBlockBytes;
    frames_so_far = index->end_frame();
  } else if (const auto end = decode_end(page, session_, offset)) {
    step.kind = Kind::end;
    step.end = *end;
    bytes = kPage;
    frames_so_far = end->frames;
  } else {
    return std::nullopt;
  }
  if (bytes > length - offset) return std::nullopt;
  step.next_offset = offset + bytes;
  step.lost_before = frames_so_far > expected_ ? frames_so_far - expected_ : 0;
  return step;
}

TakeWalk::Step TakeWalk::next(TakePages& pages) {
  const std::uint64_t length = pages.length();
  Step tail;
  tail.offset = tail.next_offset = offset_;
  if (offset_ > length || length - offset_ < kPage) return tail;

  const std::uint64_t failed_before = pages.failed_reads();
  if (const auto page = pages.page(offset_)) {
    if (auto step = block_at(*page, offset_, length)) {
      offset_ = step->next_offset;
      expected_ += step->lost_before + (step->kind == Kind::frame ? 1 : 0);
      return *step;
    }
    // A whole header of the next frame whose payload is cut off: torn, and nothing can be behind.
    if (const auto torn = decode_frame(*page, session_, offset_); torn && torn->info.sequence >= expected_)
      return tail;
  }
  tail.unreadable = pages.failed_reads() > failed_before && length - offset_ >= kSmallestRecord;
  const auto behind = pages.find(offset_ + kPage, [&](ConstPage page, std::uint64_t offset) {
    return block_at(page, offset, length).has_value();
  });
  if (!behind) return tail;
  Step damage = tail;
  damage.kind = Kind::damage;
  damage.next_offset = *behind;
  offset_ = *behind;
  return damage;
}

}  // namespace framespool
