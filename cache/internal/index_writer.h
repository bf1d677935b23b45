// Collects index entries and appends an index block every 256 frames. Memory: one block, whatever the length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cache/frame_buffer.h"
#include "cache/internal/blocks.h"
#include "cache/internal/take_file.h"

namespace framespool {

class IndexWriter {
 public:
  [[nodiscard]] static Result<IndexWriter> create(const SessionId& session);

  // Goes on behind full blocks that a file holds already (for repair): block `number` at `offset`, in order.
  void adopt(std::uint64_t number, std::uint64_t offset);
  // The next pointer block written is newer than `generation`.
  void outdo(std::uint64_t generation);

  // The next frame's entry. Appends the block when it is full. Errors: those of TakeFile.
  [[nodiscard]] Result<void> add(const IndexEntry& entry, TakeFile& file);
  // Appends what is left, if anything.
  [[nodiscard]] Result<void> flush(TakeFile& file);
  // Names the newest block in the pointer block that is older; done after every block.
  [[nodiscard]] Result<void> write_pointer(TakeFile& file);
  // Of the newest block; 0 when there is none.
  [[nodiscard]] std::uint64_t newest_offset() const { return newest_offset_; }

 private:
  IndexWriter(const SessionId& session, FrameBuffer buffer);
  [[nodiscard]] Result<void> write_block(TakeFile& file);

  SessionId session_;
  FrameBuffer buffer_;  // header page, entries, then a page for the pointer block
  void note_block(std::uint64_t offset);

  std::uint64_t number_ = 0;
  std::uint64_t frames_ = 0;  // covered by blocks
  std::uint32_t entries_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t newest_offset_ = 0;
  // latest_[k]: offset of the newest block whose number is a multiple of 2^k.
  std::array<std::uint64_t, layout::kIndexBackLevels> latest_{};
};

}  // namespace framespool
