#include "cache/internal/read_ahead.h"

#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>

namespace framespool {
namespace {

// Two frames at 1080p. With the piece being read, and what the kernel keeps a moment longer, less than 32 MB
// whatever a frame's size.
constexpr std::uint64_t kAhead = 17'000'000;
constexpr std::size_t kPiece = 1 << 20;
// One call brings at most what the device takes at once; the smallest such limit in use is 128 kB.
constexpr std::uint64_t kStep = 128 << 10;

// Reads one byte if that needs no disk. A file system that cannot say counts as not cached.
bool is_cached(const File& file, std::uint64_t at) {
  char byte;
  const iovec piece{&byte, 1};
  return ::preadv2(file.descriptor(), &piece, 1, static_cast<off_t>(at), RWF_NOWAIT) == 1;
}

}  // namespace

void advise(const File& file, std::uint64_t begin, std::uint64_t end, int advice) {
  if (end > begin)
    ::posix_fadvise(file.descriptor(), static_cast<off_t>(begin), static_cast<off_t>(end - begin), advice);
}

// The last byte first: reading in order from the beginning leaves that one out, and what the kernel read ahead of
// the first header page reaches none but the first.
bool is_all_cached(const File& file, std::uint64_t bytes) {
  constexpr std::uint64_t kSamples = 64;
  for (std::uint64_t i = kSamples; i > 0; --i)
    if (!is_cached(file, bytes / kSamples * i + bytes % kSamples - 1)) return false;
  return true;
}

bool ReadAhead::read(TakePages& pages, std::uint64_t at, std::span<std::byte> into, std::uint64_t limit) {
  for (std::size_t done = 0; done < into.size();) {
    const auto piece = into.subspan(done, std::min(kPiece, into.size() - done));
    move_to(pages.file(), at + done, at + done + piece.size(), limit);
    if (!pages.read(at + done, piece)) return false;
    done += piece.size();
  }
  return true;
}

// Before [at, end) is read.
void ReadAhead::move_to(const File& file, std::uint64_t at, std::uint64_t end, std::uint64_t limit) {
  if (at < cached_begin_ || at > cached_end_ + kStep) {  // elsewhere; header and index pages are no gap
    drop(file);
    cached_begin_ = cached_end_ = at;
  }
  advise(file, cached_begin_, at, POSIX_FADV_DONTNEED);
  cached_begin_ = at;
  const std::uint64_t ahead = std::max(end, std::min(limit, at + kAhead));
  for (std::uint64_t from = std::max(cached_end_, at); from < ahead; from += kStep)
    advise(file, from, std::min(ahead, from + kStep), POSIX_FADV_WILLNEED);
  cached_end_ = std::max(cached_end_, ahead);
}

void ReadAhead::drop(const File& file) {
  advise(file, cached_begin_, cached_end_, POSIX_FADV_DONTNEED);
  cached_begin_ = cached_end_ = 0;
}

}  // namespace framespool
