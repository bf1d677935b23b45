// repair_take: makes an interrupted take whole, keeping every frame that can be read.
#include <algorithm>

#include "cache/internal/index_writer.h"
#include "cache/internal/open_take.h"
#include "cache/internal/take_walk.h"
#include "cache/take_reader.h"

namespace framespool {
namespace {

using namespace layout;

// What a walk over the whole take says is there.
struct Survey {
  std::uint64_t frames_end = 0;      // one more than the last whole frame's number
  std::uint64_t lost = 0;            // numbers below that without a record
  std::uint64_t records_end = kFirstRecord;  // offset behind the last whole frame, or behind its index block
  std::uint64_t dropped = 0;
  std::int64_t last_pts_ns = 0;
  bool closed = false;               // an end block is the last thing in the file
  std::uint64_t indexed_blocks = 0;  // whole index blocks from the first on, each in its place
  std::uint64_t after_index = kFirstRecord;  // where the first frame behind them is
};

bool entries_are_whole(TakePages& pages, const TakeWalk::Step& step) {
  std::array<std::byte, kIndexEntriesBytes> entries;
  return pages.read(step.offset + kPage, entries) && has_checksum(entries, step.index.entries_checksum);
}

// Frames from `until_frame` on are torn. Index blocks that are in their place are adopted by `index`.
Survey survey(TakePages& pages, const SessionId& session, std::uint64_t until_frame, IndexWriter& index) {
  Survey seen;
  TakeWalk walk(session, kFirstRecord, 0);
  std::uint64_t lost = 0;
  for (;;) {
    const TakeWalk::Step step = walk.next(pages);
    if (step.kind == TakeWalk::Kind::tail) break;
    lost += step.lost_before;
    if (step.kind == TakeWalk::Kind::frame) {
      if (step.frame.info.sequence >= until_frame) break;
      seen.frames_end = walk.expected();
      seen.lost = lost;
      seen.records_end = step.next_offset;
      seen.dropped = step.frame.info.dropped_total;
      seen.last_pts_ns = step.frame.info.pts_ns;
    } else if (step.kind == TakeWalk::Kind::index) {
      if (step.index.number != seen.indexed_blocks || step.index.entries != kFramesPerIndex) continue;
      if (step.index.end_frame() != seen.frames_end || !entries_are_whole(pages, step)) continue;
      index.adopt(seen.indexed_blocks++, step.offset);
      seen.records_end = seen.after_index = step.next_offset;
    } else if (step.kind == TakeWalk::Kind::end) {
      seen.closed = step.next_offset == pages.length();
    }
  }
  return seen;
}

class Repair {
 public:
  Repair(OpenedTake opened, TakeFile file, IndexWriter index)
      : opened_(std::move(opened)), file_(std::move(file)), index_(std::move(index)) {}
  // `until_frame` is what a reader found, torn frames at the end left out.
  Result<RepairReport> run(std::uint64_t until_frame);

 private:
  [[nodiscard]] bool start_is_whole();
  [[nodiscard]] Result<void> write_index(const Survey& seen);
  [[nodiscard]] Result<void> write_start();
  [[nodiscard]] Result<void> write_end(const Survey& seen);

  OpenedTake opened_;
  TakeFile file_;
  IndexWriter index_;
};

// File header and pointer blocks, and that these lead to the newest index block.
bool Repair::start_is_whole() {
  if (opened_.header_damaged) return false;
  bool whole = true;
  for (const std::uint64_t offset : kPointerOffset) {
    const auto page = opened_.pages.page(offset);
    const auto pointer = page ? decode_pointer(*page, opened_.info.session) : std::nullopt;
    if (pointer) index_.outdo(pointer->generation);
    whole = whole && pointer;
  }
  return whole;
}

// Indexes the frames behind the index blocks that are in place.
Result<void> Repair::write_index(const Survey& seen) {
  std::uint64_t next = seen.indexed_blocks * kFramesPerIndex;
  TakeWalk walk(opened_.info.session, seen.after_index, next);
  while (next < seen.frames_end) {
    const TakeWalk::Step step = walk.next(opened_.pages);
    if (step.kind == TakeWalk::Kind::tail)
      return fail(ErrorKind::failed, file_.path().string(), "changed while it was repaired");
    if (step.kind != TakeWalk::Kind::frame) continue;
    const FrameInfo& info = step.frame.info;
    for (; next < info.sequence; ++next)
      if (auto added = index_.add(IndexEntry{}, file_); !added) return added;
    if (auto added = index_.add({step.offset, info.pts_ns, info.width, info.height, info.payload_bytes}, file_);
        !added)
      return added;
    ++next;
  }
  if (opened_.pages.failed_reads() > 0)
    return tl::unexpected(system_error(file_.path().string(), opened_.pages.read_error()));
  return index_.flush(file_);
}

Result<void> Repair::write_start() {
  // Both, so that neither is left damaged.
  for (int i = 0; i < 2; ++i)
    if (auto written = index_.write_pointer(file_); !written) return written;
  if (!opened_.header_damaged) return {};
  auto page = FrameBuffer::allocate("cache.header", kPage);
  if (!page) return tl::unexpected(page.error());
  encode(opened_.info, page->span().first<kPage>());
  return file_.rewrite(0, page->span().first(kPage));
}

Result<void> Repair::write_end(const Survey& seen) {
  EndBlock end;
  end.frames = seen.frames_end;
  end.dropped = seen.dropped;
  end.duration_ns = seen.frames_end == 0 ? 0 : seen.last_pts_ns + step_time_ns(1, opened_.info.rate);
  end.index_offset = index_.newest_offset();
  end.lost = seen.lost;
  auto page = FrameBuffer::allocate("cache.header", kPage);
  if (!page) return tl::unexpected(page.error());
  encode(end, opened_.info.session, page->span().first<kPage>());
  if (auto written = file_.append_closing(page->span().first(kPage)); !written) return written;
  return file_.truncate(file_.end());
}

Result<RepairReport> Repair::run(std::uint64_t until_frame) {
  TakePages& pages = opened_.pages;
  const bool start_whole = start_is_whole();
  const Survey seen = survey(pages, opened_.info.session, until_frame, index_);
  // Nothing is cut off or called lost because the disk failed to read it just now.
  if (pages.failed_reads() > 0) return tl::unexpected(system_error(file_.path().string(), pages.read_error()));
  RepairReport report;
  report.frames = seen.frames_end - seen.lost;
  report.lost = seen.lost;
  if (seen.closed && start_whole) {
    report.was_complete = true;
    return report;
  }
  report.bytes_cut = !seen.closed && pages.length() > seen.records_end ? pages.length() - seen.records_end : 0;
  if (auto cut = file_.truncate(seen.records_end); !cut) return tl::unexpected(cut.error());
  if (pages.measure() != 0) return tl::unexpected(system_error(file_.path().string(), errno));
  if (auto done = write_index(seen); !done) return tl::unexpected(done.error());
  if (auto done = write_start(); !done) return tl::unexpected(done.error());
  if (auto done = write_end(seen); !done) return tl::unexpected(done.error());
  if (auto done = file_.sync(); !done) return tl::unexpected(done.error());
  return report;
}

}  // namespace

Result<RepairReport> repair_take(const std::filesystem::path& path) {
  auto reader = TakeReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  const std::uint64_t frames = (*reader)->frame_count();
  const std::uint64_t bytes = (*reader)->file_bytes();
  if (const int error_number = (*reader)->read_error(); error_number != 0)
    return tl::unexpected(system_error(path.string(), error_number));
  reader->reset();
  auto file = TakeFile::open_existing(path);
  if (!file) return tl::unexpected(file.error());
  auto opened = open_take(path);
  if (!opened) return tl::unexpected(opened.error());
  // From here on the lock keeps others out; between the two looks a recording may have ended.
  if (opened->pages.length() != bytes)
    return fail(ErrorKind::failed, path.string(), "has just been written to", "try again");
  auto index = IndexWriter::create(opened->info.session);
  if (!index) return tl::unexpected(index.error());
  return Repair(std::move(*opened), std::move(*file), std::move(*index)).run(frames);
}

}  // namespace framespool
