#include "cache/internal/beside.h"

#include <new>
#include <system_error>

namespace framespool {

Beside::~Beside() {
  while (under_way() > 0) static_cast<void>(wait_for_oldest());
}

bool Beside::begin() {
  if (!thread_.joinable()) try {
      thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    } catch (const std::system_error&) {
      return false;
    } catch (const std::bad_alloc&) {
      return false;
    }
  ++begun_;
  {
    const std::lock_guard lock(mutex_);
    wanted_count_ = begun_;
  }
  wanted_.notify_one();
  return true;
}

std::size_t Beside::wait_for_oldest() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return done_count_ > waited_; });
  return waited_++ % kMost;
}

void Beside::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wanted_.wait(lock, stop, [this] { return wanted_count_ > done_count_; })) {
    const std::size_t piece = done_count_ % kMost;
    lock.unlock();
    work_(piece);
    lock.lock();
    ++done_count_;
    done_.notify_one();
  }
}

}  // namespace framespool
