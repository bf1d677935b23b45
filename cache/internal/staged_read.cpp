#include "cache/internal/staged_read.h"

#include <algorithm>
#include <cstring>

#include "cache/internal/take_layout.h"

namespace framespool {

void StagedRead::begin(const File& file, std::uint64_t offset, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !reading_; });
  read_ = 0;
  if (!block_.ensure("cache.ahead", std::min(bytes, kMostBytes))) return;
  file_ = &file;
  offset_ = offset;
  wanted_ = std::min({bytes, kMostBytes, block_.capacity()});
  // May throw: nobody would ever finish what was begun before.
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  reading_ = true;
  changed_.notify_all();
}

void StagedRead::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return reading_; })) {
    lock.unlock();
    const std::ptrdiff_t count = read_at(*file_, block_.span().first(wanted_), offset_);
    lock.lock();
    // Less than a page is of no use: what follows must begin at a page.
    read_ = count > 0 ? static_cast<std::size_t>(count) / layout::kPage * layout::kPage : 0;
    reading_ = false;
    changed_.notify_all();
    if (stop.stop_requested()) return;
  }
}

std::size_t StagedRead::take(std::uint64_t offset, std::span<std::byte> into) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !reading_; });
  if (read_ == 0 || offset != offset_) return 0;
  const std::size_t bytes = std::min(read_, into.size() / layout::kPage * layout::kPage);
  std::memcpy(into.data(), block_.data(), bytes);
  return bytes;
}

void StagedRead::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  thread_ = {};
}

}  // namespace framespool
