#include "cache/internal/stream_ahead.h"

#include <algorithm>
#include <cstring>

#include "cache/internal/take_layout.h"

namespace framespool {

void StreamAhead::follow(const File& file, std::uint64_t offset, std::uint64_t limit, std::uint64_t ahead) {
  const std::uint64_t most = std::min<std::uint64_t>(ahead, kMostBytes);
  const auto wanted = static_cast<std::size_t>((most + kLargePageBytes - 1) / kLargePageBytes * kLargePageBytes);
  std::unique_lock lock(mutex_);
  // An index block may stand between two frames.
  const bool there = offset >= begin_ && offset <= end_ + kLeastRead && !failed_ && file_ == &file;
  if (!there || wanted > ring_bytes_) {
    limit_ = end_;  // nothing new is begun
    changed_.wait(lock, [this] { return !reading_; });
    file_ = nullptr;
    begin_ = end_ = limit_ = origin_ = offset;
    failed_ = false;
    if (wanted > ring_bytes_) {
      if (!ring_.ensure("cache.ahead", wanted, PageSize::large)) return;
      ring_bytes_ = wanted;
    }
    file_ = &file;
  }
  // May throw: nobody would ever read what was asked for before.
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  limit_ = std::max(limit_, limit);
  changed_.notify_all();
}

std::size_t StreamAhead::next_read() const {
  if (failed_ || end_ >= limit_) return 0;
  const std::uint64_t to_come = limit_ - end_;
  const std::uint64_t room = (begin_ + ring_bytes_ - end_) / layout::kPage * layout::kPage;
  if (room < std::min<std::uint64_t>(kLeastRead, to_come)) return 0;
  const std::uint64_t to_ring_end = ring_bytes_ - (end_ - origin_) % ring_bytes_;
  return static_cast<std::size_t>(std::min({room, to_come, to_ring_end, std::uint64_t{kMostRead}}));
}

std::span<std::byte> StreamAhead::place(std::uint64_t offset) {
  return ring_.span().first(ring_bytes_).subspan(static_cast<std::size_t>((offset - origin_) % ring_bytes_));
}

void StreamAhead::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return next_read() > 0; }) && !stop.stop_requested()) {
    const auto into = place(end_).first(next_read());
    reading_ = true;
    lock.unlock();
    const std::ptrdiff_t count = read_at(*file_, into, end_);
    lock.lock();
    // Less than a page is of no use: what follows must begin at a page.
    const auto bytes = count > 0 ? static_cast<std::size_t>(count) / layout::kPage * layout::kPage : 0;
    end_ += bytes;
    failed_ = bytes < into.size();
    reading_ = false;
    changed_.notify_all();
  }
}

std::size_t StreamAhead::take(std::uint64_t offset, std::span<std::byte> into) {
  std::unique_lock lock(mutex_);
  if (file_ == nullptr || offset < begin_ || offset >= limit_) return 0;
  std::size_t done = 0;
  while (done < into.size()) {
    const std::uint64_t at = offset + done;
    begin_ = std::min(at, end_);  // what is skipped makes room as well
    changed_.notify_all();
    if (end_ <= at) {
      if (failed_ || at >= limit_ || !thread_.joinable()) break;
      changed_.wait(lock, [&, read_before = end_] { return end_ > read_before || failed_; });
      continue;
    }
    const auto from = place(at);
    const auto bytes = static_cast<std::size_t>(std::min({std::uint64_t{from.size()}, end_ - at,
                                                          std::uint64_t{into.size() - done},
                                                          std::uint64_t{kLeastRead}}));  // gives room early
    lock.unlock();
    std::memcpy(into.data() + done, from.data(), bytes);
    lock.lock();
    done += bytes;
  }
  begin_ = std::max(begin_, std::min(offset + done, end_));
  changed_.notify_all();
  return done;
}

void StreamAhead::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
    thread_ = {};
  }
  file_ = nullptr;
  begin_ = end_ = limit_ = 0;
  failed_ = false;
}

}  // namespace framespool
