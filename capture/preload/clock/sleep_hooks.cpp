// The functions that only let time pass.
#include <errno.h>

#include "capture/preload/clock/waiting.h"
#include "capture/preload/hooks.h"

namespace framespool::preload::clock {
namespace {

bool is_length(const timespec* time) {
  return time != nullptr && time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < kSecond_ns;
}

// Returns an error number.
int sleep_for(std::int64_t ns, std::int64_t& left_ns) {
  left_ns = 0;
  if (ns == 0) {  // gives way to others, as it would
    real_sleep(0);
    return 0;
  }
  return sleep_until(deadline_in(ns), left_ns) ? 0 : EINTR;
}

}  // namespace
}  // namespace framespool::preload::clock

using namespace framespool::preload::clock;

FRAMESPOOL_EXPORT int clock_nanosleep(clockid_t clock, int flags, const timespec* wanted, timespec* left) {
  std::int64_t offset_ns = 0;
  if (!is_programs_call(__builtin_return_address(0)) || !is_length(wanted) || !offset_of(clock, offset_ns))
    return real_clock_nanosleep()(clock, flags, wanted, left);
  std::int64_t left_ns = 0;
  if ((flags & TIMER_ABSTIME) != 0) return sleep_until(deadline_at(clock, *wanted), left_ns) ? 0 : EINTR;
  const int result = sleep_for(to_ns(*wanted), left_ns);
  if (result != 0 && left != nullptr) *left = to_timespec(left_ns);
  return result;
}

FRAMESPOOL_EXPORT int nanosleep(const timespec* wanted, timespec* left) {
  int result = 0;
  std::int64_t left_ns = 0;
  if (!is_programs_call(__builtin_return_address(0)) || !is_length(wanted)) {
    result = real_clock_nanosleep()(CLOCK_REALTIME, 0, wanted, left);  // for relative times the same
  } else {
    result = sleep_for(to_ns(*wanted), left_ns);
    if (result != 0 && left != nullptr) *left = to_timespec(left_ns);
  }
  if (result == 0) return 0;
  errno = result;
  return -1;
}

FRAMESPOOL_EXPORT int usleep(useconds_t microseconds) {
  const std::int64_t ns = std::int64_t{microseconds} * 1000;
  int result = 0;
  std::int64_t left_ns = 0;
  if (is_programs_call(__builtin_return_address(0))) {
    result = sleep_for(ns, left_ns);
  } else {
    const timespec time = to_timespec(ns);
    result = real_clock_nanosleep()(CLOCK_REALTIME, 0, &time, nullptr);
  }
  if (result == 0) return 0;
  errno = result;
  return -1;
}

FRAMESPOOL_EXPORT unsigned int sleep(unsigned int seconds) {
  const std::int64_t ns = std::int64_t{seconds} * kSecond_ns;
  std::int64_t left_ns = 0;
  if (is_programs_call(__builtin_return_address(0))) {
    static_cast<void>(sleep_for(ns, left_ns));
  } else {
    const timespec time = to_timespec(ns);
    timespec left{};
    if (real_clock_nanosleep()(CLOCK_REALTIME, 0, &time, &left) != 0) left_ns = to_ns(left);
  }
  return static_cast<unsigned int>((left_ns + kSecond_ns / 2) / kSecond_ns);
}
