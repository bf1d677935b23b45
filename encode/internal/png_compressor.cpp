#include "encode/internal/png_compressor.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <utility>

#include "encode/internal/huffman_code.h"

namespace framespool::png {
namespace {

constexpr std::size_t kBandBytes = std::size_t{256}
                                   << 10;  // two of them and their tokens fit a second-level cache
constexpr std::size_t kMaxBandRows = 512;
constexpr std::size_t kAlignment = 64;
// Neighbouring rows of what is smooth or noisy nearly always want the same filter.
constexpr std::size_t kWeighed = 3;
constexpr std::size_t kMaxStored = 65535;

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// How a frame's rows are cut into bands; everything else follows from it.
struct Bands {
  Bands(std::uint32_t width, unsigned channels)
      : row_bytes(std::size_t{width} * channels + 1),
        rows(std::clamp<std::size_t>(kBandBytes / row_bytes, 1, kMaxBandRows)),
        bytes(rows * row_bytes),
        pitch(aligned(kRowLead + row_bytes + kRowSlack)) {}
  std::size_t row_bytes;  // with the filter byte
  std::size_t rows;
  std::size_t bytes;
  std::size_t pitch;  // from one unfiltered row to the next
};

// The scratch memory, carved up.
struct Scratch {
  Scratch(const Bands& bands, std::span<std::byte> memory) {
    // In integers, so that the same sums give the size of scratch memory that is not there yet.
    const auto start = reinterpret_cast<std::uintptr_t>(memory.data());
    std::uintptr_t next = aligned(start);
    const auto take = [&next](std::size_t bytes) { return std::exchange(next, next + aligned(bytes)); };
    rows = reinterpret_cast<std::uint8_t*>(take(bands.pitch * (bands.rows + 1)));
    window = reinterpret_cast<std::uint8_t*>(take(kMaxDistance + bands.bytes + kRowSlack));
    tokens = reinterpret_cast<Token*>(take(sizeof(Token) * (bands.bytes / kMinMatch + bands.rows + 2)));
    history = reinterpret_cast<PixelHistory*>(take(sizeof(PixelHistory)));
    codes = reinterpret_cast<BlockCodes*>(take(sizeof(BlockCodes)));
    used = static_cast<std::size_t>(next - start);
  }
  std::uint8_t* rows;    // [0] is the last row of the band before
  std::uint8_t* window;  // 32 KiB of history, then the band
  Token* tokens;
  PixelHistory* history;
  BlockCodes* codes;
  std::size_t used;
};

class Compression {
 public:
  Compression(const ImageView& image, std::span<std::byte> scratch, std::span<std::byte> out,
              const PngKernels& kernels)
      : image_(image),
        kernels_(kernels),
        bands_(image.width, image.channels),
        scratch_(bands_, scratch),
        begin_(reinterpret_cast<std::uint8_t*>(out.data())),
        out_(begin_) {}

  std::size_t run() {
    static constexpr std::array<std::uint8_t, 2> kZlibHeader = {0x78, 0x01};
    out_.put_bytes(kZlibHeader.data(), kZlibHeader.size());
    clear_rows();
    std::memset(scratch_.window, 0, kMaxDistance);
    std::memset(scratch_.history, 0, sizeof(PixelHistory));
    for (std::size_t y = 0; y < image_.height; y += bands_.rows)
      compress_band(y, std::min(bands_.rows, image_.height - y));
    out_.align_to_byte();
    const std::array<std::uint8_t, 4> checksum = {
        static_cast<std::uint8_t>(adler_ >> 24), static_cast<std::uint8_t>(adler_ >> 16),
        static_cast<std::uint8_t>(adler_ >> 8), static_cast<std::uint8_t>(adler_)};
    out_.put_bytes(checksum.data(), checksum.size());
    return static_cast<std::size_t>(out_.position() - begin_);
  }

  void filter_into(std::uint8_t* rows) {
    clear_rows();
    for (std::size_t y = 0; y < image_.height; y += bands_.rows) {
      const std::size_t count = std::min(bands_.rows, image_.height - y);
      pack(y, count);
      filter(count, is_flat(count), 1, rows + y * bands_.row_bytes);
      keep_last_row(count);
    }
  }

 private:
  // Above the first row and left of every row there are zeros.
  void clear_rows() { std::memset(scratch_.rows, 0, bands_.pitch * (bands_.rows + 1)); }
  void keep_last_row(std::size_t count) { std::memcpy(row(0), row(count), bands_.row_bytes - 1); }
  [[nodiscard]] std::uint8_t* row(std::size_t k) const { return scratch_.rows + k * bands_.pitch + kRowLead; }

  void compress_band(std::size_t first, std::size_t count) {
    std::uint8_t* const band = scratch_.window + kMaxDistance;
    const std::size_t bytes = count * bands_.row_bytes;
    pack(first, count);
    const bool flat = is_flat(count);
    filter(count, flat, kWeighed, band);
    adler_ = libdeflate_adler32(adler_, band, bytes);

    SymbolCounts counts{};
    ParseOutput parsed{scratch_.tokens, 0, &counts};
    const ParseInput input{scratch_.window,
                           kMaxDistance,
                           static_cast<std::uint32_t>(kMaxDistance + bytes),
                           static_cast<std::uint32_t>(first * bands_.row_bytes),
                           static_cast<std::uint32_t>(bands_.row_bytes),
                           image_.channels};
    if (flat)
      kernels_.parse_pixels(input, *scratch_.history, parsed);
    else
      kernels_.parse_runs(input, parsed);
    write_block(band, bytes, parsed, first + count == image_.height);

    std::memmove(scratch_.window, scratch_.window + bytes, kMaxDistance);
    keep_last_row(count);
  }

  void pack(std::size_t first, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      const auto* source =
          reinterpret_cast<const std::uint8_t*>(image_.pixels) + (first + k) * image_.stride_bytes;
      kernels_.pack_row(source, image_.width, image_.layout, image_.channels, row(k + 1));
    }
  }

  // Two estimates of the band's bits for each of its bytes. Matched in whole pixels, it costs about 24 bits
  // for each pixel that neither neighbour foretells. Filtered, it costs the entropy of residuals of that mean
  // size, as if they were spread like a two-sided exponential; a few large ones among many zeros (text) are
  // far from that, and belong to the other side anyway. Whole pixels are what counts: where the channels of a
  // smooth gradient step at different places, nearly every byte is known and hardly a pixel.
  [[nodiscard]] bool is_flat(std::size_t count) const {
    constexpr std::size_t kSampled = 7;  // every seventh row tells enough; odd, as patterns often are not
    std::uint64_t novel = 0, residual = 0;
    for (std::size_t k = 0; k < count; k += kSampled) {
      const RowCosts costs = costs_of(k);
      residual += *std::min_element(costs.filter, costs.filter + kFilters);
      novel += kernels_.novel_pixels(row(k + 1), row(k), image_.width, image_.channels);
    }
    const std::size_t sampled_rows = (count + kSampled - 1) / kSampled;
    const double novel_share =
        static_cast<double>(novel) / (static_cast<double>(sampled_rows) * image_.width);
    const double bytes = static_cast<double>(sampled_rows * bands_.row_bytes);
    return 24.0 / image_.channels * novel_share < std::log2(1 + 2.7 * static_cast<double>(residual) / bytes);
  }

  [[nodiscard]] RowCosts costs_of(std::size_t k) const {
    RowCosts costs;
    kernels_.row_costs(row(k + 1), row(k), bands_.row_bytes - 1, image_.channels, costs);
    return costs;
  }
  [[nodiscard]] Filter best_filter(std::size_t k) const {
    const RowCosts costs = costs_of(k);
    return static_cast<Filter>(std::min_element(costs.filter, costs.filter + kFilters) - costs.filter);
  }

  // Every `weighed`th row asks for its best filter; the rows below it take the same.
  void filter(std::size_t count, bool flat, std::size_t weighed, std::uint8_t* band) const {
    Filter best = Filter::none;
    for (std::size_t k = 0; k < count; ++k) {
      if (!flat && k % weighed == 0) best = best_filter(k);
      std::uint8_t* to = band + k * bands_.row_bytes;
      *to = static_cast<std::uint8_t>(best);
      kernels_.filter_row(best, row(k + 1), row(k), bands_.row_bytes - 1, image_.channels, to + 1);
    }
  }

  void write_block(const std::uint8_t* band, std::size_t bytes, const ParseOutput& parsed, bool last) {
    ++parsed.counts->litlen[kEndOfBlock];
    const BlockHeader header(*parsed.counts, *scratch_.codes);
    const std::size_t pieces = (bytes + kMaxStored - 1) / kMaxStored;
    if (header.block_bits() >= 8 * (bytes + 5 * pieces)) {
      write_stored(band, bytes, last);
      return;
    }
    const BitWriter before = out_;
    header.write(out_, last);
    kernels_.write_tokens(band, parsed.tokens, parsed.token_count, *scratch_.codes, out_);
    out_.put(scratch_.codes->litlen[kEndOfBlock] & 0xFFFF, scratch_.codes->litlen[kEndOfBlock] >> 16);
    out_.flush();
    // parse_runs() counts samples of long stretches; a picture made to fool them is stored after all.
    if (static_cast<std::size_t>(out_.position() - before.position()) > bytes + 5 * pieces) {
      out_ = before;
      write_stored(band, bytes, last);
    }
  }

  void write_stored(const std::uint8_t* band, std::size_t bytes, bool last) {
    for (std::size_t at = 0; at < bytes; at += kMaxStored) {
      const std::size_t piece = std::min(kMaxStored, bytes - at);
      out_.put(last && at + piece == bytes ? 1 : 0, 3);
      out_.align_to_byte();
      out_.put(piece | (~piece & 0xFFFF) << 16, 32);
      out_.flush();
      out_.put_bytes(band + at, piece);
    }
  }

  const ImageView image_;
  const PngKernels& kernels_;
  const Bands bands_;
  const Scratch scratch_;
  std::uint8_t* const begin_;
  BitWriter out_;
  std::uint32_t adler_ = 1;
};

}  // namespace

std::size_t compressed_bound(std::uint32_t width, std::uint32_t height, unsigned channels) {
  // A block is stored where nothing is shorter: five bytes a piece, and up to one to reach a byte's end
  // before each band.
  const Bands bands(width, channels);
  const std::size_t count = (height + bands.rows - 1) / bands.rows;
  // Before a band is found to be longer than that, it may have taken kMaxCodeBits for each byte.
  const std::size_t unfinished = bands.bytes * (kMaxCodeBits - 8) / 8 + 1024;
  return bands.row_bytes * height + count * (1 + 5 * ((bands.bytes + kMaxStored - 1) / kMaxStored)) + 2 + 4 +
         16 + unfinished;
}

std::size_t scratch_bytes(std::uint32_t width, unsigned channels) {
  return Scratch(Bands(width, channels), {}).used + kAlignment;
}

std::size_t compress(const ImageView& image, std::span<std::byte> scratch, std::span<std::byte> out,
                     const PngKernels& kernels) {
  assert(image.width > 0 && image.height > 0);
  assert(scratch.size() >= scratch_bytes(image.width, image.channels));
  assert(out.size() >= compressed_bound(image.width, image.height, image.channels));
  return Compression(image, scratch, out, kernels).run();
}

void filter_rows(const ImageView& image, std::span<std::byte> scratch, std::span<std::byte> rows,
                 const PngKernels& kernels) {
  assert(rows.size() >= rows_bytes(image.width, image.height, image.channels) + kRowSlack);
  Compression(image, scratch, {}, kernels).filter_into(reinterpret_cast<std::uint8_t*>(rows.data()));
}

std::size_t rows_bytes(std::uint32_t width, std::uint32_t height, unsigned channels) {
  return Bands(width, channels).row_bytes * height;
}

}  // namespace framespool::png
