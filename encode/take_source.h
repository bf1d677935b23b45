// Frames of a take, all or a range of it, read one after the other, also while it is being recorded.
#pragma once

#include <array>
#include <filesystem>
#include <memory>

#include "cache/take_reader.h"
#include "encode/export_options.h"
#include "encode/source.h"

namespace framespool {

class TakeSource final : public FrameSource {
 public:
  // Opens the take. Errors: usage (not a take, the range does not lie within it, no frame in it), damaged,
  // failed. A take that is still being recorded gives the frames that are finished now; with options.follow
  // it gives all that come until its recorder finishes or dies, or the range is full.
  [[nodiscard]] static Result<std::unique_ptr<TakeSource>> open(const std::filesystem::path& take,
                                                                const ExportOptions& options);

  void obey(const std::stop_token& stop) override { stop_ = stop; }
  // With options.strict an interrupted take and lost frames are errors.
  [[nodiscard]] Result<SourceInfo> begin() override;
  // A damaged frame is an error, or left out and counted with options.salvage. With options.strict a frame of
  // another size than the first and a gap left by dropped frames are errors as well.
  [[nodiscard]] Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) override;
  [[nodiscard]] Result<void> end() override;
  [[nodiscard]] std::uint64_t damaged() const override { return damaged_count_; }
  [[nodiscard]] std::vector<std::string> notes() const override { return notes_; }

 private:
  TakeSource(std::unique_ptr<TakeReader> reader, const ExportOptions& options, FrameRange range);
  [[nodiscard]] Result<void> wait_for(std::uint64_t index);
  [[nodiscard]] std::uint64_t end_index() const;
  [[nodiscard]] Result<FrameInfo> header_of(std::uint64_t index);
  [[nodiscard]] Result<FrameInfo> read(std::uint64_t index, FrameBuffer& buffer);
  [[nodiscard]] Result<void> check_take_strictly() const;
  [[nodiscard]] Result<void> check_strictly(std::uint64_t index, const FrameInfo& info) const;
  void leave_out(std::uint64_t index);
  void note_missing();
  void note_end();

  std::unique_ptr<TakeReader> reader_;
  FrameRange range_;  // up to the greatest number while the end is not known
  bool salvage_, strict_;
  bool follows_;  // the take may still grow
  std::stop_token stop_;
  std::uint64_t next_ = 0;
  std::uint32_t first_width_ = 0, first_height_ = 0;
  // The header read as the look-ahead of the frame before, so that each is read once.
  std::optional<FrameInfo> ahead_;
  std::uint64_t ahead_index_ = 0;
  // Frames left out, as ranges: a fixed number of them, whatever the damage.
  std::uint64_t damaged_count_ = 0;
  std::array<FrameRange, 100> missing_{};
  std::size_t missing_ranges_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace framespool
