#include "cache/internal/payload_reader.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace framespool {
namespace {

// Below it the page cache costs less than a wait for the disk with each frame.
constexpr std::size_t kSmallestDirect = 512 << 10;

bool begins_at_a_page(const std::byte* memory) {
  return reinterpret_cast<std::uintptr_t>(memory) % layout::kPage == 0;
}

bool read_whole(const File& file, std::span<std::byte> into, std::uint64_t offset) {
  return into.empty() || read_at(file, into, offset) == static_cast<std::ptrdiff_t>(into.size());
}

}  // namespace

bool PayloadReader::read(TakePages& pages, std::uint64_t number, std::uint64_t record,
                         std::span<std::byte> payload, std::uint64_t limit) {
  // Frame 0 is the beginning of a sequence more often than not.
  const bool sequential = number == next_number_;
  next_number_ = number + 1;
  if (!looked_) {
    looked_ = true;
    cached_before_ = is_all_cached(pages.file(), limit) ? limit : 0;
  }
  const std::uint64_t at = record + layout::kPage;
  const std::uint64_t end = record + layout::record_bytes(payload.size());
  if (end <= cached_before_) return pages.read(at, payload);
  if (can_read_directly(pages, payload)) {
    if (read_directly(at, payload)) {
      advise(pages.file(), record, at, POSIX_FADV_DONTNEED);  // the header page
      if (sequential) read_next_ahead(number, end, payload.size(), limit);
      return true;
    }
    direct_.reset();  // some file systems open with O_DIRECT and refuse to read; any other reason shows below
  }
  return read_ahead_.read(pages, at, payload, sequential ? limit : end);
}

bool PayloadReader::can_read_directly(const TakePages& pages, std::span<const std::byte> payload) {
  if (payload.size() < kSmallestDirect || !begins_at_a_page(payload.data())) return false;
  if (!tried_direct_) {
    tried_direct_ = true;
    // The very file that is open, whatever stands under its name by now.
    direct_ = File::open(fmt::format("/proc/self/fd/{}", pages.file().descriptor()), O_RDONLY | O_DIRECT);
  }
  return static_cast<bool>(direct_);
}

// Whole pages straight into the frame; of the last one, which padding fills up, by way of a page of our own.
bool PayloadReader::read_directly(std::uint64_t at, std::span<std::byte> payload) {
  const std::size_t whole = payload.size() / layout::kPage * layout::kPage;
  const std::size_t staged = staged_.take(at, payload.first(whole));
  if (!read_whole(direct_, payload.subspan(staged, whole - staged), at + staged)) return false;
  if (whole == payload.size()) return true;
  if (!read_whole(direct_, last_page_, at + whole)) return false;
  std::memcpy(payload.data() + whole, last_page_.data(), payload.size() - whole);
  return true;
}

// As if the next frame were as large as this one; a wrong guess costs a read and no more.
void PayloadReader::read_next_ahead(std::uint64_t number, std::uint64_t end, std::size_t payload_bytes,
                                    std::uint64_t limit) {
  const bool index_between = (number + 1) % layout::kFramesPerIndex == 0;
  const std::uint64_t next = end + (index_between ? layout::kIndexBlockBytes : 0) + layout::kPage;
  if (next >= limit) return;
  staged_.begin(direct_, next,
                std::min<std::uint64_t>(payload_bytes / layout::kPage * layout::kPage, limit - next));
}

void PayloadReader::drop(const TakePages& pages) {
  staged_.stop();
  read_ahead_.drop(pages.file());
}

}  // namespace framespool
