// Stands for a driver in clock_host: by the name of its file (libX11-...) it keeps the real clock.
#include "tests/preload/hosts/clock_driver.h"

#include <time.h>

long long driver_now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<long long>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

void driver_sleep_ns(long ns) {
  const timespec time{.tv_sec = 0, .tv_nsec = ns};
  nanosleep(&time, nullptr);
}
