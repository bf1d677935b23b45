// In a test there are no hooks: the C library's functions are the real ones.
#include "capture/preload/clock/real_calls.h"

#include <dlfcn.h>

namespace framespool::preload::clock {

void* real_call(RealCall call) {
  static constexpr const char* kNames[] = {
#define FRAMESPOOL_REAL_TEXT(name, result, parameters) #name,
      FRAMESPOOL_REAL_CALLS(FRAMESPOOL_REAL_TEXT)
#undef FRAMESPOOL_REAL_TEXT
  };
  return dlsym(RTLD_DEFAULT, kNames[static_cast<int>(call)]);
}

std::int64_t real_now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return to_ns(now);
}

void real_sleep(std::int64_t ns) {
  const timespec length = to_timespec(ns);
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &length, nullptr);
}

}  // namespace framespool::preload::clock
