#include "cache/internal/take_map.h"

#include <algorithm>
#include <utility>

namespace framespool {

using namespace layout;

namespace {

constexpr std::size_t kMaxWaypoints = 1024;

}  // namespace

TakeMap::TakeMap(const SessionId& session, FrameBuffer entries)
    : session_(session), entries_(std::move(entries)), walk_(session, kFirstRecord, 0) {
  waypoints_.reserve(kMaxWaypoints);
}

Result<TakeMap> TakeMap::create(const SessionId& session) {
  auto entries = FrameBuffer::allocate("cache.index", kIndexEntriesBytes);
  if (!entries) return tl::unexpected(entries.error());
  return TakeMap(session, std::move(*entries));
}

void TakeMap::update(TakePages& pages) {
  if (index_usable_) use_newest_index(pages);
  walk_to_end(pages);
}

// Skips the walk to behind the newest index block, if that is further than where it stands.
void TakeMap::use_newest_index(TakePages& pages) {
  std::uint64_t best_offset = 0;
  IndexHeader best;
  for (const std::uint64_t at : kPointerOffset) {
    const auto page = pages.page(at);
    const auto pointer = page ? decode_pointer(*page, session_) : std::nullopt;
    if (!pointer || pointer->index_offset <= best_offset) continue;
    const auto header = index_header(pages, pointer->index_offset);
    if (!header || header->end_frame() != pointer->frames) continue;
    best_offset = pointer->index_offset;
    best = *header;
  }
  if (best_offset <= newest_index_) return;
  newest_index_ = best_offset;
  indexed_frames_ = best.end_frame();
  loaded_index_.reset();
  if (best_offset + kIndexBlockBytes <= walk_.offset()) return;
  walk_ = TakeWalk(session_, best_offset + kIndexBlockBytes, std::max(indexed_frames_, frames_));
  waypoints_.clear();
  waypoint_step_ = 1;
  waypoints_seen_ = 0;
  frames_ = walk_.expected();
}

// Everything is found by walking from now on: slower, and the same frames.
void TakeMap::forget_index(TakePages& pages) {
  const std::uint64_t frames_before = frames_;
  index_usable_ = false;
  newest_index_ = 0;
  indexed_frames_ = 0;
  loaded_index_.reset();
  waypoints_.clear();
  waypoint_step_ = 1;
  waypoints_seen_ = 0;
  cursor_ = {};
  gap_begin_ = gap_end_ = 0;
  lost_ = 0;
  walk_ = TakeWalk(session_, kFirstRecord, 0);
  walk_to_end(pages);
  frames_ = frames_before;  // numbers given out stay valid; what is not found again is lost
}

void TakeMap::walk_to_end(TakePages& pages) {
  for (;;) {
    const TakeWalk::Step step = walk_.next(pages);
    if (step.kind == TakeWalk::Kind::tail) {
      // Named when somebody asks for it, rather than left out without a word.
      if (step.unreadable && frames_ <= walk_.expected()) {
        frames_ = walk_.expected() + 1;
        ++lost_;
      }
      break;
    }
    lost_ += step.lost_before;
    if (step.kind == TakeWalk::Kind::frame) add_waypoint({step.frame.info.sequence, step.offset});
    if (step.kind == TakeWalk::Kind::end) end_ = step.end;
  }
  frames_ = std::max(frames_, walk_.expected());
}

void TakeMap::add_waypoint(Place place) {
  if (waypoints_seen_++ % waypoint_step_ != 0) return;
  if (waypoints_.size() == kMaxWaypoints) {
    for (std::size_t i = 0; i < kMaxWaypoints / 2; ++i) waypoints_[i] = waypoints_[2 * i];
    waypoints_.resize(kMaxWaypoints / 2);
    waypoint_step_ *= 2;
    // The full table stood at a multiple of the new step as well.
  }
  waypoints_.push_back(place);
}

std::optional<IndexHeader> TakeMap::index_header(TakePages& pages, std::uint64_t offset) const {
  if (offset % kPage != 0 || offset < kFirstRecord) return std::nullopt;
  if (offset > pages.length() || pages.length() - offset < kIndexBlockBytes) return std::nullopt;
  const auto page = pages.page(offset);
  return page ? decode_index(*page, session_, offset) : std::nullopt;
}

// Goes back along the chain, as far as possible with each step. Numbers shrink, so it ends.
bool TakeMap::load_index(TakePages& pages, std::uint64_t block_number) {
  if (loaded_index_ == block_number) return true;
  // From the block that was used last, where that is behind: going backwards through a take is one step each.
  std::uint64_t offset = loaded_index_ && *loaded_index_ > block_number ? loaded_offset_ : newest_index_;
  auto header = index_header(pages, offset);
  while (header && header->number > block_number) {
    std::size_t level = kIndexBackLevels - 1;
    while (((header->number - 1) >> level) << level < block_number) --level;
    const std::uint64_t target = ((header->number - 1) >> level) << level;
    offset = header->back[level];
    header = index_header(pages, offset);
    if (!header || header->number != target || header->entries != kFramesPerIndex) return false;
  }
  if (!header || header->number != block_number) return false;
  loaded_index_.reset();
  const auto entries = entries_.span().first(kIndexEntriesBytes);
  if (!pages.read(offset + kPage, entries) || !has_checksum(entries, header->entries_checksum)) return false;
  loaded_index_ = block_number;
  loaded_offset_ = offset;
  return true;
}

std::optional<IndexEntry> TakeMap::index_entry(TakePages& pages, std::uint64_t number) {
  if (!load_index(pages, number / kFramesPerIndex)) return std::nullopt;
  const std::size_t at = number % kFramesPerIndex * kIndexEntryBytes;
  return decode_entry(entries_.span().subspan(at).first<kIndexEntryBytes>());
}

std::optional<IndexEntry> TakeMap::indexed(TakePages& pages, std::uint64_t number) {
  if (number >= indexed_frames_) return std::nullopt;
  const auto entry = index_entry(pages, number);
  return entry && entry->offset != 0 ? entry : std::nullopt;
}

std::optional<std::uint64_t> TakeMap::locate(TakePages& pages, std::uint64_t number) {
  if (number < indexed_frames_) {
    if (const auto entry = index_entry(pages, number)) {
      if (entry->offset == 0 || entry->offset % kPage != 0) return std::nullopt;
      return entry->offset;
    }
    forget_index(pages);
  }
  if (number >= gap_begin_ && number < gap_end_) return std::nullopt;
  Place from{indexed_frames_, newest_index_ == 0 ? kFirstRecord : newest_index_ + kIndexBlockBytes};
  const auto after = std::upper_bound(waypoints_.begin(), waypoints_.end(), number,
                                      [](std::uint64_t n, const Place& place) { return n < place.number; });
  if (after != waypoints_.begin()) from = *std::prev(after);
  if (cursor_.number > from.number && cursor_.number <= number) from = cursor_;
  TakeWalk walk(session_, from.offset, from.number);
  while (walk.offset() < walk_.offset()) {
    const TakeWalk::Step step = walk.next(pages);
    if (step.kind == TakeWalk::Kind::tail) break;
    if (step.kind != TakeWalk::Kind::frame) continue;
    if (step.frame.info.sequence == number) return step.offset;
    if (step.frame.info.sequence > number) {
      gap_begin_ = step.frame.info.sequence - step.lost_before;
      gap_end_ = step.frame.info.sequence;
      break;
    }
  }
  return std::nullopt;
}

}  // namespace framespool
