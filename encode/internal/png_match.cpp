#include "encode/internal/png_match.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "encode/internal/png_reader.h"

namespace framespool {
namespace {

class Comparison final : public PngRows {
 public:
  Comparison(const PackedPicture& picture, std::byte* row) : picture_(picture), row_(row) {}

  bool header(const PngHeader& header) override {
    seen_header_ = true;
    return header.width == picture_.width && header.height == picture_.height && header.bit_depth == 8 &&
           !header.interlaced &&
           header.colour_type == (picture_.channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB);
  }
  std::byte* place(std::uint32_t) override { return row_; }
  void done(std::uint32_t y) override {
    const std::size_t bytes = std::size_t{picture_.width} * picture_.channels;
    const bool same = std::memcmp(row_, picture_.pixels.data() + y * bytes, bytes) == 0;
    if (y == 0) begins_alike_ = same;
    all_alike_ = all_alike_ && same;
    ++rows_;
  }
  // Of a file that turned out damaged. A flipped bit spoils the rows behind it, never the first ones as well.
  [[nodiscard]] bool could_be_ours() const { return rows_ == 0 ? seen_header_ : begins_alike_; }
  [[nodiscard]] bool all_alike() const { return all_alike_; }

 private:
  const PackedPicture& picture_;
  std::byte* row_;
  bool seen_header_ = false, begins_alike_ = false, all_alike_ = true;
  std::uint32_t rows_ = 0;
};

constexpr std::size_t kShortestPng = 67;  // one grey pixel: signature, IHDR, IDAT, IEND

// A file whose data a power cut took: shorter than any PNG but the beginning of one, or zeros.
bool holds_nothing(int fd) {
  std::array<png_byte, kShortestPng> start{};
  const ssize_t bytes = ::pread(fd, start.data(), start.size(), 0);
  if (bytes < 0) return false;
  const auto got = static_cast<std::size_t>(bytes);
  constexpr std::size_t kSignature = 8;
  if (got < kShortestPng && (got == 0 || png_sig_cmp(start.data(), 0, std::min(got, kSignature)) == 0))
    return true;
  return got >= kSignature &&
         std::all_of(start.begin(), start.begin() + kSignature, [](png_byte b) { return b == 0; });
}

}  // namespace

Result<PngMatch> PngMatcher::match(int fd, const PackedPicture& picture) {
  const std::size_t row_bytes = std::size_t{picture.width} * picture.channels;
  if (auto room = row_.ensure("png.match", row_bytes); !room) return tl::unexpected(room.error());
  if (!memory_) {
    auto memory = PngMemory::create(png_reading_bytes(picture.width));
    if (!memory) return tl::unexpected(memory.error());
    memory_ = std::move(*memory);
  } else if (auto room = memory_->ensure(png_reading_bytes(picture.width)); !room) {
    return tl::unexpected(room.error());
  }
  if (holds_nothing(fd)) return PngMatch::broken;
  Comparison comparison(picture, row_.data());
  const PngRead read = read_png(fd, comparison, PngRows::Form::stored, *memory_);
  switch (read.outcome) {
    case PngRead::Outcome::whole:
      return comparison.all_alike() ? PngMatch::same : PngMatch::other;
    case PngRead::Outcome::damaged:
      return comparison.could_be_ours() ? PngMatch::broken : PngMatch::other;
    case PngRead::Outcome::failed:
      error_number_ = read.error_number != 0 ? read.error_number : ENOMEM;
      return PngMatch::unknown;
    case PngRead::Outcome::refused:
    case PngRead::Outcome::not_png:
      break;
  }
  return PngMatch::other;
}

}  // namespace framespool
