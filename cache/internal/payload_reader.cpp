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
  const std::uint64_t at = record + layout::kPage;
  const std::uint64_t end = record + layout::record_bytes(payload.size());
  if (is_cached(pages, end, limit)) return pages.read(at, payload);
  if (begins_at_a_page(payload.data()) && can_read_directly(pages, payload.size())) {
    if (sequential) stream_.follow(direct_, at, limit, end - record);
    if (read_directly(at, payload)) {
      if (!pages.keeps(record)) advise(pages.file(), record, at, POSIX_FADV_DONTNEED);  // the header page
      if (sequential) keep_page_behind(pages, end, limit);
      return true;
    }
    stream_.stop();
    direct_.reset();  // some file systems open with O_DIRECT and refuse to read; any other reason shows below
  }
  return read_ahead_.read(pages, at, payload, sequential ? limit : end);
}

void PayloadReader::expect(const TakePages& pages, std::uint64_t number, std::uint64_t record,
                           std::uint64_t payload_bytes, std::uint64_t limit) {
  const std::uint64_t bytes = layout::record_bytes(payload_bytes);
  if (is_cached(pages, record + bytes, limit) || !can_read_directly(pages, payload_bytes)) return;
  next_number_ = number;
  stream_.follow(direct_, record + layout::kPage, limit, bytes);
}

// Asked once, when reading begins: later what lies there may be what was read.
bool PayloadReader::is_cached(const TakePages& pages, std::uint64_t end, std::uint64_t limit) {
  if (!looked_) {
    looked_ = true;
    cached_before_ = is_all_cached(pages.file(), limit) ? limit : 0;
  }
  return end <= cached_before_;
}

bool PayloadReader::can_read_directly(const TakePages& pages, std::uint64_t payload_bytes) {
  if (payload_bytes < kSmallestDirect) return false;
  if (!tried_direct_) {
    tried_direct_ = true;
    // The very file that is open, whatever stands under its name by now.
    direct_ = File::open(fmt::format("/proc/self/fd/{}", pages.file().descriptor()), O_RDONLY | O_DIRECT);
  }
  return static_cast<bool>(direct_);
}

// What was read ahead, then whole pages straight into the frame; of the last one, which padding fills up, by way of a
// page of our own.
bool PayloadReader::read_directly(std::uint64_t at, std::span<std::byte> payload) {
  const std::size_t ahead = stream_.take(at, payload);
  if (ahead == payload.size()) return true;
  const std::size_t whole = payload.size() / layout::kPage * layout::kPage;
  if (!read_whole(direct_, payload.subspan(ahead, whole - ahead), at + ahead)) return false;
  if (whole == payload.size()) return true;
  if (!read_whole(direct_, last_page_, at + whole)) return false;
  std::memcpy(payload.data() + whole, last_page_.data(), payload.size() - whole);
  return true;
}

// The next frame's header, which is asked for before this frame is worked on: read by itself it waits behind all that is
// being read ahead.
void PayloadReader::keep_page_behind(TakePages& pages, std::uint64_t end, std::uint64_t limit) {
  if (end < limit && stream_.take(end, last_page_) == last_page_.size()) pages.keep(end, last_page_);
}

void PayloadReader::drop(const TakePages& pages) {
  stream_.stop();
  read_ahead_.drop(pages.file());
}

}  // namespace framespool
