// A clock that stands still while a program works and moves by one step of a rate at each buffer swap, so that a program
// that draws three frames a second shows what it would show at sixty. docs/fixed-step.md tells the rules.
//
// One thread, the drawing one, moves it; until the first swap that is the program's main thread. All times are
// CLOCK_MONOTONIC of the virtual world, in ns. Static storage: constant-initialised and trivially destructible.
#pragma once

#include <atomic>
#include <cstdint>

#include "cache/core/clock_page.h"
#include "cache/core/clock_report.h"
#include "capture/preload/clock/futex.h"
#include "capture/preload/clock/thread_states.h"

namespace framespool::preload::clock {

// A thread that waits for a moment of the virtual clock. Lives on that thread's stack.
struct Sleeper {
  enum class Wakes {
    by_word,       // sleeps on `released`
    by_condition,  // in pthread_cond_*wait on `condition`
    by_itself,     // looks at `released` every millisecond and says acknowledge()
  };
  std::int64_t deadline_ns = 0;
  Wakes wakes = Wakes::by_word;
  pthread_cond_t* condition = nullptr;
  Word released = 0;
  Sleeper* next = nullptr;
};

class VirtualClock {
 public:
  // Before any other call. A rate as is_valid() of cache/frame.h has it.
  void start(std::int64_t numerator, std::int64_t denominator, std::int64_t now_ns, int main_thread);
  // Where to tell what goes on; before any other thread uses this. May be nullptr.
  void tell(channel::ClockProcess* page) { page_ = page; }

  [[nodiscard]] std::int64_t now_ns() const { return now_ns_.load(std::memory_order_acquire); }
  // now_ns() for a caller who may be waiting for it to change: it creeps once it was asked too often.
  std::int64_t read(int thread);

  // A swap of the first drawable. The number of the grid's step that it presents: 1, 2, ... plus what longer steps
  // left out.
  std::uint64_t swap(int thread);
  // There is no drawing thread any more; the main thread stands for it until the next swap.
  void end_of_drawing();

  [[nodiscard]] bool is_drawing(int thread) const;
  // Whether there has been a swap whose thread is still alive.
  [[nodiscard]] bool draws() const { return draws_.load(std::memory_order_relaxed); }
  void look_after_drawing_thread();

  // For the drawing thread: it sleeps, nothing else could end the sleep.
  void sleep(std::int64_t ns);
  // Moves to `deadline_ns` at most, less when a sleeper is due before: then only to that. Meant for a thread that waits
  // for something besides. True: `deadline_ns` is reached.
  bool step_towards(std::int64_t deadline_ns);
  // Whether all other threads rest, so that nothing can happen without the clock. False also while another moves it.
  [[nodiscard]] bool is_quiet();
  [[nodiscard]] bool has_sleepers();
  void count_escape() { escapes_.fetch_add(1, std::memory_order_relaxed); }

  // The name of the call in which the drawing thread is stuck, nullptr when it is not.
  void set_blocked(const char* call) { blocked_.store(call, std::memory_order_relaxed); }
  [[nodiscard]] const char* blocked() const { return blocked_.load(std::memory_order_relaxed); }

  // For the others.
  void enlist(Sleeper& sleeper);
  // True: it had been released.
  bool withdraw(Sleeper& sleeper);
  void acknowledge();
  // The program has threads of its own, which are waited for at each move.
  void expect_threads() { has_threads_.store(true, std::memory_order_relaxed); }

  // What happened so far that makes a recording less than exact. Any thread.
  [[nodiscard]] ClockReport findings() const;

 private:
  static constexpr std::uint32_t kPatientReads = 1000;
  static constexpr std::int64_t kCreep_ns = 100'000;

  void move_to(std::int64_t target_ns, bool settle);
  bool release_next(std::int64_t target_ns);
  void raise(std::int64_t to_ns);
  void settle();
  [[nodiscard]] std::int64_t earliest_deadline();

  channel::ClockProcess* page_ = nullptr;
  std::atomic<std::int64_t> now_ns_ = 0;
  std::atomic<std::uint32_t> reads_ = 0;         // by the drawing thread since the clock moved
  std::atomic<std::uint32_t> foreign_reads_ = 0;  // by others
  std::atomic<int> drawing_thread_ = 0;
  std::atomic<bool> draws_ = false;
  std::atomic<bool> has_threads_ = false;
  std::atomic<const char*> blocked_ = nullptr;
  std::atomic<std::int64_t> crept_ns_ = 0;
  std::atomic<std::uint32_t> long_steps_ = 0, escapes_ = 0;
  int main_thread_ = 0;

  FutexLock moving_;  // held by the one thread that moves the clock
  ThreadStates threads_;
  std::int64_t numerator_ = 1, denominator_ = 1;
  std::int64_t origin_ns_ = 0;
  std::uint64_t step_ = 0;
  bool has_origin_ = false;

  FutexLock list_lock_;
  Sleeper* sleepers_ = nullptr;  // by deadline, then by arrival; guarded by list_lock_
  Word acknowledged_ = 0;
};

}  // namespace framespool::preload::clock
