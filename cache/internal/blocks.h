// The blocks of a take file as values: encoding into and decoding from pages. No I/O here.
// Decoding checks everything the format promises (docs/take-format.md) and gives nullopt otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "cache/internal/take_layout.h"
#include "cache/take_info.h"

namespace framespool {

using Page = std::span<std::byte, layout::kPage>;
using ConstPage = std::span<const std::byte, layout::kPage>;
using Magic = const char (&)[layout::kMagicBytes + 1];

struct PointerBlock {
  std::uint64_t generation = 0;
  std::uint64_t index_offset = 0;
  std::uint64_t frames = 0;
};

struct FrameRecord {
  FrameInfo info;
  std::uint64_t payload_checksum = 0;
};

struct IndexHeader {
  std::uint64_t number = 0;
  std::uint32_t entries = 0;
  std::uint64_t entries_checksum = 0;
  std::array<std::uint64_t, layout::kIndexBackLevels> back{};
  [[nodiscard]] std::uint64_t first_frame() const { return number * layout::kFramesPerIndex; }
  [[nodiscard]] std::uint64_t end_frame() const { return first_frame() + entries; }
};

struct IndexEntry {
  std::uint64_t offset = 0;  // 0: the frame is lost
  std::int64_t pts_ns = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint64_t payload_bytes = 0;
};

struct EndBlock {
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  std::int64_t duration_ns = 0;
  bool stopped_for_space = false;
  std::uint64_t index_offset = 0;
  std::uint64_t lost = 0;
};

// Checksums compiled out: for fuzzing alone, where a changed page would otherwise never get past its checksum.
#ifdef FRAMESPOOL_WITHOUT_CHECKSUMS
inline constexpr bool kChecksumsCount = false;
#else
inline constexpr bool kChecksumsCount = true;
#endif

[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes);
// Whether `bytes` are those that `stored` was made of. Every comparison of checksums is this one.
[[nodiscard]] bool has_checksum(std::span<const std::byte> bytes, std::uint64_t stored);

// Encoders fill the whole page, checksum included.
void encode(const TakeInfo& info, Page page);
void encode(const PointerBlock& block, const SessionId& session, Page page);
void encode(const IndexHeader& header, const SessionId& session, Page page);
void encode(const EndBlock& block, const SessionId& session, Page page);
void encode(const IndexEntry& entry, std::span<std::byte, layout::kIndexEntryBytes> bytes);

// A record's header is made in two steps: the producer describes the frame, the writer thread, which alone
// knows the number and has the time for checksums, seals it.
void describe_frame(const FrameInfo& info, const TakeInfo& take, Page page);
void seal_frame(std::uint64_t sequence, std::uint64_t dropped_total, std::uint64_t payload_checksum, Page page);

// Whether the page begins with `magic`; says nothing of the rest.
[[nodiscard]] bool has_magic(ConstPage page, Magic magic);
[[nodiscard]] std::uint32_t version_of(ConstPage page);
[[nodiscard]] SessionId session_of(ConstPage page);
// Whether magic, version, page size and checksum are right. The session is for the caller to compare.
[[nodiscard]] bool is_block(ConstPage page, Magic magic);
// How many frames were dropped before the frame that a described page speaks of.
[[nodiscard]] std::uint32_t dropped_before(ConstPage page);
// The page's checksum alone: tells a newer version from a flipped bit.
[[nodiscard]] bool checksum_holds(ConstPage page);

[[nodiscard]] std::optional<TakeInfo> decode_file_header(ConstPage page);
[[nodiscard]] std::optional<PointerBlock> decode_pointer(ConstPage page, const SessionId& session);
// `offset` is where the page stands: it bounds the sequence.
[[nodiscard]] std::optional<FrameRecord> decode_frame(ConstPage page, const SessionId& session,
                                                      std::uint64_t offset);
[[nodiscard]] std::optional<IndexHeader> decode_index(ConstPage page, const SessionId& session,
                                                      std::uint64_t offset);
[[nodiscard]] std::optional<EndBlock> decode_end(ConstPage page, const SessionId& session,
                                                 std::uint64_t offset);
[[nodiscard]] IndexEntry decode_entry(std::span<const std::byte, layout::kIndexEntryBytes> bytes);
// The facts a record repeats, with its session.
[[nodiscard]] std::optional<TakeInfo> take_info_of_frame(ConstPage page);

}  // namespace framespool
