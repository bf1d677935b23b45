// The bytes of docs/take-format.md as constants. Offsets are from the beginning of a block.
#pragma once

#include <cstddef>
#include <cstdint>

namespace framespool::layout {

inline constexpr std::size_t kPage = 4096;
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kMagicBytes = 8;

inline constexpr char kMagicFile[] = "FSPOOL-H";
inline constexpr char kMagicPointer[] = "FSPOOL-P";
inline constexpr char kMagicFrame[] = "FSPOOL-F";
inline constexpr char kMagicIndex[] = "FSPOOL-I";
inline constexpr char kMagicEnd[] = "FSPOOL-E";

// Where blocks stand in the file.
inline constexpr std::uint64_t kPointerOffset[2] = {4096, 8192};
inline constexpr std::uint64_t kFirstRecord = 12288;
inline constexpr std::uint64_t kSmallestRecord = 2 * kPage;

// What every block begins with.
inline constexpr std::size_t kVersionAt = 8;
inline constexpr std::size_t kPageBytesAt = 12;
inline constexpr std::size_t kSessionAt = 16;
inline constexpr std::size_t kChecksumAt = 32;

// The take's facts.
inline constexpr std::size_t kFileFacts = 128;
inline constexpr std::size_t kFrameFacts = 192;
inline constexpr std::size_t kFactRateNumerator = 0;
inline constexpr std::size_t kFactRateDenominator = 8;
inline constexpr std::size_t kFactClock = 16;
inline constexpr std::size_t kFactCreated = 24;
inline constexpr std::size_t kFactProgram = 32;
inline constexpr std::size_t kFactScene = 290;
inline constexpr std::size_t kMaxText = 255;

// Pointer block.
inline constexpr std::size_t kPointerGeneration = 40;
inline constexpr std::size_t kPointerIndex = 48;
inline constexpr std::size_t kPointerFrames = 56;

// Record.
inline constexpr std::size_t kFrameSequence = 40;
inline constexpr std::size_t kFramePresented = 48;
inline constexpr std::size_t kFramePts = 56;
inline constexpr std::size_t kFrameWidth = 64;
inline constexpr std::size_t kFrameHeight = 68;
inline constexpr std::size_t kFrameStride = 72;
inline constexpr std::size_t kFrameFormat = 80;
inline constexpr std::size_t kFrameRowOrder = 84;
inline constexpr std::size_t kFrameEncoding = 88;
inline constexpr std::size_t kFrameFlagsAt = 92;
inline constexpr std::size_t kFrameDropped = 96;
inline constexpr std::size_t kFrameDropReason = 100;
inline constexpr std::size_t kFramePaused = 104;
inline constexpr std::size_t kFramePayloadBytes = 112;
inline constexpr std::size_t kFramePayloadChecksum = 120;
inline constexpr std::size_t kFrameDroppedTotal = 128;
inline constexpr std::size_t kFrameMark = 768;
inline constexpr std::size_t kFrameLongSteps = 136;
inline constexpr std::size_t kFrameEscapes = 140;
inline constexpr std::size_t kFrameLateThreads = 144;
inline constexpr std::size_t kFrameUnvirtualised = 148;
inline constexpr std::size_t kFrameCrept = 152;
inline constexpr std::size_t kFrameRepeatedTotal = 160;
inline constexpr std::uint32_t kEncodingRaw = 1;

// Index block.
inline constexpr std::size_t kIndexNumber = 40;
inline constexpr std::size_t kIndexEntries = 48;
inline constexpr std::size_t kIndexEntriesChecksum = 56;
inline constexpr std::size_t kIndexBack = 64;
inline constexpr std::size_t kIndexBackLevels = 32;
inline constexpr std::size_t kFramesPerIndex = 256;
inline constexpr std::size_t kIndexEntryBytes = 32;
inline constexpr std::size_t kIndexEntriesBytes = kFramesPerIndex * kIndexEntryBytes;
inline constexpr std::size_t kIndexBlockBytes = kPage + kIndexEntriesBytes;
inline constexpr std::size_t kEntryOffset = 0;
inline constexpr std::size_t kEntryPts = 8;
inline constexpr std::size_t kEntryWidth = 16;
inline constexpr std::size_t kEntryHeight = 20;
inline constexpr std::size_t kEntryPayloadBytes = 24;

// End block.
inline constexpr std::size_t kEndFrames = 40;
inline constexpr std::size_t kEndDropped = 48;
inline constexpr std::size_t kEndDuration = 56;
inline constexpr std::size_t kEndStoppedForSpace = 64;
inline constexpr std::size_t kEndIndex = 72;
inline constexpr std::size_t kEndLost = 80;

// Limits on numbers found in a file.
inline constexpr std::int64_t kMaxTime = std::int64_t{1} << 62;
inline constexpr std::int64_t kMaxRateNumerator = 1'000'000'000'000'000;
inline constexpr std::int64_t kMaxRateDenominator = 1'000'000'000;
inline constexpr std::int64_t kMaxRate = 1'000'000;

constexpr std::uint64_t round_up_to_page(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }
constexpr std::uint64_t record_bytes(std::uint64_t payload_bytes) {
  return kPage + round_up_to_page(payload_bytes);
}
// What a clean stop writes behind the last record at most.
inline constexpr std::uint64_t kClosingBytes = kIndexBlockBytes + kPage;

}  // namespace framespool::layout
