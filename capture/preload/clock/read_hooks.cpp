// The functions that tell the time.
#include <errno.h>

#include "capture/preload/clock/waiting.h"
#include "capture/preload/hooks.h"

namespace framespool::preload::clock {
namespace {

std::int64_t processor_time_ns() {
  std::int64_t ns = 0;
  static_cast<void>(virtual_time(CLOCK_PROCESS_CPUTIME_ID, ns));
  return ns;
}

}  // namespace
}  // namespace framespool::preload::clock

using namespace framespool::preload::clock;

FRAMESPOOL_EXPORT int clock_gettime(clockid_t clock, timespec* time) noexcept {
  std::int64_t ns = 0;
  if (!is_programs_call(__builtin_return_address(0)) || !virtual_time(clock, ns)) return real_clock_gettime()(clock, time);
  *time = to_timespec(ns);
  return 0;
}

FRAMESPOOL_EXPORT int timespec_get(timespec* time, int base) noexcept {
  if (base != TIME_UTC) return 0;
  std::int64_t ns = 0;
  if (!is_programs_call(__builtin_return_address(0)) || !virtual_time(CLOCK_REALTIME, ns))
    real_clock_gettime()(CLOCK_REALTIME, time);
  else
    *time = to_timespec(ns);
  return base;
}

FRAMESPOOL_EXPORT int gettimeofday(timeval* __restrict time, void* __restrict zone) noexcept {
  if (zone != nullptr) *static_cast<struct timezone*>(zone) = {};
  std::int64_t ns = 0;
  if (!is_programs_call(__builtin_return_address(0)) || !virtual_time(CLOCK_REALTIME, ns)) {
    timespec real{};
    real_clock_gettime()(CLOCK_REALTIME, &real);
    ns = to_ns(real);
  }
  const timespec split = to_timespec(ns);
  *time = {.tv_sec = split.tv_sec, .tv_usec = split.tv_nsec / 1000};
  return 0;
}

FRAMESPOOL_EXPORT time_t time(time_t* result) noexcept {
  std::int64_t ns = 0;
  if (!is_programs_call(__builtin_return_address(0)) || !virtual_time(CLOCK_REALTIME, ns)) {
    timespec real{};
    real_clock_gettime()(CLOCK_REALTIME_COARSE, &real);
    ns = to_ns(real);
  }
  const auto seconds = static_cast<time_t>(ns / kSecond_ns);
  if (result != nullptr) *result = seconds;
  return seconds;
}

FRAMESPOOL_EXPORT clock_t clock() noexcept {
  if (!is_programs_call(__builtin_return_address(0))) return real_clock()();
  return static_cast<clock_t>(processor_time_ns() / (kSecond_ns / CLOCKS_PER_SEC));
}

FRAMESPOOL_EXPORT clock_t times(tms* used) noexcept {
  if (!is_programs_call(__builtin_return_address(0))) return real_times()(used);
  constexpr std::int64_t kTick_ns = kSecond_ns / 100;
  if (used != nullptr) *used = {.tms_utime = processor_time_ns() / kTick_ns, .tms_stime = 0, .tms_cutime = 0, .tms_cstime = 0};
  return static_cast<clock_t>(the_clock().read(this_thread()) / kTick_ns);
}
