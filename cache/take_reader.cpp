#include "cache/take_reader.h"

#include <fmt/format.h>

#include <utility>

#include "cache/internal/open_take.h"
#include "cache/internal/payload_check.h"
#include "cache/internal/payload_reader.h"
#include "cache/internal/take_map.h"
#include "cache/internal/take_watch.h"

namespace framespool {
namespace {

// A power cut loses at most the last seconds; a file with more bad payloads at its end is damaged, not torn.
constexpr std::uint64_t kMostTornFrames = 1024;

}  // namespace

struct TakeReader::Impl {
  Impl(std::filesystem::path take_path, OpenedTake opened, TakeMap take_map)
      : path(std::move(take_path)),
        pages(std::move(opened.pages)),
        info(std::move(opened.info)),
        being_recorded(opened.being_recorded),
        header_damaged(opened.header_damaged),
        map(std::move(take_map)) {}
  ~Impl() { payloads.drop(pages); }

  struct Located {
    std::uint64_t offset;
    FrameRecord frame;
  };
  [[nodiscard]] Result<Located> locate(std::uint64_t index);
  [[nodiscard]] tl::unexpected<Error> damaged(std::uint64_t index, std::string_view why) const;
  [[nodiscard]] Result<void> drop_torn_frames();

  std::filesystem::path path;
  TakePages pages;
  TakeInfo info;
  bool being_recorded;
  bool header_damaged;
  TakeMap map;
  std::uint64_t whole_end = 0;  // of an interrupted take: where its last whole frame ends, if a torn one was dropped
  std::optional<TakeWatch> watch;  // once somebody waits
  PayloadReader payloads;
};

tl::unexpected<Error> TakeReader::Impl::damaged(std::uint64_t index, std::string_view why) const {
  return fail(ErrorKind::damaged, path.string(), fmt::format("frame {} is damaged: {}", index, why));
}

Result<TakeReader::Impl::Located> TakeReader::Impl::locate(std::uint64_t index) {
  if (index >= map.frames())
    return fail(ErrorKind::usage, path.string(),
                fmt::format("there is no frame {}, the take has {}", index, map.frames()));
  const auto offset = map.locate(pages, index);
  if (!offset) return damaged(index, "its header cannot be read");
  const auto page = pages.page(*offset);
  const auto frame = page ? decode_frame(*page, info.session, *offset) : std::nullopt;
  if (!frame || frame->info.sequence != index) return damaged(index, "its header cannot be read");
  const std::uint64_t record = layout::record_bytes(frame->info.payload_bytes);
  if (record > pages.length() - *offset) return damaged(index, "it reaches past the end of the file");
  map.remember(index, *offset + record);
  return Located{*offset, *frame};
}

// Only for a take that nobody records: there the length bounds what was written.
Result<void> TakeReader::Impl::drop_torn_frames() {
  if (being_recorded || map.end_block() || map.frames() == 0) return {};
  auto check = PayloadCheck::create();
  if (!check) return tl::unexpected(check.error());
  for (std::uint64_t dropped = 0; dropped < kMostTornFrames && map.frames() > 0; ++dropped) {
    const auto last = locate(map.frames() - 1);
    if (last && check->is_whole(pages, last->offset, last->frame)) break;
    if (pages.failed_reads() > 0) break;  // it may be there, and the system fails to read it
    if (last) whole_end = last->offset;
    map.forget_from(map.frames() - 1);
  }
  return {};
}

TakeReader::TakeReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TakeReader::~TakeReader() = default;

Result<std::unique_ptr<TakeReader>> TakeReader::open(const std::filesystem::path& path) {
  auto opened = open_take(path);
  if (!opened) return tl::unexpected(opened.error());
  auto map = TakeMap::create(opened->info.session);
  if (!map) return tl::unexpected(map.error());
  auto impl = std::make_unique<Impl>(path, std::move(*opened), std::move(*map));
  impl->map.update(impl->pages);
  if (impl->map.frames() <= impl->map.lost() && impl->pages.failed_reads() > 0)
    return tl::unexpected(system_error(path.string(), impl->pages.read_error()));
  if (auto looked = impl->drop_torn_frames(); !looked) return tl::unexpected(looked.error());
  return std::unique_ptr<TakeReader>(new TakeReader(std::move(impl)));
}

const TakeInfo& TakeReader::info() const { return impl_->info; }
std::uint64_t TakeReader::frame_count() const { return impl_->map.frames(); }
const std::filesystem::path& TakeReader::path() const { return impl_->path; }
std::uint64_t TakeReader::file_bytes() const { return impl_->pages.length(); }
int TakeReader::read_error() const { return impl_->pages.read_error(); }
std::uint64_t TakeReader::read_calls() const { return impl_->pages.read_calls(); }

bool TakeReader::header_damaged() const { return impl_->header_damaged; }

std::uint64_t TakeReader::torn_bytes() const {
  if (impl_->being_recorded || impl_->map.end_block()) return 0;
  const std::uint64_t end = impl_->whole_end != 0 ? impl_->whole_end : impl_->map.end_offset();
  return impl_->pages.length() > end ? impl_->pages.length() - end : 0;
}

TakeState TakeReader::state() const {
  if (impl_->being_recorded && !impl_->map.end_block()) return TakeState::being_recorded;
  const auto& end = impl_->map.end_block();
  if (impl_->map.lost() > 0 || (end && end->lost > 0)) return TakeState::damaged;
  return impl_->map.end_block() ? TakeState::complete : TakeState::interrupted;
}

TakeSummary TakeReader::summary() {
  TakeSummary summary;
  summary.frames = frame_count();
  summary.file_bytes = file_bytes();
  if (const auto& end = impl_->map.end_block()) {
    summary.dropped = end->dropped;
    summary.duration_ns = end->duration_ns;
    summary.stopped_for_space = end->stopped_for_space;
  } else if (summary.frames > 0) {
    if (const auto last = impl_->locate(summary.frames - 1)) {
      summary.dropped = last->frame.info.dropped_total;
      summary.duration_ns = last->frame.info.pts_ns + step_time_ns(1, impl_->info.rate);
    }
  }
  return summary;
}

Result<FrameInfo> TakeReader::frame_info(std::uint64_t index) {
  const auto located = impl_->locate(index);
  if (!located) return tl::unexpected(located.error());
  return located->frame.info;
}

Result<FrameOutline> TakeReader::frame_outline(std::uint64_t index) {
  if (index < impl_->map.frames())
    if (const auto entry = impl_->map.indexed(impl_->pages, index))
      return FrameOutline{entry->pts_ns, entry->width, entry->height};
  const auto located = impl_->locate(index);
  if (!located) return tl::unexpected(located.error());
  const FrameInfo& info = located->frame.info;
  return FrameOutline{info.pts_ns, info.width, info.height};
}

Result<FrameInfo> TakeReader::read_frame(std::uint64_t index, std::span<std::byte> buffer) {
  const auto located = impl_->locate(index);
  if (!located) return tl::unexpected(located.error());
  const FrameRecord& frame = located->frame;
  const std::size_t bytes = frame.info.payload_bytes;
  if (buffer.size() < bytes)
    return fail(ErrorKind::usage, impl_->path.string(),
                fmt::format("frame {} has {} bytes, the buffer {}", index, bytes, buffer.size()));
  const auto payload = buffer.first(bytes);
  if (!impl_->payloads.read(impl_->pages, index, located->offset, payload, impl_->map.end_offset()))
    return tl::unexpected(system_error(fmt::format("{}: frame {}", impl_->path.string(), index), errno));
  if (!has_checksum(payload, frame.payload_checksum)) return impl_->damaged(index, "its checksum is wrong");
  return frame.info;
}

void TakeReader::expect_from(std::uint64_t index) {
  if (const auto located = impl_->locate(index))
    impl_->payloads.expect(impl_->pages, index, located->offset, located->frame.info.payload_bytes,
                           impl_->map.end_offset());
}

Result<std::uint64_t> TakeReader::refresh() {
  Impl& self = *impl_;
  if (self.map.end_block()) return self.map.frames();
  // Nobody but a writer changes a take.
  if (!self.being_recorded) return self.map.frames();
  self.being_recorded = locked_exclusively_by_other(self.pages.file(), kWriterLock);
  if (const int error_number = self.pages.measure(); error_number != 0)
    return tl::unexpected(system_error(self.path.string(), error_number));
  self.map.update(self.pages);
  if (auto looked = self.drop_torn_frames(); !looked) return tl::unexpected(looked.error());
  return self.map.frames();
}

Result<std::uint64_t> TakeReader::wait_for_more(std::uint64_t frames, const std::stop_token& stop) {
  if (!impl_->watch) {
    auto watch = TakeWatch::create(impl_->pages.file());
    if (!watch) return tl::unexpected(watch.error());
    impl_->watch = std::move(*watch);
  }
  // Watched before it is looked at: what comes in between ends the wait at once.
  while (true) {
    auto count = refresh();
    if (!count || *count > frames || state() != TakeState::being_recorded || stop.stop_requested()) return count;
    if (auto woken = impl_->watch->wait(stop); !woken) return tl::unexpected(woken.error());
  }
}

}  // namespace framespool
