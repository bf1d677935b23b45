// Makes the take's description of a frame out of what a producer in another program noted. Trusts nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "cache/core/frame_channel.h"
#include "cache/frame.h"

namespace framespool {

class NoteReader {
 public:
  // A fixed-step take has its times from the number of frames read so far, whatever the notes say.
  NoteReader(Rational rate, bool fixed_step) : rate_(rate), fixed_step_(fixed_step) {}
  // nullopt when the note at the beginning of `page` makes no sense for a payload of `payload_bytes`.
  // Presentation times begin at 0 with the first note, have the pauses cut out and never go back.
  [[nodiscard]] std::optional<FrameInfo> read(std::span<const std::byte> page, std::size_t payload_bytes);

 private:
  Rational rate_;
  bool fixed_step_;
  std::uint64_t frames_ = 0, repeated_ = 0;
  bool is_first_ = true;
  std::int64_t origin_ns_ = 0;  // of recorded time: clock minus pauses at the first frame
  std::int64_t last_cut_ns_ = 0;
  std::int64_t last_pts_ns_ = 0;
  std::uint32_t last_width_ = 0, last_height_ = 0;
};

}  // namespace framespool
