// What frames are read from. Knows nothing of windows or files of any particular kind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/error.h"
#include "cache/frame.h"
#include "cache/frame_buffer.h"

namespace framespool {

struct SourceInfo {
  std::uint64_t frames = 0;  // how many next_frame() will give; with open_ended at most so many, 0: not known
  bool open_ended = false;   // still growing: it ends when it ends, end_pts_ns is not known
  std::uint32_t width = 0;   // of the first frame
  std::uint32_t height = 0;
  PixelFormat format = PixelFormat::rgba8;
  Rational rate;
  ClockKind clock = ClockKind::fixed_step;
  std::uint64_t first_index = 0;  // SourceFrame::index of the first frame
  std::int64_t first_pts_ns = 0;
  std::int64_t end_pts_ns =
      0;  // where the last frame ends: the frame after it in the take, else one step later
};

struct SourceFrame {
  FrameInfo info;
  std::uint64_t index =
      0;  // position in the source's own numbering (a take's frame number, also under --range)
  // Presentation time of the frame after this one, which may lie outside the range (so that shards of a take
  // join without a seam); nullopt for the take's last. What retiming needs to know.
  std::optional<std::int64_t> next_pts_ns;
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // Once, before the first frame. Thread: the export worker, like all of these.
  [[nodiscard]] virtual Result<SourceInfo> begin() = 0;
  // The next frame into `buffer`, which is grown to the frame's size and never beyond the largest.
  // nullopt at the end. Rows as stored: see info.row_order.
  [[nodiscard]] virtual Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) = 0;
  [[nodiscard]] virtual Result<void> end() = 0;
  // Before begin(): once stop is asked for, a begin() or next_frame() that waits gives error cancelled soon.
  virtual void obey(const std::stop_token&) {}
  // How many frames were left out because they are damaged.
  [[nodiscard]] virtual std::uint64_t damaged() const { return 0; }
  // After end(): what a person should know, one sentence each: which frames are missing, how the take ended.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

}  // namespace framespool
