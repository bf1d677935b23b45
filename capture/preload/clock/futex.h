// Sleeping and waking on a word, and a lock made of it. Not the C library's: its waiting functions are hooked here.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstdint>

#include "capture/preload/clock/real_calls.h"

namespace framespool::preload::clock {

using Word = std::atomic<std::uint32_t>;

// Until woken, at most `ns`; or at once when the word is not `seen`. False when a signal came.
bool wait_on(Word& word, std::uint32_t seen, std::int64_t ns);
void wake_all(Word& word);

class FutexLock {
 public:
  void lock() {
    std::uint32_t seen = kFree;
    if (word_.compare_exchange_strong(seen, kHeld, std::memory_order_acquire)) return;
    while (word_.exchange(kContended, std::memory_order_acquire) != kFree) wait_on(word_, kContended, kSecond_ns);
  }
  [[nodiscard]] bool try_lock() {
    std::uint32_t seen = kFree;
    return word_.compare_exchange_strong(seen, kHeld, std::memory_order_acquire);
  }
  void unlock() {
    if (word_.exchange(kFree, std::memory_order_release) == kContended) wake_all(word_);
  }

 private:
  enum : std::uint32_t { kFree, kHeld, kContended };
  Word word_ = kFree;
};

class FutexGuard {
 public:
  explicit FutexGuard(FutexLock& lock) : lock_(lock) { lock_.lock(); }
  ~FutexGuard() { lock_.unlock(); }
  FutexGuard(const FutexGuard&) = delete;
  FutexGuard& operator=(const FutexGuard&) = delete;

 private:
  FutexLock& lock_;
};

}  // namespace framespool::preload::clock
