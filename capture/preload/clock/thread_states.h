// Whether the other threads of this process have come to rest, as the kernel has it. There is nothing to be woken by when
// another thread falls asleep, so that this is the one place where something is looked at again and again.
#pragma once

#include <cstdint>

namespace framespool::preload::clock {

class ThreadStates {
 public:
  // Whether no thread but the calling one runs or could run (or waits for an answer of the display), at one moment within
  // the call. Threads that were found not
  // to come to rest are left out. True where /proc does not tell.
  [[nodiscard]] bool others_rest();
  // Until others_rest(). A thread that has used `kPatience_ns` of processor time meanwhile is waited for no longer, here
  // and later, until it has been seen asleep; busy neighbours on the machine do not shorten that.
  void wait_until_others_rest();
  // Grows with each thread that was given up on.
  [[nodiscard]] std::uint32_t late_threads() const { return late_; }

 private:
  static constexpr std::int64_t kPatience_ns = 1'000'000'000;
  static constexpr int kMost = 256;  // threads beyond are not looked at

  struct Seen {
    int thread = 0;
    bool given_up = false;   // runs for ever
    std::int64_t begun = 0;  // its processor time when it was first found running, 0: not found so
  };
  [[nodiscard]] bool list_threads();
  [[nodiscard]] std::uint64_t work_done() const;
  [[nodiscard]] bool all_sleep(bool measure);

  // Used by one thread at a time: who moves the clock.
  Seen threads_[kMost];
  int count_ = 0;
  std::uint32_t late_ = 0;
};

}  // namespace framespool::preload::clock
