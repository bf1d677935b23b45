// Waiting for other threads: conditions, semaphores, mutexes, the end of a thread. Those without a time-out matter only to
// the drawing thread: whoever would wake it may himself be waiting for the clock.
#include <errno.h>

#include "capture/preload/clock/waiting.h"
#include "capture/preload/hooks.h"

namespace framespool::preload::clock {
namespace {

timespec real_in(std::int64_t ns) { return to_timespec(real_now_ns() + ns); }

bool is_time(const timespec* time) { return time != nullptr && time->tv_nsec >= 0 && time->tv_nsec < kSecond_ns; }

// The functions without a time-out are taken over for the drawing thread only.
bool is_drawing_call(const void* caller) {
  return is_programs_call(caller) && the_clock().is_drawing(this_thread());
}

// Of the clocks that a call may mean, the one by which `time` is nearer to now: which of them a condition goes by cannot be
// asked.
clockid_t clock_meant_by(const timespec& time) {
  std::int64_t offset_ns = 0;
  static_cast<void>(offset_of(CLOCK_REALTIME, offset_ns));
  const std::int64_t by_monotonic = to_ns(time) - the_clock().now_ns();
  const std::int64_t by_date = by_monotonic - offset_ns;
  const auto size = [](std::int64_t distance) { return distance < 0 ? -distance : distance; };
  return size(by_date) < size(by_monotonic) ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

struct Condition {
  pthread_cond_t* condition;
  pthread_mutex_t* mutex;
  int result;

  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Condition*>(call);
    const timespec end = real_in(ns);
    self.result = real_pthread_cond_clockwait()(self.condition, self.mutex, CLOCK_MONOTONIC, &end);
    return self.result != ETIMEDOUT;
  }
  int until(const char* name, std::int64_t deadline_ns) {
    const RealWait real{
        .wait = &wait, .call = this, .wakes = Sleeper::Wakes::by_condition, .condition = condition};
    return wait_for(name, deadline_ns, real) == Waited::happened ? result : ETIMEDOUT;
  }
};

struct Semaphore {
  sem_t* semaphore;
  int error;

  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Semaphore*>(call);
    const timespec end = real_in(ns);
    self.error = real_sem_clockwait()(self.semaphore, CLOCK_MONOTONIC, &end) == 0 ? 0 : errno;
    return self.error != ETIMEDOUT;
  }
  int until(const char* name, std::int64_t deadline_ns) {
    const int kept = errno;
    const Waited waited = wait_for(name, deadline_ns, {.wait = &wait, .call = this});
    const int result = waited == Waited::happened ? error : ETIMEDOUT;
    errno = result == 0 ? kept : result;
    return result == 0 ? 0 : -1;
  }
};

struct Mutex {
  pthread_mutex_t* mutex;
  int result;

  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Mutex*>(call);
    const timespec end = real_in(ns);
    self.result = real_pthread_mutex_clocklock()(self.mutex, CLOCK_MONOTONIC, &end);
    return self.result != ETIMEDOUT;
  }
  int until(const char* name, std::int64_t deadline_ns) {
    return wait_for(name, deadline_ns, {.wait = &wait, .call = this}) == Waited::happened ? result : ETIMEDOUT;
  }
};

struct Join {
  pthread_t thread;
  void** value;
  int result;

  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Join*>(call);
    const timespec end = real_in(ns);
    self.result = real_pthread_clockjoin_np()(self.thread, self.value, CLOCK_MONOTONIC, &end);
    return self.result != ETIMEDOUT && self.result != EBUSY;
  }
};

}  // namespace
}  // namespace framespool::preload::clock

using namespace framespool::preload::clock;

FRAMESPOOL_EXPORT int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!is_drawing_call(__builtin_return_address(0))) return real_pthread_cond_wait()(condition, mutex);
  Condition call{.condition = condition, .mutex = mutex, .result = 0};
  return call.until("pthread_cond_wait", kNever);
}

FRAMESPOOL_EXPORT int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* time) {
  if (!is_programs_call(__builtin_return_address(0)) || !is_time(time))
    return real_pthread_cond_timedwait()(condition, mutex, time);
  Condition call{.condition = condition, .mutex = mutex, .result = 0};
  return call.until("pthread_cond_timedwait", deadline_at(clock_meant_by(*time), *time));
}

FRAMESPOOL_EXPORT int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                             const timespec* time) {
  if (!is_programs_call(__builtin_return_address(0)) || !is_time(time))
    return real_pthread_cond_clockwait()(condition, mutex, clock, time);
  Condition call{.condition = condition, .mutex = mutex, .result = 0};
  return call.until("pthread_cond_clockwait", deadline_at(clock, *time));
}

FRAMESPOOL_EXPORT int sem_wait(sem_t* semaphore) {
  if (!is_drawing_call(__builtin_return_address(0))) return real_sem_wait()(semaphore);
  Semaphore call{.semaphore = semaphore, .error = 0};
  return call.until("sem_wait", kNever);
}

FRAMESPOOL_EXPORT int sem_timedwait(sem_t* __restrict semaphore, const timespec* __restrict time) {
  if (!is_programs_call(__builtin_return_address(0)) || !is_time(time)) return real_sem_timedwait()(semaphore, time);
  Semaphore call{.semaphore = semaphore, .error = 0};
  return call.until("sem_timedwait", deadline_at(CLOCK_REALTIME, *time));
}

FRAMESPOOL_EXPORT int sem_clockwait(sem_t* __restrict semaphore, clockid_t clock, const timespec* __restrict time) {
  if (!is_programs_call(__builtin_return_address(0)) || !is_time(time))
    return real_sem_clockwait()(semaphore, clock, time);
  Semaphore call{.semaphore = semaphore, .error = 0};
  return call.until("sem_clockwait", deadline_at(clock, *time));
}

FRAMESPOOL_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* __restrict mutex,
                                              const timespec* __restrict time) noexcept {
  if (!is_programs_call(__builtin_return_address(0)) || !is_time(time))
    return real_pthread_mutex_timedlock()(mutex, time);
  Mutex call{.mutex = mutex, .result = 0};
  return call.until("pthread_mutex_timedlock", deadline_at(CLOCK_REALTIME, *time));
}

FRAMESPOOL_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* __restrict mutex, clockid_t clock,
                                              const timespec* __restrict time) noexcept {
  if (!is_programs_call(__builtin_return_address(0)) || !is_time(time))
    return real_pthread_mutex_clocklock()(mutex, clock, time);
  Mutex call{.mutex = mutex, .result = 0};
  return call.until("pthread_mutex_clocklock", deadline_at(clock, *time));
}

FRAMESPOOL_EXPORT int pthread_join(pthread_t thread, void** value) {
  if (!is_drawing_call(__builtin_return_address(0))) return real_pthread_join()(thread, value);
  Join call{.thread = thread, .value = value, .result = 0};
  static_cast<void>(wait_for("pthread_join", kNever, {.wait = &Join::wait, .call = &call}));
  return call.result;
}

// From here on the program's threads are waited for at each move of the clock.
FRAMESPOOL_EXPORT int pthread_create(pthread_t* __restrict thread, const pthread_attr_t* __restrict attributes,
                                     void* (*run)(void*), void* __restrict argument) noexcept {
  if (is_programs_call(__builtin_return_address(0))) the_clock().expect_threads();
  return real_pthread_create()(thread, attributes, run, argument);
}
