// Pages of a take file for reading, each checked against the file's length, and counted.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "cache/frame_buffer.h"
#include "cache/internal/blocks.h"
#include "cache/internal/file.h"

namespace framespool {

class TakePages {
 public:
  explicit TakePages(File file) : file_(std::move(file)) {}

  // Looks at the file's length again; reads never go beyond it. 0, or the errno.
  [[nodiscard]] int measure();
  [[nodiscard]] std::uint64_t length() const { return length_; }

  // The page at `offset`, valid until the next call; nullopt when it is not whole or cannot be read.
  [[nodiscard]] std::optional<ConstPage> page(std::uint64_t offset);
  // From now on page() gives this for `offset`, without reading; until the next keep(). Not for what may still change.
  void keep(std::uint64_t offset, ConstPage page);
  [[nodiscard]] bool keeps(std::uint64_t offset) const { return kept_offset_ == offset; }
  // All of `into`; false when the file ends before or cannot be read.
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> into);
  // The first page from `offset` on for which `wanted(page, offset)` holds. Holes of a sparse file are skipped.
  [[nodiscard]] std::optional<std::uint64_t> find(
      std::uint64_t offset, const std::function<bool(ConstPage, std::uint64_t)>& wanted);

  [[nodiscard]] std::uint64_t read_calls() const { return read_calls_; }
  // Reads inside the file's length that the system failed, and the errno of the last: what could not be read is neither
  // torn nor missing.
  [[nodiscard]] std::uint64_t failed_reads() const { return failed_reads_; }
  [[nodiscard]] int read_error() const { return read_error_; }
  [[nodiscard]] const File& file() const { return file_; }

 private:
  File file_;
  std::uint64_t length_ = 0;
  std::uint64_t read_calls_ = 0;
  std::uint64_t failed_reads_ = 0;
  int read_error_ = 0;
  alignas(8) std::array<std::byte, layout::kPage> page_{};
  alignas(8) std::array<std::byte, layout::kPage> kept_page_{};
  std::optional<std::uint64_t> kept_offset_;
  FrameBuffer chunk_;  // for find(), made when first needed
};

}  // namespace framespool
