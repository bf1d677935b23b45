// Where the frames of a take are. Memory is fixed: one index block, and for frames that no index block covers
// a table of waypoints that gets coarser as it fills.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cache/frame_buffer.h"
#include "cache/internal/blocks.h"
#include "cache/internal/take_pages.h"
#include "cache/internal/take_walk.h"

namespace framespool {

class TakeMap {
 public:
  [[nodiscard]] static Result<TakeMap> create(const SessionId& session);

  // Finds everything up to the present length of `pages`; again for a file that has grown.
  void update(TakePages& pages);

  // Of the record of frame `number`; nullopt when it is lost (its header is damaged, or was never found).
  [[nodiscard]] std::optional<std::uint64_t> locate(TakePages& pages, std::uint64_t number);
  // What the index says about frame `number`; nullopt where no index block covers it, or says that it is lost.
  [[nodiscard]] std::optional<IndexEntry> indexed(TakePages& pages, std::uint64_t number);
  // Tells where a frame that was just read ended, so that the next one is found without searching.
  void remember(std::uint64_t number, std::uint64_t next_offset) { cursor_ = {number + 1, next_offset}; }

  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  // A torn tail: frames from here on are forgotten.
  void forget_from(std::uint64_t frames) { frames_ = frames; }
  [[nodiscard]] const std::optional<EndBlock>& end_block() const { return end_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }  // frames known to be lost so far
  [[nodiscard]] std::uint64_t end_offset() const { return walk_.offset(); }  // of what could be read

 private:
  struct Place {
    std::uint64_t number = 0;
    std::uint64_t offset = 0;
  };
  TakeMap(const SessionId& session, FrameBuffer entries);
  void use_newest_index(TakePages& pages);
  void forget_index(TakePages& pages);
  void walk_to_end(TakePages& pages);
  void add_waypoint(Place place);
  [[nodiscard]] std::optional<IndexHeader> index_header(TakePages& pages, std::uint64_t offset) const;
  [[nodiscard]] std::optional<IndexEntry> index_entry(TakePages& pages, std::uint64_t number);
  [[nodiscard]] bool load_index(TakePages& pages, std::uint64_t block_number);

  SessionId session_;
  bool index_usable_ = true;
  std::uint64_t newest_index_ = 0;    // offset; 0: none
  std::uint64_t indexed_frames_ = 0;  // frames in front of this number are found through index blocks
  std::optional<std::uint64_t> loaded_index_;  // number of the block whose entries are in entries_
  std::uint64_t loaded_offset_ = 0;            // its own
  FrameBuffer entries_;

  TakeWalk walk_;  // how far the frames behind the index are known
  std::vector<Place> waypoints_;
  std::uint64_t waypoint_step_ = 1;
  std::uint64_t waypoints_seen_ = 0;
  Place cursor_;
  // The frames last found to be lost, so that asking for one after the other does not scan the damage each time.
  std::uint64_t gap_begin_ = 0;
  std::uint64_t gap_end_ = 0;

  std::uint64_t frames_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<EndBlock> end_;
};

}  // namespace framespool
