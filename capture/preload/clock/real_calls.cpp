#include "capture/preload/clock/real_calls.h"

#include <atomic>

#include "capture/preload/elf_objects.h"

namespace framespool::preload::clock {
namespace {

constexpr const char* kNames[] = {
#define FRAMESPOOL_REAL_TEXT(name, result, parameters) #name,
    FRAMESPOOL_REAL_CALLS(FRAMESPOOL_REAL_TEXT)
#undef FRAMESPOOL_REAL_TEXT
};

std::atomic<void*> found[static_cast<int>(RealCall::count)];

}  // namespace

void* real_call(RealCall call) {
  std::atomic<void*>& slot = found[static_cast<int>(call)];
  void* known = slot.load(std::memory_order_relaxed);
  if (known == nullptr) {
    known = next_definition_early(kNames[static_cast<int>(call)]);
    slot.store(known, std::memory_order_relaxed);
  }
  return known;
}

std::int64_t real_now_ns() {
  timespec now{};
  real_clock_gettime()(CLOCK_MONOTONIC, &now);
  return to_ns(now);
}

void real_sleep(std::int64_t ns) {
  const timespec length = to_timespec(ns);
  real_clock_nanosleep()(CLOCK_MONOTONIC, 0, &length, nullptr);
}

}  // namespace framespool::preload::clock
