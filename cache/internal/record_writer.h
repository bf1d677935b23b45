// Appends records, keeps the index growing and closes the take: what the writer thread does, without the thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/internal/blocks.h"
#include "cache/internal/index_writer.h"
#include "cache/internal/take_file.h"

namespace framespool {

class RecordWriter {
 public:
  // Writes the file header and two empty pointer blocks into the empty `file`.
  [[nodiscard]] static Result<RecordWriter> begin(TakeFile file, const TakeInfo& info);

  // A record that only has to be written.
  struct Sealed {
    std::span<const std::byte> record;
    FrameInfo info;
  };
  // Numbers and seals a record: a described header page, its payload and padding, page-aligned. Error: failed. Each sealed one
  // is to be appended, in this order; sealing one may go on beside the append() of the one before.
  [[nodiscard]] Result<Sealed> seal(std::span<std::byte> record, std::size_t payload_bytes);
  // Errors: no_space, failed; what was appended before stays whole.
  [[nodiscard]] Result<void> append(const Sealed& sealed);
  // Index, end block, truncation, flush. Error: the take is whole but may lack its end block.
  [[nodiscard]] Result<TakeSummary> close(bool stopped_for_space);

  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] TakeFile& file() { return file_; }
  [[nodiscard]] const TakeFile& file() const { return file_; }

 private:
  RecordWriter(TakeFile file, IndexWriter index, FrameBuffer page, const TakeInfo& info);

  TakeFile file_;
  IndexWriter index_;
  FrameBuffer page_;
  SessionId session_;
  Rational rate_;
  std::uint64_t sealed_frames_ = 0, sealed_dropped_ = 0;  // seal()'s own
  std::uint64_t sealed_end_;                              // no record lies before; the blocks of the index do not count
  std::uint64_t frames_ = 0;                              // append()'s own, to the end
  std::uint64_t dropped_ = 0;
  std::int64_t last_pts_ns_ = 0;
};

}  // namespace framespool
