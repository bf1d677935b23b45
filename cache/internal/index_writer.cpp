#include "cache/internal/index_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace framespool {

using namespace layout;

IndexWriter::IndexWriter(const SessionId& session, FrameBuffer buffer)
    : session_(session), buffer_(std::move(buffer)) {
  std::memset(buffer_.data(), 0, kIndexBlockBytes + kPage);
}

Result<IndexWriter> IndexWriter::create(const SessionId& session) {
  auto buffer = FrameBuffer::allocate("cache.index", kIndexBlockBytes + kPage);
  if (!buffer) return tl::unexpected(buffer.error());
  return IndexWriter(session, std::move(*buffer));
}

Result<void> IndexWriter::add(const IndexEntry& entry, TakeFile& file) {
  const std::size_t at = kPage + entries_ * kIndexEntryBytes;
  encode(entry, buffer_.span().subspan(at).first<kIndexEntryBytes>());
  ++entries_;
  return entries_ == kFramesPerIndex ? write_block(file) : Result<void>{};
}

Result<void> IndexWriter::flush(TakeFile& file) {
  return entries_ > 0 ? write_block(file) : Result<void>{};
}

Result<void> IndexWriter::write_block(TakeFile& file) {
  const auto entries = buffer_.span().subspan(kPage, kIndexEntriesBytes);
  IndexHeader header;
  header.number = number_;
  header.entries = entries_;
  header.entries_checksum = checksum(entries);
  if (number_ > 0) header.back = latest_;
  encode(header, session_, buffer_.span().first<kPage>());
  const std::uint64_t offset = file.end();
  if (auto written = file.append_closing(buffer_.span().first(kIndexBlockBytes)); !written) return written;

  frames_ = header.end_frame();
  entries_ = 0;
  std::memset(entries.data(), 0, entries.size());
  note_block(offset);
  return write_pointer(file);
}

void IndexWriter::note_block(std::uint64_t offset) {
  for (std::size_t level = 0; level < kIndexBackLevels; ++level)
    if (number_ % (std::uint64_t{1} << level) == 0) latest_[level] = offset;
  newest_offset_ = offset;
  ++number_;
}

void IndexWriter::adopt(std::uint64_t number, std::uint64_t offset) {
  number_ = number;
  frames_ = (number + 1) * kFramesPerIndex;
  note_block(offset);
}

void IndexWriter::outdo(std::uint64_t generation) { generation_ = std::max(generation_, generation); }

Result<void> IndexWriter::write_pointer(TakeFile& file) {
  const auto page = buffer_.span().subspan(kIndexBlockBytes).first<kPage>();
  ++generation_;
  encode(PointerBlock{generation_, newest_offset_, frames_}, session_, page);
  return file.rewrite(kPointerOffset[generation_ % 2 == 1 ? 0 : 1], page);
}

}  // namespace framespool
