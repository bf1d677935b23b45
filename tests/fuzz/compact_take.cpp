#include "tests/fuzz/compact_take.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace framespool::fuzz {
namespace {

using layout::kPage;

void need(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::abort();
}

bool is_hole(std::span<const std::uint8_t> chunk) {
  return chunk.size() == kChunkBytes && std::memcmp(chunk.data(), kHole, 4) == 0;
}

std::uint64_t hole_pages(std::span<const std::uint8_t> chunk) {
  return 1 + (chunk[4] | std::uint64_t{chunk[5]} << 8) % kMostHolePages;
}

}  // namespace

std::vector<std::uint8_t> compact(std::span<const std::uint8_t> file) {
  std::vector<std::uint8_t> chunks;
  std::uint64_t holes = 0;
  const auto end_hole = [&] {
    for (; holes > 0; holes -= std::min(holes, kMostHolePages)) {
      const std::uint64_t pages = std::min(holes, kMostHolePages) - 1;
      const std::size_t at = chunks.size();
      chunks.resize(at + kChunkBytes);
      std::memcpy(chunks.data() + at, kHole, 4);
      chunks[at + 4] = static_cast<std::uint8_t>(pages);
      chunks[at + 5] = static_cast<std::uint8_t>(pages >> 8);
    }
  };
  for (std::size_t at = 0; at < file.size(); at += kPage) {
    const auto page = file.subspan(at, std::min(kPage, file.size() - at));
    if (page.size() == kPage && std::all_of(page.begin(), page.end(), [](auto byte) { return byte == 0; })) {
      ++holes;
      continue;
    }
    end_hole();
    const std::size_t bytes = page.size() == kPage ? kChunkBytes : std::min(page.size(), kChunkBytes - 1);
    chunks.insert(chunks.end(), page.begin(), page.begin() + static_cast<std::ptrdiff_t>(bytes));
  }
  end_hole();
  return chunks;
}

TakeImage::TakeImage() : descriptor_(::memfd_create("fuzz.fspool", MFD_CLOEXEC)), pages_(kMostPages * kPage) {
  need(descriptor_ >= 0, "memfd_create");
  path_ = "/proc/self/fd/" + std::to_string(descriptor_);
}

TakeImage::~TakeImage() { ::close(descriptor_); }

void TakeImage::lay_out(std::span<const std::uint8_t> compact) {
  chunks_ = 0;
  length_ = 0;
  std::size_t filled = 0;           // pages of pages_
  std::uint64_t run_offset = 0;     // where they go
  bool sparse = false;
  const auto write_run = [&] {
    if (filled == 0) return;
    const std::size_t bytes = filled * kPage;
    need(::pwrite(descriptor_, pages_.data(), bytes, static_cast<off_t>(run_offset)) ==
             static_cast<ssize_t>(bytes),
         "pwrite");
    filled = 0;
  };
  for (; !compact.empty() && chunks_ < kMostPages; ++chunks_) {
    const auto chunk = compact.first(std::min(kChunkBytes, compact.size()));
    compact = compact.subspan(chunk.size());
    if (is_hole(chunk)) {
      // What stood there from the input before must go.
      write_run();
      if (!std::exchange(sparse, true)) need(::ftruncate(descriptor_, static_cast<off_t>(length_)) == 0, "ftruncate");
      length_ += hole_pages(chunk) * kPage;
      run_offset = length_;
      continue;
    }
    std::uint8_t* const page = pages_.data() + filled++ * kPage;
    std::memcpy(page, chunk.data(), chunk.size());
    std::memset(page + chunk.size(), 0, kPage - chunk.size());
    length_ += chunk.size() == kChunkBytes ? kPage : chunk.size();
  }
  write_run();
  readable_image = sparse ? ReadableImage{} : ReadableImage{pages_.data(), length_};
  show_all();
}

void TakeImage::show_all() const {
  need(::ftruncate(descriptor_, static_cast<off_t>(length_)) == 0, "ftruncate");
  readable_image.length = length_;
}

void TakeImage::show(std::size_t pages) const {
  const std::uint64_t bytes = std::min<std::uint64_t>(length_, pages * kPage);
  need(::ftruncate(descriptor_, static_cast<off_t>(bytes)) == 0, "ftruncate");
  readable_image.length = bytes;
}

void TakeImage::lock_as_writer(bool on) const {
  struct flock lock {};
  lock.l_type = on ? F_WRLCK : F_UNLCK;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  need(::fcntl(descriptor_, F_OFD_SETLK, &lock) == 0, "F_OFD_SETLK");
}

}  // namespace framespool::fuzz
