#include "cache/internal/record_writer.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace framespool {

using namespace layout;

RecordWriter::RecordWriter(TakeFile file, IndexWriter index, FrameBuffer page, const TakeInfo& info)
    : file_(std::move(file)),
      index_(std::move(index)),
      page_(std::move(page)),
      session_(info.session),
      rate_(info.rate),
      sealed_end_(kFirstRecord) {}

Result<RecordWriter> RecordWriter::begin(TakeFile file, const TakeInfo& info) {
  auto index = IndexWriter::create(info.session);
  if (!index) return tl::unexpected(index.error());
  auto pages = FrameBuffer::allocate("cache.header", kFirstRecord);
  if (!pages) return tl::unexpected(pages.error());
  const auto all = pages->span();
  encode(info, all.first<kPage>());
  for (const std::uint64_t offset : kPointerOffset)
    encode(PointerBlock{}, info.session, all.subspan(offset).first<kPage>());
  if (auto written = file.append(all.first(kFirstRecord)); !written) {
    file.discard();
    return tl::unexpected(written.error());
  }
  return RecordWriter(std::move(file), std::move(*index), std::move(*pages), info);
}

Result<RecordWriter::Sealed> RecordWriter::seal(std::span<std::byte> record, std::size_t payload_bytes) {
  const auto page = record.first<kPage>();
  const auto padding = record.subspan(kPage + payload_bytes);
  std::memset(padding.data(), 0, padding.size());
  const std::uint64_t dropped = sealed_dropped_ + dropped_before(page);
  seal_frame(sealed_frames_, dropped, checksum(record.subspan(kPage, payload_bytes)), page);
  // Read back by the reader's own rules: nothing goes to disk that no reader would accept.
  auto frame = decode_frame(page, session_, sealed_end_);
  if (!frame || frame->info.payload_bytes != payload_bytes)
    return fail(ErrorKind::failed, file_.path().string(), fmt::format("frame {} is not described right", sealed_frames_));
  ++sealed_frames_;
  sealed_dropped_ = dropped;
  sealed_end_ += record.size();
  return Sealed{record, std::move(frame->info)};
}

Result<void> RecordWriter::append(const Sealed& sealed) {
  const FrameInfo& info = sealed.info;
  const std::uint64_t offset = file_.end();
  if (auto written = file_.append(sealed.record); !written) return written;
  ++frames_;
  dropped_ = info.dropped_total;
  last_pts_ns_ = info.pts_ns;
  return index_.add({offset, info.pts_ns, info.width, info.height, info.payload_bytes}, file_);
}

Result<TakeSummary> RecordWriter::close(bool stopped_for_space) {
  TakeSummary summary;
  summary.frames = frames_;
  summary.dropped = dropped_;
  summary.duration_ns = frames_ == 0 ? 0 : last_pts_ns_ + step_time_ns(1, rate_);
  summary.stopped_for_space = stopped_for_space;

  auto closed = index_.flush(file_);
  if (closed) {
    const auto page = page_.span().first<kPage>();
    encode(EndBlock{frames_, dropped_, summary.duration_ns, stopped_for_space, index_.newest_offset(), 0},
           session_, page);
    closed = file_.append_closing(page);
  }
  // Without room for them the records stay as they are: an interrupted take that opens like any other.
  if (!closed && closed.error().kind != ErrorKind::no_space) return tl::unexpected(closed.error());
  if (auto cut = file_.truncate(file_.end()); !cut) return tl::unexpected(cut.error());
  if (auto flushed = file_.sync(); !flushed) return tl::unexpected(flushed.error());
  summary.file_bytes = file_.end();
  return summary;
}

}  // namespace framespool
