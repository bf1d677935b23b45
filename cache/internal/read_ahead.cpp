#include "cache/internal/read_ahead.h"

#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>

namespace framespool {
namespace {

// Two frames at 1080p; above that fewer, so that with the frame being read 32 MB are not passed.
constexpr std::uint64_t kMostAhead = 17'000'000;
// One call brings at most what the device takes at once; the smallest such limit in use is 128 kB.
constexpr std::uint64_t kStep = 128 << 10;

void advise(const File& file, std::uint64_t begin, std::uint64_t end, int advice) {
  if (end > begin)
    ::posix_fadvise(file.descriptor(), static_cast<off_t>(begin), static_cast<off_t>(end - begin), advice);
}

// Reads one byte if that needs no disk. A file system that cannot say counts as not cached.
bool is_cached(const File& file, std::uint64_t at) {
  char byte;
  const iovec piece{&byte, 1};
  return ::preadv2(file.descriptor(), &piece, 1, static_cast<off_t>(at), RWF_NOWAIT) == 1;
}

// By samples, the last byte first: reading in order from the beginning leaves that one out, and what the
// kernel read ahead of the first header page reaches none but the first.
bool is_all_cached(const File& file, std::uint64_t bytes) {
  constexpr std::uint64_t kSamples = 64;
  for (std::uint64_t i = kSamples; i > 0; --i)
    if (!is_cached(file, bytes / kSamples * i + bytes % kSamples - 1)) return false;
  return true;
}

}  // namespace

void ReadAhead::before(const File& file, std::uint64_t number, std::uint64_t offset, std::uint64_t bytes,
                       std::uint64_t limit) {
  const bool sequential =
      number == next_number_ && number > 0 && offset >= cached_begin_ && offset <= cached_end_;
  next_number_ = number + 1;
  if (!looked_) {
    looked_ = true;
    cached_before_ = is_all_cached(file, limit) ? limit : 0;
  }
  if (offset + bytes <= cached_before_) {
    cached_begin_ = cached_end_ = offset + bytes;
    return;
  }
  if (!sequential) {
    drop(file);
    cached_begin_ = offset;
    cached_end_ = offset + bytes;
    // Frame 0 is the beginning of a sequence more often than not.
    if (number > 0) return;
  } else {
    advise(file, cached_begin_, offset, POSIX_FADV_DONTNEED);
    cached_begin_ = offset;
  }
  const std::uint64_t end = offset + bytes;
  const std::uint64_t ahead = std::min(limit, end + std::min(2 * bytes, kMostAhead));
  for (std::uint64_t at = std::max(cached_end_, end); at < ahead; at += kStep)
    advise(file, at, std::min(ahead, at + kStep), POSIX_FADV_WILLNEED);
  cached_end_ = std::max({cached_end_, end, ahead});
}

void ReadAhead::drop(const File& file) {
  advise(file, cached_begin_, cached_end_, POSIX_FADV_DONTNEED);
  cached_begin_ = cached_end_ = 0;
}

}  // namespace framespool
