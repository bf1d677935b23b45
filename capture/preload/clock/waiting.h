// How a hooked call waits: for something real and for a moment of the virtual clock, whichever comes first.
#pragma once

#include <pthread.h>

#include "capture/preload/clock/process.h"

namespace framespool::preload::clock {

enum class Waited { happened, expired };

inline constexpr std::int64_t kMillisecond_ns = 1'000'000;
inline constexpr std::int64_t kForEver_ns = 3600 * kSecond_ns;  // longer waits count as endless

// A thread must not be cancelled in here: its place in the list of sleepers is on its stack.
class NotCancelled {
 public:
  NotCancelled() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~NotCancelled() { pthread_setcancelstate(before_, nullptr); }
  NotCancelled(const NotCancelled&) = delete;
  NotCancelled& operator=(const NotCancelled&) = delete;

 private:
  int before_ = 0;
};

// A real wait of at most `ns`. True: what is waited for has come, or the call has another result to give.
struct RealWait {
  bool (*wait)(void* call, std::int64_t ns);
  void* call;
  Sleeper::Wakes wakes = Sleeper::Wakes::by_itself;
  pthread_cond_t* condition = nullptr;
  std::int64_t patience_ns = 0;  // that it is given at least before the clock moves
  [[nodiscard]] bool operator()(std::int64_t ns) const { return wait(call, ns); }
};

// `name` is the hooked call; `deadline_ns` on the virtual CLOCK_MONOTONIC, or kNever.
[[nodiscard]] Waited wait_for(const char* name, std::int64_t deadline_ns, const RealWait& real);

// Nothing can end it but the clock or a signal. False: a signal came, `left_ns` tells how much was left.
[[nodiscard]] bool sleep_until(std::int64_t deadline_ns, std::int64_t& left_ns);

// The virtual CLOCK_MONOTONIC in `ns` from now; kNever for more than an hour.
[[nodiscard]] std::int64_t deadline_in(std::int64_t ns);
// That of an absolute time of `clock`.
[[nodiscard]] std::int64_t deadline_at(clockid_t clock, const timespec& time);

// What `clock` shows a program that may be waiting for it. False: it is not a virtual one.
[[nodiscard]] bool virtual_time(clockid_t clock, std::int64_t& ns);

// Whether a call from `caller` is one of the program's own, in a process on the virtual clock.
[[nodiscard]] bool is_programs_call(const void* caller);

}  // namespace framespool::preload::clock
