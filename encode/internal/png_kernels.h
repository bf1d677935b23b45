// The inner loops of the PNG encoder. Each exists twice, as plain C++ and for processors with AVX2, and both
// give the same bytes; png_kernels_core.h is the one source of both.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encode/internal/bit_writer.h"
#include "encode/internal/deflate_block.h"

namespace framespool::png {

// PNG's row filters (PNG specification, 9.2), numbered as in the file.
enum class Filter : std::uint8_t { none = 0, sub = 1, up = 2, average = 3, paeth = 4 };
inline constexpr std::size_t kFilters = 5;

enum class SourceLayout { rgba8, bgra8, rgb8 };

// A row buffer has this many zero bytes before the row (its left neighbours) and may be read and written this
// far past its end.
inline constexpr std::size_t kRowLead = 32;
inline constexpr std::size_t kRowSlack = 64;

struct RowCosts {
  // Sum over the filtered row of each byte's absolute value as a signed number.
  std::uint64_t filter[kFilters];
};

// One block's parse. Positions are offsets into `window`, which may be read kRowSlack past `end` and holds
// the stream's last 32 KiB before `begin` as far as there are any.
struct ParseInput {
  const std::uint8_t* window;
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t stream_begin;     // position of `begin` in the stream: no match reaches back farther
  std::uint32_t row_bytes;        // filter byte included; begin and end stand at row starts
  std::uint32_t bytes_per_pixel;  // 3 or 4
};

// Room for end - begin bytes' worth of tokens: (end - begin) / 3 + 2, and one more a row.
struct ParseOutput {
  Token* tokens;
  std::size_t token_count;
  SymbolCounts* counts;  // added to; the end-of-block symbol is not counted
};

inline constexpr std::size_t kHashBits = 14;
inline constexpr std::size_t kSingleBits = 12;
// Where a pixel and a pair of pixels were seen last, by hash. Stream positions; to be zeroed before a frame.
struct PixelHistory {
  std::uint32_t singles[std::size_t{1} << kSingleBits];
  std::uint32_t pairs[std::size_t{1} << kHashBits];
};

struct PngKernels {
  const char* name;
  // Writes `pixels` pixels of `channels` (3 or 4) bytes each; reads no byte beyond them, writes up to
  // kRowSlack more.
  void (*pack_row)(const std::uint8_t* source, std::size_t pixels, SourceLayout layout, unsigned channels,
                   std::uint8_t* row);
  // Row buffers as above.
  void (*row_costs)(const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes,
                    unsigned bytes_per_pixel, RowCosts& costs);
  // Pixels that equal neither their left nor their upper neighbour. Row buffers as above.
  std::size_t (*novel_pixels)(const std::uint8_t* row, const std::uint8_t* above, std::size_t pixels,
                              unsigned bytes_per_pixel);
  // Writes up to kRowSlack more than `bytes`.
  void (*filter_row)(Filter filter, const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes,
                     unsigned bytes_per_pixel, std::uint8_t* filtered);
  // For filtered rows: literals, and runs of bytes that repeat one pixel back.
  void (*parse_runs)(const ParseInput& input, ParseOutput& output);
  // For rows as they are: matches in whole pixels, one pixel back, one row back or found by hash.
  void (*parse_pixels)(const ParseInput& input, PixelHistory& history, ParseOutput& output);
  // Everything of a block but its header and its end-of-block symbol.
  void (*write_tokens)(const std::uint8_t* literals, const Token* tokens, std::size_t count,
                       const BlockCodes& codes, BitWriter& out);
};

[[nodiscard]] const PngKernels& plain_kernels();
// nullptr where the processor (or the build) has no AVX2 and BMI2.
[[nodiscard]] const PngKernels* avx2_kernels();
// The fastest that runs here. FRAMESPOOL_PLAIN=1 in the environment asks for the plain ones.
[[nodiscard]] const PngKernels& best_kernels();

}  // namespace framespool::png
