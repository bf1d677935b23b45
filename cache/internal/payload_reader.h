// Reads frames so that the page cache stays as it was found and the disk works while frames are encoded.
//
//   a take that lies in the page cache, all of it:  from there, and left there: dropping it would cost the next
//                                                   reader the disk, and this one 2000 pages a frame
//   any other, frames of half a megabyte and more:  around the page cache (direct I/O); in order, by a thread that reads
//                                                   on meanwhile, header pages and all (StreamAhead), else straight
//                                                   into the frame's memory
//   where direct I/O is refused, and small frames:  through the page cache, asking ahead and dropping behind
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cache/internal/read_ahead.h"
#include "cache/internal/stream_ahead.h"
#include "cache/internal/take_layout.h"
#include "cache/internal/take_pages.h"

namespace framespool {

class PayloadReader {
 public:
  // The payload of frame `number`, whose record stands at `record` and lies within the file. Memory that begins at
  // a page is read into directly. `limit` is where the file's blocks end. False, with errno, when it cannot be read.
  [[nodiscard]] bool read(TakePages& pages, std::uint64_t number, std::uint64_t record,
                          std::span<std::byte> payload, std::uint64_t limit);
  // Begins to read what read() of this frame and those behind it will ask for, which need not come. Parameters as there.
  void expect(const TakePages& pages, std::uint64_t number, std::uint64_t record, std::uint64_t payload_bytes,
              std::uint64_t limit);
  // Before `pages` goes: what was brought into the page cache is dropped.
  void drop(const TakePages& pages);

 private:
  [[nodiscard]] bool is_cached(const TakePages& pages, std::uint64_t end, std::uint64_t limit);
  [[nodiscard]] bool can_read_directly(const TakePages& pages, std::uint64_t payload_bytes);
  [[nodiscard]] bool read_directly(std::uint64_t at, std::span<std::byte> payload);
  void keep_page_behind(TakePages& pages, std::uint64_t end, std::uint64_t limit);

  bool looked_ = false;              // whether the file was cached when reading began
  std::uint64_t cached_before_ = 0;  // up to here it was
  std::uint64_t next_number_ = 0;
  bool tried_direct_ = false;
  File direct_;  // the same file, around the page cache; not open where that is refused
  alignas(layout::kPage) std::array<std::byte, layout::kPage> last_page_{};
  ReadAhead read_ahead_;
  StreamAhead stream_;  // last: reads from direct_
};

}  // namespace framespool
