// Reads one take, finished, interrupted or still growing, frame by frame or by number.
// Memory does not grow with the number of frames: index blocks are read when they are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "cache/error.h"
#include "cache/take_info.h"

namespace framespool {

// What the index says about a frame.
struct FrameOutline {
  std::int64_t pts_ns = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

class TakeReader {
 public:
  // Errors: usage (missing, empty, not a take, newer version), damaged (nothing can be read), failed.
  [[nodiscard]] static Result<std::unique_ptr<TakeReader>> open(const std::filesystem::path& path);
  ~TakeReader();
  TakeReader(const TakeReader&) = delete;
  TakeReader& operator=(const TakeReader&) = delete;

  [[nodiscard]] const TakeInfo& info() const;
  // "damaged" only as far as opening has seen it; see verify_take().
  [[nodiscard]] TakeState state() const;
  [[nodiscard]] std::uint64_t frame_count() const;
  // What stands behind the last whole frame of an interrupted take: bytes of one that was not finished.
  [[nodiscard]] std::uint64_t torn_bytes() const;
  // The file header is damaged, what it says was found elsewhere; no frame is lost by that.
  [[nodiscard]] bool header_damaged() const;
  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] std::uint64_t file_bytes() const;
  // The errno of the last read that the system failed; 0: everything asked for so far could be read.
  [[nodiscard]] int read_error() const;
  // How often the file was read so far: for tests that opening costs no read per frame.
  [[nodiscard]] std::uint64_t read_calls() const;

  // Frames, drops and duration, whether the take was closed or not. Reads one header page at most.
  [[nodiscard]] TakeSummary summary();

  // Frame `index` (0 .. frame_count()-1, the position in the take). Reads one header page.
  // Errors: usage (out of range), damaged, failed.
  [[nodiscard]] Result<FrameInfo> frame_info(std::uint64_t index);

  // Frame `index` into `buffer`, bytes as stored (bottom-up unless row_order says otherwise).
  // `buffer` must hold payload_bytes; error usage if it does not. The payload checksum is checked:
  // error damaged names the frame; `buffer` then holds what was on the disk.
  // The page cache grows by less than 32 MB. A buffer that begins at a page (FrameBuffer) is read into around
  // it, and when frames are read in order the next one is read while the caller works on this one.
  [[nodiscard]] Result<FrameInfo> read_frame(std::uint64_t index, std::span<std::byte> buffer);

  // Frames will be read in order from `index` on: what they need is read from now on, as far as memory of fixed size goes.
  // A hint: nothing is reported, and nothing need follow.
  void expect_from(std::uint64_t index);

  // Time and size of frame `index`, from the take's index where that covers it: for all frames of a take best asked
  // for from the last to the first, about one read for 128 of them. Errors: as frame_info().
  [[nodiscard]] Result<FrameOutline> frame_outline(std::uint64_t index);

  // For a take still being recorded: looks for frames that were finished since. Returns the new count.
  [[nodiscard]] Result<std::uint64_t> refresh();
  // The same, and blocks until there are more than `frames`, or the writer has finished or died (state() is not
  // being_recorded then), or stop was asked for. Sleeps until the kernel reports a change.
  [[nodiscard]] Result<std::uint64_t> wait_for_more(std::uint64_t frames, const std::stop_token& stop);

 private:
  struct Impl;
  explicit TakeReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What `verify` found. Checks every header and payload checksum.
struct VerifyReport {
  TakeState state = TakeState::complete;
  std::uint64_t frames = 0;       // good ones
  std::vector<std::string> problems;  // one line each, with the frame's number; at most 1000 are kept
  std::uint64_t problem_count = 0;
};
// `on_frame(done, total)` is called now and then from the calling thread; returning false cancels.
[[nodiscard]] Result<VerifyReport> verify_take(const std::filesystem::path& path,
                                               bool (*on_frame)(void*, std::uint64_t, std::uint64_t) = nullptr,
                                               void* context = nullptr);

struct RepairReport {
  std::uint64_t frames = 0;     // those lost in the middle not counted
  std::uint64_t lost = 0;       // whose header is damaged
  std::uint64_t bytes_cut = 0;  // torn tail removed
  bool was_complete = false;    // nothing to do
};
// Truncates a torn tail, writes what is missing of file header and index, and the end block. Frames lost in the
// middle stay lost and keep their numbers. Readers may be open meanwhile.
// Errors: those of TakeReader::open; usage (being recorded), no_space, failed; the take opens as before then.
[[nodiscard]] Result<RepairReport> repair_take(const std::filesystem::path& path);

}  // namespace framespool
