#include "encode/take_source.h"

#include <fmt/format.h>

#include <algorithm>

namespace framespool {

Result<std::unique_ptr<TakeSource>> TakeSource::open(const std::filesystem::path& take,
                                                     const ExportOptions& options) {
  auto reader = TakeReader::open(take);
  if (!reader) return tl::unexpected(reader.error());
  const std::uint64_t frames = (*reader)->frame_count();
  if (frames == 0) return fail(ErrorKind::usage, take.string(), "holds no frame");
  const FrameRange range = options.range.value_or(FrameRange{0, frames});
  if (range.first >= range.end || range.end > frames)
    return fail(
        ErrorKind::usage, take.string(),
        fmt::format("the range {}:{} does not lie within its {} frames", range.first, range.end, frames),
        fmt::format("the whole take is 0:{}", frames));
  return std::unique_ptr<TakeSource>(
      new TakeSource(std::move(*reader), range, options.salvage, options.strict));
}

TakeSource::TakeSource(std::unique_ptr<TakeReader> reader, FrameRange range, bool salvage, bool strict)
    : reader_(std::move(reader)), range_(range), salvage_(salvage), strict_(strict), next_(range.first) {}

std::span<const std::uint64_t> TakeSource::damaged_frames() const {
  return {damaged_.data(), std::min<std::size_t>(damaged_.size(), damaged_count_)};
}

void TakeSource::leave_out(std::uint64_t index) {
  if (damaged_count_ < damaged_.size()) damaged_[damaged_count_] = index;
  ++damaged_count_;
}

Result<FrameInfo> TakeSource::header_of(std::uint64_t index) {
  if (ahead_ && ahead_index_ == index) return *ahead_;
  auto info = reader_->frame_info(index);
  if (info) {
    ahead_ = *info;
    ahead_index_ = index;
  }
  return info;
}

Result<SourceInfo> TakeSource::begin() {
  SourceInfo source;
  source.frames = range_.end - range_.first;
  source.rate = reader_->info().rate;
  source.clock = reader_->info().clock;
  source.first_index = range_.first;

  // The first frame that can be read decides the size of the output.
  std::uint64_t index = range_.first;
  auto first = header_of(index);
  while (!first && first.error().kind == ErrorKind::damaged && salvage_ && ++index < range_.end)
    first = header_of(index);
  if (!first) return tl::unexpected(first.error());
  source.width = first_width_ = first->width;
  source.height = first_height_ = first->height;
  source.format = first->format;
  source.first_pts_ns = first->pts_ns;

  if (range_.end < reader_->frame_count()) {
    if (const auto after = reader_->frame_info(range_.end)) {
      source.end_pts_ns = after->pts_ns;
      return source;
    }
  }
  const auto last = reader_->frame_info(range_.end - 1);
  source.end_pts_ns = (last ? last->pts_ns : first->pts_ns) + step_time_ns(1, source.rate);
  return source;
}

Result<void> TakeSource::check_strictly(std::uint64_t index, const FrameInfo& info) const {
  if (info.width != first_width_ || info.height != first_height_)
    return fail(ErrorKind::failed, reader_->path().string(),
                fmt::format("frame {} is {}x{} while the first is {}x{}", index, info.width, info.height,
                            first_width_, first_height_),
                "leave --strict away to export it all the same");
  if (info.dropped_before > 0 && index != range_.first)
    return fail(ErrorKind::failed, reader_->path().string(),
                fmt::format("{} frames were dropped before frame {}", info.dropped_before, index),
                "leave --strict away to export it all the same");
  return {};
}

Result<FrameInfo> TakeSource::read(std::uint64_t index, FrameBuffer& buffer) {
  const auto header = header_of(index);
  if (!header) return header;
  if (auto room = buffer.ensure("export.frame", header->payload_bytes); !room)
    return tl::unexpected(room.error());
  return reader_->read_frame(index, buffer.span().first(header->payload_bytes));
}

Result<std::optional<SourceFrame>> TakeSource::next_frame(FrameBuffer& buffer) {
  for (; next_ < range_.end; ++next_) {
    auto info = read(next_, buffer);
    if (!info && info.error().kind == ErrorKind::damaged) {
      if (salvage_) {
        leave_out(next_);
        continue;
      }
      if (info.error().remedy.empty()) info.error().remedy = "--salvage leaves damaged frames out";
    }
    if (!info) return tl::unexpected(info.error());
    if (strict_)
      if (auto good = check_strictly(next_, *info); !good) return tl::unexpected(good.error());

    SourceFrame frame{*info, next_, std::nullopt};
    ++next_;
    if (next_ < reader_->frame_count())
      if (const auto after = header_of(next_)) frame.next_pts_ns = after->pts_ns;
    return frame;
  }
  return std::optional<SourceFrame>{};
}

Result<void> TakeSource::end() {
  reader_.reset();
  return {};
}

}  // namespace framespool
