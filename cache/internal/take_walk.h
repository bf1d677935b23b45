// Goes through a take file from block to block, over damage too. The one place that knows what follows what.
#pragma once

#include <cstdint>
#include <optional>

#include "cache/internal/blocks.h"
#include "cache/internal/take_pages.h"

namespace framespool {

class TakeWalk {
 public:
  enum class Kind {
    frame,   // a record, whole
    index,   // an index block; its entries are not checked here
    end,     // the end block
    damage,  // no blocks between offset and next_offset, but blocks behind
    tail,    // nothing more: offset is where the last block ended; later calls look again
  };
  struct Step {
    Kind kind = Kind::tail;
    std::uint64_t offset = 0;
    std::uint64_t next_offset = 0;
    bool unreadable = false;        // of a tail: a frame may stand there, and the system fails to read it
    std::uint64_t lost_before = 0;  // frames whose numbers are missing in front of this block
    FrameRecord frame;              // of a frame
    IndexHeader index;              // of an index block
    EndBlock end;                   // of an end block
  };

  // Starts at the block at `offset`; the next frame should be number `expected`.
  TakeWalk(const SessionId& session, std::uint64_t offset, std::uint64_t expected)
      : session_(session), offset_(offset), expected_(expected) {}

  [[nodiscard]] Step next(TakePages& pages);
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  // One more than the greatest frame number seen.
  [[nodiscard]] std::uint64_t expected() const { return expected_; }

 private:
  [[nodiscard]] std::optional<Step> block_at(ConstPage page, std::uint64_t offset, std::uint64_t length) const;

  SessionId session_;
  std::uint64_t offset_;
  std::uint64_t expected_;
};

}  // namespace framespool
