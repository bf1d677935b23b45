#include "cache/internal/take_pages.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace framespool {
namespace {

constexpr std::size_t kChunkBytes = 256 << 10;

}  // namespace

int TakePages::measure() {
  struct stat status {};
  if (::fstat(file_.descriptor(), &status) != 0) return errno;
  length_ = static_cast<std::uint64_t>(status.st_size);
  return 0;
}

std::optional<ConstPage> TakePages::page(std::uint64_t offset) {
  if (keeps(offset)) return ConstPage(kept_page_);
  if (!read(offset, page_)) return std::nullopt;
  return ConstPage(page_);
}

void TakePages::keep(std::uint64_t offset, ConstPage page) {
  std::ranges::copy(page, kept_page_.begin());
  kept_offset_ = offset;
}

bool TakePages::read(std::uint64_t offset, std::span<std::byte> into) {
  if (offset > length_ || into.size() > length_ - offset) return false;
  ++read_calls_;
  const std::ptrdiff_t count = read_at(file_, into, offset);
  if (count == static_cast<std::ptrdiff_t>(into.size())) return true;
  read_error_ = count < 0 ? errno : EIO;
  ++failed_reads_;
  return false;
}

std::optional<std::uint64_t> TakePages::find(
    std::uint64_t offset, const std::function<bool(ConstPage, std::uint64_t)>& wanted) {
  if (!chunk_.ensure("cache.scan", kChunkBytes)) return std::nullopt;
  while (offset < length_ && length_ - offset >= layout::kPage) {
    const off_t data = ::lseek(file_.descriptor(), static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return std::nullopt;  // only holes are left
    if (data > 0) offset = std::max(offset, static_cast<std::uint64_t>(data) / layout::kPage * layout::kPage);
    const std::size_t bytes =
        std::min<std::uint64_t>(kChunkBytes, (length_ - offset) / layout::kPage * layout::kPage);
    if (bytes == 0) return std::nullopt;
    const bool whole = read(offset, chunk_.span().first(bytes));
    for (std::size_t at = 0; at < bytes; at += layout::kPage) {
      // Around a bad sector each page is tried alone.
      if (!whole && !read(offset + at, chunk_.span().subspan(at, layout::kPage))) continue;
      if (wanted(chunk_.span().subspan(at).first<layout::kPage>(), offset + at)) return offset + at;
    }
    offset += bytes;
  }
  return std::nullopt;
}

}  // namespace framespool
