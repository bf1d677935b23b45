#include "capture/preload/clock/display_waits.h"

#include <atomic>
#include <cstdint>

#include "capture/preload/clock/caller.h"
#include "capture/preload/clock/real_calls.h"

namespace framespool::preload::clock {
namespace {

constexpr int kPlaces = 32;  // more threads than that are not told from resting ones
constexpr std::int64_t kPatience_ns = 3 * kSecond_ns;

struct Place {
  std::atomic<int> thread = 0;  // 0: free
  std::atomic<std::int64_t> since_ns = 0;
};
Place places[kPlaces];

// In the block that every thread has from its start.
thread_local int event_waits __attribute__((tls_model("initial-exec"))) = 0;

}  // namespace

EventWait::EventWait() { ++event_waits; }
EventWait::~EventWait() { --event_waits; }

bool is_wait_for_answer(const void* caller) { return event_waits == 0 && is_in_library(caller, "libxcb.so"); }

DisplayWait::DisplayWait(int thread) {
  for (int i = 0; i < kPlaces; ++i) {
    int free = 0;
    if (!places[i].thread.compare_exchange_strong(free, -1, std::memory_order_acq_rel)) continue;
    places[i].since_ns.store(real_now_ns(), std::memory_order_relaxed);
    places[i].thread.store(thread, std::memory_order_release);
    place_ = i;
    return;
  }
}

DisplayWait::~DisplayWait() {
  if (place_ >= 0) places[place_].thread.store(0, std::memory_order_release);
}

bool waits_for_display(int thread) {
  for (const Place& each : places)
    if (each.thread.load(std::memory_order_acquire) == thread)
      return real_now_ns() - each.since_ns.load(std::memory_order_relaxed) < kPatience_ns;
  return false;
}

}  // namespace framespool::preload::clock
