// The parser of rows as they are, for flat interfaces: matches in whole pixels. See png_kernels_core.h for
// how it is compiled.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "encode/internal/png_kernels_runs.h"

namespace framespool::png {
namespace {

struct Match {
  std::uint32_t length = 0;
  std::uint32_t distance = 0;
  std::int32_t gain = 0;  // estimated bits saved against literals
};

template <std::uint32_t Bpp>
class PixelParser {
 public:
  PixelParser(const ParseInput& input, PixelHistory& history, ParseOutput& output)
      : input_(input),
        history_(history),
        output_(output),
        tokens_(output),
        to_stream_(input.stream_begin - input.begin),
        above_known_(input.row_bytes <= kMaxDistance) {}

  void run() {
    literal_begin_ = input_.begin;
    for (std::uint32_t row = input_.begin; row < input_.end; row += input_.row_bytes) parse_row(row);
    count_literals(input_.end);
    tokens_.finish(input_.end - literal_begin_);
  }

 private:
  static constexpr std::uint32_t kLongest = kMaxMatch / Bpp * Bpp;
  static constexpr std::uint32_t kPixelMask = Bpp == 3 ? 0xFFFFFFu : 0xFFFFFFFFu;
  // No hash look-up beside a match of this length, and no second thought.
  static constexpr std::uint32_t kGoodEnough = 16 * Bpp;
  static constexpr unsigned kContext = 6;  // pixels that a look-up for long matches goes by
  static constexpr unsigned kDepth = 4;    // candidates of one hash that are tried
  // What the Huffman codes of interfaces with text turn out to be, in bits. Extra bits of a distance come on
  // top where the distance is not always the same one.
  static constexpr std::int32_t kLiteralBits = 8;
  static constexpr std::int32_t kPixelBackBits = 7;
  static constexpr std::int32_t kRowBackBits = 19;
  static constexpr std::int32_t kPairBits = 9;
  static constexpr std::int32_t kSingleMatchBits = 8;
  // How much better a match one pixel later must be: the pixel before it costs its literals.
  static constexpr std::int32_t kSecondThoughtBits = 24;

  static std::uint32_t slot_of_pair(std::uint64_t first_eight) {
    const std::uint64_t pair = Bpp == 3 ? first_eight << 16 : first_eight;
    return static_cast<std::uint32_t>((pair * 0x9E3779B185EBCA87u) >> (64 - kHashBits));
  }
  // Of kContext pixels: text in two colours has four pairs, and all of them everywhere.
  static std::uint32_t slot_of_several(const std::uint8_t* p) {
    std::uint64_t hash = 0;
    for (unsigned k = 0; k < kContext; k += 2) {
      const std::uint64_t pair = load64(p + k * Bpp);
      hash = (hash ^ (Bpp == 3 ? pair << 16 : pair)) * 0x9E3779B185EBCA87u;
      hash ^= hash >> 29;
    }
    return static_cast<std::uint32_t>((hash * 0xC2B2AE3D27D4EB4Fu) >> (64 - kHashBits));
  }

  static std::uint32_t whole_pixels(std::uint32_t bytes) {
    return Bpp == 4 ? bytes & ~3u : bytes - bytes % 3;
  }

  std::uint32_t length_back(std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    return whole_pixels(match_length(input_.window + at, input_.window + at - distance, limit));
  }

  void consider(Match& best, std::uint32_t length, std::uint32_t distance, std::int32_t cost) const {
    const std::int32_t gain =
        static_cast<std::int32_t>(length < kLongest ? length : kLongest) * kLiteralBits - cost;
    // Runs go on for as many pieces as they need. Any other match ends with its first piece: what follows may
    // be a run, whose pieces cost a third.
    if (length && gain > best.gain)
      best = {distance == Bpp || length < kLongest ? length : kLongest, distance, gain};
  }

  static std::int32_t extra_bits(std::uint32_t distance) {
    return kSymbolTables.distance_extra_bits[distance_symbol(distance)];
  }

  // The best match at `at`, and `at` entered into the history.
  Match find(std::uint32_t at, std::uint32_t row_begin, std::uint32_t row_end) {
    const std::uint8_t* here = input_.window + at;
    const std::uint32_t limit = row_end - at;
    const std::uint32_t pixel = load32(here) & kPixelMask;
    Match best;
    if (at > row_begin + 1 && (load32(here - Bpp) & kPixelMask) == pixel)
      consider(best, length_back(at, Bpp, limit), Bpp, kPixelBackBits);
    if (above_known_ && at + to_stream_ > input_.row_bytes &&
        (load32(here - input_.row_bytes) & kPixelMask) == pixel)
      consider(best, length_back(at, input_.row_bytes, limit), input_.row_bytes, kRowBackBits);
    const std::uint32_t stream = at + to_stream_;
    std::uint32_t& single = single_slot(pixel);
    const std::uint32_t to_single = stream - single;
    single = stream;
    if (limit < 2 * Bpp) return best;
    std::uint32_t& pair = history_.pairs[slot_of_pair(load64(here))];
    const std::uint32_t to_pair = stream - pair;
    pair = stream;
    // Nothing behind the row's end may be looked at: behind the last row stands whatever memory held before.
    std::uint32_t distance = limit >= kContext * Bpp ? remember(at) : 0;
    if (best.length >= kGoodEnough) return best;
    const std::uint32_t farthest = stream < kMaxDistance ? stream : kMaxDistance;
    for (unsigned k = 0; k < kDepth && distance && distance <= farthest; ++k) {
      look_at(best, at, distance, limit);
      const std::uint32_t step = history_.back[(stream - distance) % kMaxDistance];
      if (!step) break;
      distance += step;
    }
    if (best.length < kContext * Bpp && to_pair - 1 < farthest) look_at(best, at, to_pair, limit);
    if (best.length <= Bpp && to_single - 1 < farthest && (load32(here - to_single) & kPixelMask) == pixel)
      consider(best, Bpp, to_single, kSingleMatchBits + extra_bits(to_single));
    return best;
  }

  void look_at(Match& best, std::uint32_t at, std::uint32_t distance, std::uint32_t limit) const {
    const std::uint32_t length = length_back(at, distance, limit);
    if (length >= 2 * Bpp) consider(best, length, distance, kPairBits + extra_bits(distance));
  }

  std::uint32_t& single_slot(std::uint32_t pixel) const {
    return history_.singles[(pixel * 0x9E3779B1u) >> (32 - kSingleBits)];
  }

  // Enters several pixels into the history; gives the distance back to its latest predecessor, 0 for none.
  std::uint32_t remember(std::uint32_t at) {
    const std::uint32_t stream = at + to_stream_;
    std::uint32_t& latest = history_.latest[slot_of_several(input_.window + at)];
    std::uint32_t distance = stream - latest;
    if (distance > kMaxDistance) distance = 0;
    history_.back[stream % kMaxDistance] = static_cast<std::uint16_t>(distance);
    latest = stream;
    return distance;
  }

  void parse_row(std::uint32_t row) {
    const std::uint32_t row_end = row + input_.row_bytes;
    std::uint32_t at = row + 1;  // the filter byte is a literal
    while (at < row_end) {
      Match match = find(at, row, row_end);
      if (match.gain <= 0) {
        at += Bpp;
        continue;
      }
      // A second thought: a longer match that begins one pixel later.
      while (match.length < kGoodEnough && at + Bpp < row_end) {
        const Match later = find(at + Bpp, row, row_end);
        if (later.gain <= match.gain + kSecondThoughtBits) break;
        at += Bpp;
        match = later;
      }
      const std::uint32_t end = at + match.length;
      // Of a long match only its end is entered into the history, where something new begins.
      if (end + kContext * Bpp <= row_end)
        for (std::uint32_t p = match.length <= kGoodEnough ? at + 2 * Bpp : end - 2 * Bpp; p < end;
             p += Bpp) {
          single_slot(load32(input_.window + p) & kPixelMask) = p + to_stream_;
          history_.pairs[slot_of_pair(load64(input_.window + p))] = p + to_stream_;
          remember(p);
        }
      // Backwards into the bytes before it, pixel or not.
      while (at > literal_begin_ && match.length < kLongest && match.distance <= at - 1 + to_stream_ &&
             input_.window[at - 1] == input_.window[at - 1 - match.distance]) {
        --at;
        ++match.length;
      }
      count_literals(at);
      tokens_.add(at - literal_begin_, match.length, match.distance, kLongest);
      at = literal_begin_ = end;
    }
  }

  void count_literals(std::uint32_t end) {
    for (std::uint32_t k = literal_begin_; k < end; ++k) ++output_.counts->litlen[input_.window[k]];
  }

  const ParseInput& input_;
  PixelHistory& history_;
  ParseOutput& output_;
  TokenWriter tokens_;
  const std::uint32_t to_stream_;  // from window to stream positions, modulo 2^32
  const bool above_known_;
  std::uint32_t literal_begin_ = 0;
};

void parse_pixels(const ParseInput& input, PixelHistory& history, ParseOutput& output) {
  if (input.bytes_per_pixel == 3)
    PixelParser<3>(input, history, output).run();
  else
    PixelParser<4>(input, history, output).run();
}

}  // namespace
}  // namespace framespool::png
