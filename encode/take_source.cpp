#include "encode/take_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace framespool {
namespace {

constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Result<std::unique_ptr<TakeSource>> TakeSource::open(const std::filesystem::path& take,
                                                     const ExportOptions& options) {
  auto reader = TakeReader::open(take);
  if (!reader) return tl::unexpected(reader.error());
  const std::uint64_t frames = (*reader)->frame_count();
  if (options.follow && (*reader)->state() == TakeState::being_recorded)
    return std::unique_ptr<TakeSource>(
        new TakeSource(std::move(*reader), options, options.range.value_or(FrameRange{0, kNoEnd})));
  if (frames == 0) return fail(ErrorKind::usage, take.string(), "holds no frame");
  const FrameRange range = options.range.value_or(FrameRange{0, frames});
  if (range.first >= range.end || range.end > frames)
    return fail(
        ErrorKind::usage, take.string(),
        fmt::format("the range {}:{} does not lie within its {} frames", range.first, range.end, frames),
        fmt::format("the whole take is 0:{}", frames));
  auto source = std::unique_ptr<TakeSource>(new TakeSource(std::move(*reader), options, range));
  source->follows_ = false;
  return source;
}

TakeSource::TakeSource(std::unique_ptr<TakeReader> reader, const ExportOptions& options, FrameRange range)
    : reader_(std::move(reader)),
      range_(range),
      salvage_(options.salvage),
      strict_(options.strict),
      follows_(options.follow),
      next_(range.first) {}

// Until frame `index` is there or will never be.
Result<void> TakeSource::wait_for(std::uint64_t index) {
  if (!follows_ || index < reader_->frame_count()) return {};
  const auto count = reader_->wait_for_more(index, stop_);
  if (!count) return tl::unexpected(count.error());
  if (stop_.stop_requested()) return fail(ErrorKind::cancelled, reader_->path().string(), "was cancelled");
  follows_ = reader_->state() == TakeState::being_recorded;
  return {};
}

std::uint64_t TakeSource::end_index() const {
  return std::min(range_.end, reader_->frame_count());
}

void TakeSource::leave_out(std::uint64_t index) {
  ++damaged_count_;
  if (missing_ranges_ > 0 && missing_[missing_ranges_ - 1].end == index) {
    ++missing_[missing_ranges_ - 1].end;
  } else if (missing_ranges_ < missing_.size()) {
    missing_[missing_ranges_++] = {index, index + 1};
  }
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
  if (auto waited = wait_for(range_.first); !waited) return tl::unexpected(waited.error());
  if (strict_)
    if (auto good = check_take_strictly(); !good) return tl::unexpected(good.error());
  if (range_.first >= reader_->frame_count())
    return fail(ErrorKind::usage, reader_->path().string(),
                fmt::format("the recording ended after {} frames, before frame {}", reader_->frame_count(),
                            range_.first));
  SourceInfo source;
  source.open_ended = follows_;
  if (!follows_) range_.end = end_index();
  source.frames = range_.end == kNoEnd ? 0 : range_.end - range_.first;
  source.rate = reader_->info().rate;
  source.clock = reader_->info().clock;
  source.first_index = range_.first;

  // The first frame that can be read decides the size of the output.
  std::uint64_t index = range_.first;
  auto first = header_of(index);
  while (!first && first.error().kind == ErrorKind::damaged && salvage_ && ++index < end_index())
    first = header_of(index);
  if (!first) return tl::unexpected(first.error());
  source.width = first_width_ = first->width;
  source.height = first_height_ = first->height;
  source.format = first->format;
  source.first_pts_ns = first->pts_ns;
  reader_->expect_from(index);  // while the sink begins
  if (source.open_ended) return source;

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

Result<void> TakeSource::check_take_strictly() const {
  const auto refuse = [&](std::string why, std::string remedy) {
    return fail(ErrorKind::damaged, reader_->path().string(), std::move(why), std::move(remedy));
  };
  if (reader_->state() == TakeState::interrupted)
    return refuse("was interrupted: its end is missing",
                  "`framespool repair` closes it, or leave --strict away to export what is there");
  if (reader_->state() == TakeState::damaged)
    return refuse("is damaged: some of its frames are lost",
                  "`framespool verify` names them, --salvage leaves them out");
  if (reader_->header_damaged())
    return refuse("is damaged: its file header is wrong", "leave --strict away to export it all the same");
  return {};
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
  auto header = header_of(index);
  if (!header) return header;
  if (auto room = buffer.ensure("export.frame", header->payload_bytes, PageSize::large); !room)
    return tl::unexpected(room.error());
  return reader_->read_frame(index, buffer.span().first(header->payload_bytes));
}

Result<std::optional<SourceFrame>> TakeSource::next_frame(FrameBuffer& buffer) {
  for (; next_ < range_.end; ++next_) {
    // The one behind it too: where a frame ends in time is where the next one begins.
    if (auto waited = wait_for(next_ + 1); !waited) return tl::unexpected(waited.error());
    if (next_ >= end_index()) break;
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

// "frames 3, 7 to 9 are damaged and were left out"
void TakeSource::note_missing() {
  if (damaged_count_ == 0) return;
  if (damaged_count_ == 1) {
    notes_.push_back(fmt::format("frame {} is damaged and was left out", missing_[0].first));
    return;
  }
  std::string list;
  std::uint64_t named = 0;
  for (std::size_t i = 0; i < missing_ranges_; ++i) {
    const auto [first, end] = missing_[i];
    list += fmt::format("{}{}", i > 0 ? ", " : "", first);
    if (end - first > 1) list += fmt::format("{}{}", end - first == 2 ? ", " : " to ", end - 1);
    named += end - first;
  }
  if (named < damaged_count_) list += fmt::format(" and {} more", damaged_count_ - named);
  notes_.push_back(fmt::format("frames {} are damaged and were left out", list));
}

// The tolerant way with a torn tail: what is whole is exported, and where it ends is said.
void TakeSource::note_end() {
  const std::uint64_t frames = reader_->frame_count();
  if (range_.end != kNoEnd && range_.end > frames)
    notes_.push_back(fmt::format("the recording ended after {} frames, before the range did", frames));
  if (reader_->state() != TakeState::interrupted || range_.end < frames) return;
  std::string text = fmt::format("the recording was interrupted: the take ends with frame {}", frames - 1);
  if (const std::uint64_t torn = reader_->torn_bytes(); torn > 0)
    text += fmt::format(", and {} bytes behind it of a frame that was not finished are left out", torn);
  notes_.push_back(std::move(text));
}

Result<void> TakeSource::end() {
  note_missing();
  note_end();
  // A take that was followed has shown only now how it ended.
  Result<void> outcome;
  if (strict_) outcome = check_take_strictly();
  reader_.reset();
  return outcome;
}

}  // namespace framespool
