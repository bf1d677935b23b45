// Numbers that differ from run to run (with FRAMESPOOL_SEED only), system calls by number, and timers, which stay real and
// are reported.
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "capture/preload/clock/waiting.h"
#include "capture/preload/hooks.h"

namespace framespool::preload::clock {
namespace {

// Past every process number there can be, so that nobody is hit by a signal meant for the program itself.
constexpr pid_t kNoProcess = 5'000'000;

std::atomic<std::uint64_t> drawn;

// SplitMix64: https://prng.di.unimi.it/splitmix64.c
std::uint64_t number(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bool is_seeded(const void* caller, std::uint64_t& seed) { return is_programs_call(caller) && seed_of_program(seed); }

void fill(std::uint64_t seed, void* bytes, std::size_t count) {
  auto* at = static_cast<unsigned char*>(bytes);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i, bits >>= 8) {
    if (i % 8 == 0) bits = number(seed, drawn.fetch_add(1, std::memory_order_relaxed));
    at[i] = static_cast<unsigned char>(bits & 0xff);
  }
}

std::uint32_t next_number(std::uint64_t seed) {
  std::uint32_t value = 0;
  fill(seed, &value, sizeof value);
  return value;
}

pid_t seeded_process(std::uint64_t seed) { return kNoProcess + static_cast<pid_t>(seed % 1'000'000); }

// Whether a call by number lasts until a time that the kernel decides.
bool goes_by_real_time(long call, const long (&arguments)[6]) {
  switch (call) {
    case SYS_futex:
      return arguments[3] != 0 && (arguments[1] & 0x7f) != 1;  // 1 is FUTEX_WAKE
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_timerfd_settime:
    case SYS_timer_settime:
    case SYS_setitimer:
      return true;
    case SYS_ppoll:
      return arguments[2] != 0;
    case SYS_pselect6:
      return arguments[4] != 0;
    case SYS_epoll_pwait:
      return static_cast<int>(arguments[3]) > 0;
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
      return arguments[3] != 0;
#endif
#ifdef SYS_poll  // newer kinds of processors have only those above
    case SYS_poll:
      return static_cast<int>(arguments[2]) > 0;
    case SYS_select:
      return arguments[4] != 0;
    case SYS_epoll_wait:
      return static_cast<int>(arguments[3]) > 0;
    case SYS_alarm:
      return true;
#endif
    default:
      return false;
  }
}

// A call by number that the virtual world answers. False: the kernel does.
bool answer(const void* caller, long call, const long (&arguments)[6], long& result) {
  std::uint64_t seed = 0;
  std::int64_t ns = 0;
  result = 0;
  if (!is_programs_call(caller)) return false;
  switch (call) {
    case SYS_clock_gettime:
      if (!virtual_time(static_cast<clockid_t>(arguments[0]), ns)) return false;
      *reinterpret_cast<timespec*>(arguments[1]) = to_timespec(ns);
      return true;
    case SYS_gettimeofday:
      if (!virtual_time(CLOCK_REALTIME, ns)) return false;
      if (arguments[0] != 0) {
        const timespec split = to_timespec(ns);
        *reinterpret_cast<timeval*>(arguments[0]) = {.tv_sec = split.tv_sec, .tv_usec = split.tv_nsec / 1000};
      }
      if (arguments[1] != 0) *reinterpret_cast<struct timezone*>(arguments[1]) = {};
      return true;
#ifdef SYS_time
    case SYS_time:
      if (!virtual_time(CLOCK_REALTIME, ns)) return false;
      result = ns / kSecond_ns;
      if (arguments[0] != 0) *reinterpret_cast<time_t*>(arguments[0]) = result;
      return true;
#endif
    case SYS_getpid:
      if (!seed_of_program(seed)) return false;
      result = seeded_process(seed);
      return true;
    case SYS_getrandom:
      if (!seed_of_program(seed)) return false;
      fill(seed, reinterpret_cast<void*>(arguments[0]), static_cast<std::size_t>(arguments[1]));
      result = arguments[1];
      return true;
    default:
      if (goes_by_real_time(call, arguments)) saw(kTimeBySystemCall);
      return false;
  }
}

}  // namespace
}  // namespace framespool::preload::clock

using namespace framespool::preload::clock;

FRAMESPOOL_EXPORT pid_t getpid() noexcept {
  std::uint64_t seed = 0;
  return is_seeded(__builtin_return_address(0), seed) ? seeded_process(seed) : real_getpid()();
}

FRAMESPOOL_EXPORT ssize_t getrandom(void* bytes, std::size_t count, unsigned int flags) {
  std::uint64_t seed = 0;
  if (!is_seeded(__builtin_return_address(0), seed)) return real_getrandom()(bytes, count, flags);
  fill(seed, bytes, count);
  return static_cast<ssize_t>(count);
}

FRAMESPOOL_EXPORT int getentropy(void* bytes, std::size_t count) {
  std::uint64_t seed = 0;
  if (count > 256 || !is_seeded(__builtin_return_address(0), seed)) return real_getentropy()(bytes, count);
  fill(seed, bytes, count);
  return 0;
}

// The C library's own from 2.36 on, which ask the kernel past the functions above.
FRAMESPOOL_EXPORT std::uint32_t arc4random() noexcept {
  std::uint64_t seed = 0;
  return is_seeded(__builtin_return_address(0), seed) ? next_number(seed) : real_arc4random()();
}

FRAMESPOOL_EXPORT void arc4random_buf(void* bytes, std::size_t count) noexcept {
  std::uint64_t seed = 0;
  if (!is_seeded(__builtin_return_address(0), seed)) return real_arc4random_buf()(bytes, count);
  fill(seed, bytes, count);
}

FRAMESPOOL_EXPORT std::uint32_t arc4random_uniform(std::uint32_t bound) noexcept {
  std::uint64_t seed = 0;
  if (!is_seeded(__builtin_return_address(0), seed)) return real_arc4random_uniform()(bound);
  return static_cast<std::uint32_t>((std::uint64_t{next_number(seed)} * bound) >> 32);  // below bound, nearly even
}

// unsigned int std::random_device::_M_getval(), which asks the processor itself where it can.
FRAMESPOOL_EXPORT unsigned int _ZNSt13random_device9_M_getvalEv(void* device) {
  std::uint64_t seed = 0;
  return is_seeded(__builtin_return_address(0), seed) ? next_number(seed) : real__ZNSt13random_device9_M_getvalEv()(device);
}

FRAMESPOOL_EXPORT long syscall(long call, ...) noexcept {
  va_list list;
  va_start(list, call);
  long arguments[6];
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  long result = 0;
  if (answer(__builtin_return_address(0), call, arguments, result)) return result;
  return real_syscall()(call, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

FRAMESPOOL_EXPORT int timerfd_settime(int timer, int flags, const itimerspec* wanted, itimerspec* before) noexcept {
  if (is_programs_call(__builtin_return_address(0))) saw(framespool::kTimerDescriptor);
  return real_timerfd_settime()(timer, flags, wanted, before);
}

FRAMESPOOL_EXPORT int timer_settime(timer_t timer, int flags, const itimerspec* wanted, itimerspec* before) noexcept {
  if (is_programs_call(__builtin_return_address(0))) saw(framespool::kTimerSignal);
  return real_timer_settime()(timer, flags, wanted, before);
}

FRAMESPOOL_EXPORT int setitimer(__itimer_which_t which, const itimerval* wanted, itimerval* before) noexcept {
  if (is_programs_call(__builtin_return_address(0))) saw(framespool::kTimerSignal);
  return real_setitimer()(which, wanted, before);
}

FRAMESPOOL_EXPORT unsigned int alarm(unsigned int seconds) noexcept {
  if (is_programs_call(__builtin_return_address(0))) saw(framespool::kTimerSignal);
  return real_alarm()(seconds);
}
