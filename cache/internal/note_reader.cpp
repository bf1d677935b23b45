#include "cache/internal/note_reader.h"

#include <algorithm>
#include <cstring>

#include "cache/internal/take_layout.h"

namespace framespool {
namespace {

bool is_time(std::int64_t ns) { return ns >= 0 && ns <= layout::kMaxTime; }

}  // namespace

std::optional<FrameInfo> NoteReader::read(std::span<const std::byte> page, std::size_t payload_bytes) {
  channel::FrameNote note;  // a copy: the producer may still write over the original
  std::memcpy(&note, page.data(), sizeof note);
  const auto bytes = frame_bytes(note.width, note.height);
  const bool makes_sense = note.magic == channel::FrameNote::kMagic && bytes && *bytes == payload_bytes &&
                           is_time(note.time_ns) && is_time(note.cut_ns) && note.pixel_format >= 1 &&
                           note.pixel_format <= 2 &&
                           note.drop_reason <= static_cast<std::uint32_t>(DropReason::readback_busy);
  if (!makes_sense) return std::nullopt;

  const std::int64_t recorded_ns = note.time_ns - note.cut_ns;
  if (is_first_) {
    origin_ns_ = recorded_ns;
    last_cut_ns_ = note.cut_ns;
  }
  FrameInfo info;
  info.presented = note.presented;
  info.pts_ns = std::max(recorded_ns - origin_ns_, last_pts_ns_);
  info.rate = rate_;
  info.clock = ClockKind::realtime;
  if (fixed_step_) {
    info.clock = ClockKind::fixed_step;
    info.pts_ns = step_time_ns(frames_, rate_);
    info.clock_report = note.clock;
    info.clock_report.repeated = repeated_ += note.is_repeated != 0 ? 1 : 0;
    if (note.is_repeated != 0) info.flags |= kFrameRepeated;
  }
  ++frames_;
  info.width = note.width;
  info.height = note.height;
  info.stride_bytes = std::size_t{note.width} * kBytesPerPixel;
  info.payload_bytes = payload_bytes;
  info.format = static_cast<PixelFormat>(note.pixel_format);
  info.row_order = RowOrder::bottom_up;
  info.dropped_before = note.dropped_before;
  info.drop_reason = note.dropped_before == 0 ? DropReason::none : static_cast<DropReason>(note.drop_reason);
  if (note.is_srgb != 0) info.flags |= kFrameSrgbFramebuffer;
  if (note.cut_ns > last_cut_ns_) {
    info.flags |= kFrameAfterPause;
    info.paused_before_ns = note.cut_ns - last_cut_ns_;
  }
  if (!is_first_ && (note.width != last_width_ || note.height != last_height_)) info.flags |= kFrameSizeChanged;

  is_first_ = false;
  last_cut_ns_ = std::max(last_cut_ns_, note.cut_ns);
  last_pts_ns_ = info.pts_ns;
  last_width_ = note.width;
  last_height_ = note.height;
  return info;
}

}  // namespace framespool
