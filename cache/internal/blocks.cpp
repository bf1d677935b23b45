#include "cache/internal/blocks.h"

#include <xxhash.h>
#ifdef FRAMESPOOL_XXHASH_DISPATCH
// Makes XXH3_64bits use what the processor has (AVX2, AVX-512): the same hash, four times as fast.
#include <xxh_x86dispatch.h>
#endif

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace framespool {
namespace {

using namespace layout;

// Little-endian whatever the machine is; compilers turn these loops into one move.
template <class T>
void put(std::span<std::byte> page, std::size_t at, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i)
    page[at + i] = static_cast<std::byte>((bits >> (8 * i)) & 0xff);
}

template <class T>
T get(std::span<const std::byte> page, std::size_t at) {
  using Bits = std::make_unsigned_t<T>;
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bits = static_cast<Bits>(bits | static_cast<Bits>(static_cast<Bits>(page[at + i]) << (8 * i)));
  return static_cast<T>(bits);
}

void put_text(Page page, std::size_t at, const std::string& text) {
  std::size_t length = std::min(text.size(), kMaxText);
  // Never half of a UTF-8 character.
  if (length < text.size())
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  put(page, at, static_cast<std::uint16_t>(length));
  std::memcpy(page.data() + at + 2, text.data(), length);
}

std::string get_text(ConstPage page, std::size_t at) {
  const std::size_t length = std::min<std::size_t>(get<std::uint16_t>(page, at), kMaxText);
  return std::string(reinterpret_cast<const char*>(page.data() + at + 2), length);
}

std::uint64_t page_checksum(ConstPage page) {
  // XXH3 of the page with the checksum field zero; a copy is cheaper than the streaming interface.
  std::array<std::byte, kPage> copy;
  std::memcpy(copy.data(), page.data(), kPage);
  std::memset(copy.data() + kChecksumAt, 0, sizeof(std::uint64_t));
  return checksum(copy);
}

void begin_block(Magic magic, const SessionId& session, Page page) {
  std::memset(page.data(), 0, kPage);
  std::memcpy(page.data(), magic, kMagicBytes);
  put(page, kVersionAt, kVersion);
  put(page, kPageBytesAt, static_cast<std::uint32_t>(kPage));
  std::memcpy(page.data() + kSessionAt, session.data(), session.size());
}

void end_block(Page page) { put(page, kChecksumAt, page_checksum(page)); }

void put_facts(const TakeInfo& info, Page page, std::size_t at) {
  put(page, at + kFactRateNumerator, info.rate.numerator);
  put(page, at + kFactRateDenominator, info.rate.denominator);
  put(page, at + kFactClock, static_cast<std::uint32_t>(info.clock));
  put(page, at + kFactCreated, info.created_unix_ns);
  put_text(page, at + kFactProgram, info.program);
  put_text(page, at + kFactScene, info.scene);
}

bool is_clock(std::uint32_t value) { return value == 1 || value == 2; }
bool is_time(std::int64_t value) { return value >= 0 && value <= kMaxTime; }

Rational get_rate(ConstPage page, std::size_t facts) {
  return {get<std::int64_t>(page, facts + kFactRateNumerator),
          get<std::int64_t>(page, facts + kFactRateDenominator)};
}

std::optional<TakeInfo> get_facts(ConstPage page, std::size_t at) {
  TakeInfo info;
  info.session = session_of(page);
  info.rate = get_rate(page, at);
  const auto clock = get<std::uint32_t>(page, at + kFactClock);
  if (!is_valid(info.rate) || !is_clock(clock)) return std::nullopt;
  info.clock = static_cast<ClockKind>(clock);
  info.created_unix_ns = get<std::int64_t>(page, at + kFactCreated);
  info.program = get_text(page, at + kFactProgram);
  info.scene = get_text(page, at + kFactScene);
  return info;
}

bool is_block_of(ConstPage page, Magic magic, const SessionId& session) {
  return has_magic(page, magic) && session_of(page) == session && is_block(page, magic);
}

// No block at `offset` can speak of more frames than fit in front of it.
bool fits_before(std::uint64_t frames, std::uint64_t offset) {
  return offset >= kFirstRecord && frames <= (offset - kFirstRecord) / kSmallestRecord;
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

bool has_checksum(std::span<const std::byte> bytes, std::uint64_t stored) {
  return !kChecksumsCount || checksum(bytes) == stored;
}

void encode(const TakeInfo& info, Page page) {
  begin_block(kMagicFile, info.session, page);
  put_facts(info, page, kFileFacts);
  end_block(page);
}

void encode(const PointerBlock& block, const SessionId& session, Page page) {
  begin_block(kMagicPointer, session, page);
  put(page, kPointerGeneration, block.generation);
  put(page, kPointerIndex, block.index_offset);
  put(page, kPointerFrames, block.frames);
  end_block(page);
}

void encode(const IndexHeader& header, const SessionId& session, Page page) {
  begin_block(kMagicIndex, session, page);
  put(page, kIndexNumber, header.number);
  put(page, kIndexEntries, header.entries);
  put(page, kIndexEntriesChecksum, header.entries_checksum);
  for (std::size_t level = 0; level < kIndexBackLevels; ++level)
    put(page, kIndexBack + 8 * level, header.back[level]);
  end_block(page);
}

void encode(const EndBlock& block, const SessionId& session, Page page) {
  begin_block(kMagicEnd, session, page);
  put(page, kEndFrames, block.frames);
  put(page, kEndDropped, block.dropped);
  put(page, kEndDuration, block.duration_ns);
  put(page, kEndStoppedForSpace, std::uint32_t{block.stopped_for_space});
  put(page, kEndIndex, block.index_offset);
  put(page, kEndLost, block.lost);
  end_block(page);
}

void encode(const IndexEntry& entry, std::span<std::byte, kIndexEntryBytes> bytes) {
  put(bytes, kEntryOffset, entry.offset);
  put(bytes, kEntryPts, entry.pts_ns);
  put(bytes, kEntryWidth, entry.width);
  put(bytes, kEntryHeight, entry.height);
  put(bytes, kEntryPayloadBytes, entry.payload_bytes);
}

void describe_frame(const FrameInfo& info, const TakeInfo& take, Page page) {
  begin_block(kMagicFrame, take.session, page);
  put(page, kFramePresented, info.presented);
  put(page, kFramePts, info.pts_ns);
  put(page, kFrameWidth, info.width);
  put(page, kFrameHeight, info.height);
  put(page, kFrameStride, std::uint64_t{info.stride_bytes});
  put(page, kFrameFormat, static_cast<std::uint32_t>(info.format));
  put(page, kFrameRowOrder, static_cast<std::uint32_t>(info.row_order));
  put(page, kFrameEncoding, kEncodingRaw);
  put(page, kFrameFlagsAt, info.flags);
  put(page, kFrameDropped, info.dropped_before);
  put(page, kFrameDropReason, static_cast<std::uint32_t>(info.drop_reason));
  put(page, kFramePaused, info.paused_before_ns);
  put(page, kFramePayloadBytes, std::uint64_t{info.payload_bytes});
  put(page, kFrameLongSteps, info.clock_report.long_steps);
  put(page, kFrameEscapes, info.clock_report.escapes);
  put(page, kFrameLateThreads, info.clock_report.late_threads);
  put(page, kFrameUnvirtualised, info.clock_report.unvirtualised);
  put(page, kFrameCrept, info.clock_report.crept_ns);
  put(page, kFrameRepeatedTotal, info.clock_report.repeated);
  put_facts(take, page, kFrameFacts);
  if (!info.mark.empty()) put_text(page, kFrameMark, info.mark);
}

void seal_frame(std::uint64_t sequence, std::uint64_t dropped_total, std::uint64_t payload_checksum, Page page) {
  put(page, kFrameSequence, sequence);
  put(page, kFrameDroppedTotal, dropped_total);
  put(page, kFramePayloadChecksum, payload_checksum);
  put(page, kChecksumAt, page_checksum(page));
}

bool has_magic(ConstPage page, Magic magic) { return std::memcmp(page.data(), magic, kMagicBytes) == 0; }

std::uint32_t version_of(ConstPage page) { return get<std::uint32_t>(page, kVersionAt); }

std::uint32_t dropped_before(ConstPage page) { return get<std::uint32_t>(page, kFrameDropped); }

SessionId session_of(ConstPage page) {
  SessionId session;
  std::memcpy(session.data(), page.data() + kSessionAt, session.size());
  return session;
}

bool checksum_holds(ConstPage page) {
  return !kChecksumsCount || get<std::uint64_t>(page, kChecksumAt) == page_checksum(page);
}

bool is_block(ConstPage page, Magic magic) {
  return has_magic(page, magic) && version_of(page) == kVersion &&
         get<std::uint32_t>(page, kPageBytesAt) == kPage && checksum_holds(page);
}

std::optional<TakeInfo> decode_file_header(ConstPage page) {
  if (!is_block(page, kMagicFile)) return std::nullopt;
  return get_facts(page, kFileFacts);
}

std::optional<PointerBlock> decode_pointer(ConstPage page, const SessionId& session) {
  if (!is_block_of(page, kMagicPointer, session)) return std::nullopt;
  return PointerBlock{get<std::uint64_t>(page, kPointerGeneration), get<std::uint64_t>(page, kPointerIndex),
                      get<std::uint64_t>(page, kPointerFrames)};
}

std::optional<FrameRecord> decode_frame(ConstPage page, const SessionId& session, std::uint64_t offset) {
  if (!is_block_of(page, kMagicFrame, session)) return std::nullopt;
  FrameRecord record;
  FrameInfo& info = record.info;
  info.sequence = get<std::uint64_t>(page, kFrameSequence);
  info.presented = get<std::uint64_t>(page, kFramePresented);
  info.pts_ns = get<std::int64_t>(page, kFramePts);
  info.rate = get_rate(page, kFrameFacts);
  const auto clock = get<std::uint32_t>(page, kFrameFacts + kFactClock);
  info.width = get<std::uint32_t>(page, kFrameWidth);
  info.height = get<std::uint32_t>(page, kFrameHeight);
  info.stride_bytes = get<std::uint64_t>(page, kFrameStride);
  const auto format = get<std::uint32_t>(page, kFrameFormat);
  const auto row_order = get<std::uint32_t>(page, kFrameRowOrder);
  info.flags = get<std::uint32_t>(page, kFrameFlagsAt);
  info.dropped_before = get<std::uint32_t>(page, kFrameDropped);
  const auto reason = get<std::uint32_t>(page, kFrameDropReason);
  info.dropped_total = get<std::uint64_t>(page, kFrameDroppedTotal);
  info.paused_before_ns = get<std::int64_t>(page, kFramePaused);
  info.payload_bytes = get<std::uint64_t>(page, kFramePayloadBytes);
  info.clock_report = {.long_steps = get<std::uint32_t>(page, kFrameLongSteps),
                       .escapes = get<std::uint32_t>(page, kFrameEscapes),
                       .late_threads = get<std::uint32_t>(page, kFrameLateThreads),
                       .unvirtualised = get<std::uint32_t>(page, kFrameUnvirtualised),
                       .crept_ns = get<std::int64_t>(page, kFrameCrept),
                       .repeated = get<std::uint64_t>(page, kFrameRepeatedTotal)};
  record.payload_checksum = get<std::uint64_t>(page, kFramePayloadChecksum);

  const auto bytes = frame_bytes(info.width, info.height);
  if (!bytes || info.payload_bytes != *bytes || info.stride_bytes != info.width * kBytesPerPixel)
    return std::nullopt;
  if (get<std::uint32_t>(page, kFrameEncoding) != kEncodingRaw) return std::nullopt;
  if (format < 1 || format > 2 || row_order < 1 || row_order > 2 || reason > 2 || !is_clock(clock))
    return std::nullopt;
  if (!is_valid(info.rate) || !is_time(info.pts_ns) || !is_time(info.paused_before_ns)) return std::nullopt;
  if (!fits_before(info.sequence, offset)) return std::nullopt;
  info.format = static_cast<PixelFormat>(format);
  info.row_order = static_cast<RowOrder>(row_order);
  info.drop_reason = static_cast<DropReason>(reason);
  info.clock = static_cast<ClockKind>(clock);
  info.mark = get_text(page, kFrameMark);
  return record;
}

std::optional<IndexHeader> decode_index(ConstPage page, const SessionId& session, std::uint64_t offset) {
  if (!is_block_of(page, kMagicIndex, session)) return std::nullopt;
  IndexHeader header;
  header.number = get<std::uint64_t>(page, kIndexNumber);
  header.entries = get<std::uint32_t>(page, kIndexEntries);
  header.entries_checksum = get<std::uint64_t>(page, kIndexEntriesChecksum);
  for (std::size_t level = 0; level < kIndexBackLevels; ++level)
    header.back[level] = get<std::uint64_t>(page, kIndexBack + 8 * level);
  if (header.entries < 1 || header.entries > kFramesPerIndex) return std::nullopt;
  if (header.number > offset / kPage || !fits_before(header.end_frame(), offset)) return std::nullopt;
  return header;
}

std::optional<EndBlock> decode_end(ConstPage page, const SessionId& session, std::uint64_t offset) {
  if (!is_block_of(page, kMagicEnd, session)) return std::nullopt;
  const EndBlock block{get<std::uint64_t>(page, kEndFrames), get<std::uint64_t>(page, kEndDropped),
                       get<std::int64_t>(page, kEndDuration),
                       get<std::uint32_t>(page, kEndStoppedForSpace) != 0,
                       get<std::uint64_t>(page, kEndIndex),
                       get<std::uint64_t>(page, kEndLost)};
  if (!fits_before(block.frames, offset) || block.duration_ns < 0) return std::nullopt;
  return block;
}

IndexEntry decode_entry(std::span<const std::byte, kIndexEntryBytes> bytes) {
  return {get<std::uint64_t>(bytes, kEntryOffset), get<std::int64_t>(bytes, kEntryPts),
          get<std::uint32_t>(bytes, kEntryWidth), get<std::uint32_t>(bytes, kEntryHeight),
          get<std::uint64_t>(bytes, kEntryPayloadBytes)};
}

std::optional<TakeInfo> take_info_of_frame(ConstPage page) {
  if (!is_block(page, kMagicFrame)) return std::nullopt;
  return get_facts(page, kFrameFacts);
}

}  // namespace framespool
