// Frames of a take, all or a range of it, read one after the other.
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
  // failed.
  [[nodiscard]] static Result<std::unique_ptr<TakeSource>> open(const std::filesystem::path& take,
                                                                const ExportOptions& options);

  [[nodiscard]] Result<SourceInfo> begin() override;
  // A damaged frame is an error, or left out and counted with options.salvage. With options.strict a frame of
  // another size than the first and a gap left by dropped frames are errors as well.
  [[nodiscard]] Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) override;
  [[nodiscard]] Result<void> end() override;
  [[nodiscard]] std::uint64_t damaged() const override { return damaged_count_; }
  [[nodiscard]] std::span<const std::uint64_t> damaged_frames() const override;

 private:
  TakeSource(std::unique_ptr<TakeReader> reader, FrameRange range, bool salvage, bool strict);
  [[nodiscard]] Result<FrameInfo> header_of(std::uint64_t index);
  [[nodiscard]] Result<FrameInfo> read(std::uint64_t index, FrameBuffer& buffer);
  [[nodiscard]] Result<void> check_strictly(std::uint64_t index, const FrameInfo& info) const;
  void leave_out(std::uint64_t index);

  std::unique_ptr<TakeReader> reader_;
  FrameRange range_;
  bool salvage_;
  bool strict_;
  std::uint64_t next_ = 0;
  std::uint32_t first_width_ = 0, first_height_ = 0;
  // The header read as the look-ahead of the frame before, so that each is read once.
  std::optional<FrameInfo> ahead_;
  std::uint64_t ahead_index_ = 0;
  std::uint64_t damaged_count_ = 0;
  std::array<std::uint64_t, 1000> damaged_{};
};

}  // namespace framespool
