// Bits into bytes, lowest bit first, as deflate wants them (RFC 1951, 3.1.1).
#pragma once

#include <cstdint>
#include <cstring>

namespace framespool::png {

// Writes eight bytes at a time: up to seven bytes past the last one that counts, which the buffer must have
// room for. Little-endian machines only, which png_kernels_core.h asserts. Always inline: see there.
class BitWriter {
 public:
  [[gnu::always_inline]] explicit BitWriter(std::uint8_t* out) : out_(out) {}

  // At most 56 bits between two flushes. `bits` holds nothing above `count`.
  [[gnu::always_inline]] void put(std::uint64_t bits, unsigned count) {
    buffer_ |= bits << held_;
    held_ += count;
  }
  [[gnu::always_inline]] void flush() {
    std::memcpy(out_, &buffer_, sizeof buffer_);
    out_ += held_ >> 3;
    buffer_ >>= held_ & ~7u;
    held_ &= 7;
  }
  void align_to_byte() {
    held_ = (held_ + 7) & ~7u;
    flush();
  }
  // To be called after align_to_byte().
  void put_bytes(const std::uint8_t* bytes, std::size_t count) {
    std::memcpy(out_, bytes, count);
    out_ += count;
  }
  [[nodiscard, gnu::always_inline]] std::uint8_t* position() const {
    return out_;
  }  // whole bytes only, after a flush
  [[nodiscard, gnu::always_inline]] unsigned held() const {
    return held_;
  }  // bits not yet in a whole byte, after a flush: 0..7

 private:
  std::uint8_t* out_;
  std::uint64_t buffer_ = 0;
  unsigned held_ = 0;
};

}  // namespace framespool::png
