// The C library's own functions behind the hooks of this folder.
#pragma once

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

namespace framespool::preload::clock {

// X(name, result, parameters). The last are of libxcb and ALSA, and called only where these are loaded. Not here: time() and
// gettimeofday(), whose symbols are no plain functions.
#define FRAMESPOOL_REAL_CALLS(X)                                                                             \
  X(clock_gettime, int, (clockid_t, timespec*))                                                              \
  X(clock_nanosleep, int, (clockid_t, int, const timespec*, timespec*))                                      \
  X(poll, int, (pollfd*, nfds_t, int))                                                                       \
  X(ppoll, int, (pollfd*, nfds_t, const timespec*, const sigset_t*))                                         \
  X(select, int, (int, fd_set*, fd_set*, fd_set*, timeval*))                                                 \
  X(pselect, int, (int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*))                        \
  X(epoll_wait, int, (int, epoll_event*, int, int))                                                          \
  X(epoll_pwait, int, (int, epoll_event*, int, int, const sigset_t*))                                        \
  X(pthread_cond_wait, int, (pthread_cond_t*, pthread_mutex_t*))                                             \
  X(pthread_cond_timedwait, int, (pthread_cond_t*, pthread_mutex_t*, const timespec*))                       \
  X(pthread_cond_clockwait, int, (pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*))            \
  X(pthread_mutex_timedlock, int, (pthread_mutex_t*, const timespec*))                                       \
  X(pthread_mutex_clocklock, int, (pthread_mutex_t*, clockid_t, const timespec*))                            \
  X(pthread_join, int, (pthread_t, void**))                                                                  \
  X(pthread_clockjoin_np, int, (pthread_t, void**, clockid_t, const timespec*))                              \
  X(pthread_create, int, (pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))                       \
  X(sem_wait, int, (sem_t*))                                                                                 \
  X(sem_timedwait, int, (sem_t*, const timespec*))                                                           \
  X(sem_clockwait, int, (sem_t*, clockid_t, const timespec*))                                                \
  X(clock, clock_t, ())                                                                                      \
  X(times, clock_t, (tms*))                                                                                  \
  X(getpid, pid_t, ())                                                                                       \
  X(getrandom, ssize_t, (void*, std::size_t, unsigned int))                                                  \
  X(getentropy, int, (void*, std::size_t))                                                                   \
  X(arc4random, std::uint32_t, ())                                                                           \
  X(arc4random_buf, void, (void*, std::size_t))                                                              \
  X(arc4random_uniform, std::uint32_t, (std::uint32_t))                                                      \
  X(_ZNSt13random_device9_M_getvalEv, unsigned int, (void*))                                                 \
  X(timerfd_settime, int, (int, int, const itimerspec*, itimerspec*))                                        \
  X(timer_settime, int, (timer_t, int, const itimerspec*, itimerspec*))                                      \
  X(setitimer, int, (int, const itimerval*, itimerval*))                                                     \
  X(alarm, unsigned int, (unsigned int))                                                                     \
  X(syscall, long, (long, ...))                                                                              \
  X(xcb_wait_for_event, void*, (void*))

enum class RealCall : int {
#define FRAMESPOOL_REAL_NAME(name, result, parameters) name,
  FRAMESPOOL_REAL_CALLS(FRAMESPOOL_REAL_NAME)
#undef FRAMESPOOL_REAL_NAME
      count
};

// Looked up at its first use, without locks or allocation.
[[nodiscard]] void* real_call(RealCall call);

#define FRAMESPOOL_REAL_FUNCTION(name, result, parameters)                     \
  [[nodiscard]] inline auto real_##name() {                                    \
    return reinterpret_cast<result(*) parameters>(real_call(RealCall::name)); \
  }
FRAMESPOOL_REAL_CALLS(FRAMESPOOL_REAL_FUNCTION)
#undef FRAMESPOOL_REAL_FUNCTION

inline constexpr std::int64_t kSecond_ns = 1'000'000'000;
inline constexpr std::int64_t kNever = INT64_MAX;  // a deadline that does not come

[[nodiscard]] constexpr std::int64_t to_ns(const timespec& time) {
  if (time.tv_sec >= kNever / kSecond_ns) return kNever;
  return std::int64_t{time.tv_sec} * kSecond_ns + time.tv_nsec;
}
[[nodiscard]] constexpr timespec to_timespec(std::int64_t ns) {
  return {.tv_sec = ns / kSecond_ns, .tv_nsec = ns % kSecond_ns};
}

// CLOCK_MONOTONIC of the world outside.
[[nodiscard]] std::int64_t real_now_ns();
void real_sleep(std::int64_t ns);

}  // namespace framespool::preload::clock
