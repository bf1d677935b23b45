// Pieces of work one after the other on a thread of its own, beside what their owner does meanwhile.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

namespace framespool {

// Calls come from one thread, the owner's.
class Beside {
 public:
  // Pieces begun and not waited for: one being done, one that follows it without anybody having to be woken for it.
  static constexpr std::size_t kMost = 2;

  // `work(n % kMost)` is what begin() number n, counted from 0, has done. It must not throw.
  explicit Beside(std::function<void(std::size_t)> work) : work_(std::move(work)) {}
  ~Beside();
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  // Starts a piece, behind those under way, and returns. False where no thread is to be had: nothing was begun.
  [[nodiscard]] bool begin();
  // Returns once the oldest piece under way is done, with its n % kMost. What it wrote is visible then.
  [[nodiscard]] std::size_t wait_for_oldest();
  [[nodiscard]] std::size_t under_way() const { return begun_ - waited_; }
  [[nodiscard]] std::size_t next() const { return begun_ % kMost; }  // what the next begin() will hand to `work`

 private:
  void run(const std::stop_token& stop);

  std::function<void(std::size_t)> work_;
  std::size_t begun_ = 0, waited_ = 0;  // the owner's
  std::mutex mutex_;
  std::condition_variable_any wanted_, done_;
  std::size_t wanted_count_ = 0, done_count_ = 0;  // guarded by mutex_
  std::jthread thread_;                            // from the first begin() on
};

}  // namespace framespool
