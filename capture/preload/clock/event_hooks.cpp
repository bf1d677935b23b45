// Waiting for descriptors: poll, select and epoll. The real call is made again and again, each time for a moment.
#include <errno.h>

#include "capture/preload/clock/display_waits.h"
#include "capture/preload/clock/waiting.h"
#include "capture/preload/hooks.h"

namespace framespool::preload::clock {
namespace {

// A wait without a time-out of a library on the real clock (Xlib's for the next event) hangs the program all the same
// when it is the drawing thread's and the others wait for the clock. It may as well be one for an answer of the X server,
// who is given more time for it than he takes on a busy machine.
constexpr std::int64_t kServers_ns = 3 * kSecond_ns;

bool is_watched(const void* caller, bool endless) {
  if (!is_virtual()) return false;
  return is_programs_call(caller) || (endless && the_clock().is_drawing(this_thread()) && the_clock().has_sleepers());
}

std::int64_t patience_for(const void* caller) { return is_programs_call(caller) ? 0 : kServers_ns; }

struct Poll {
  pollfd* entries;
  nfds_t count;
  const sigset_t* mask;
  int result;

  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Poll*>(call);
    const timespec time = to_timespec(ns);
    self.result = real_ppoll()(self.entries, self.count, &time, self.mask);
    return self.result != 0;
  }
};

struct Select {
  int count;
  fd_set *readable, *writable, *exceptional;
  const sigset_t* mask;
  fd_set wanted[3];
  int result;

  static void copy(fd_set* to, const fd_set* from, int descriptors) {
    // The program's sets may be longer or shorter than an fd_set.
    const int words = (descriptors + NFDBITS - 1) / NFDBITS;
    for (int i = 0; to != nullptr && from != nullptr && i < words; ++i) to->fds_bits[i] = from->fds_bits[i];
  }
  void keep() {
    copy(&wanted[0], readable, count);
    copy(&wanted[1], writable, count);
    copy(&wanted[2], exceptional, count);
  }
  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Select*>(call);
    copy(self.readable, &self.wanted[0], self.count);
    copy(self.writable, &self.wanted[1], self.count);
    copy(self.exceptional, &self.wanted[2], self.count);
    const timespec time = to_timespec(ns);
    self.result =
        real_pselect()(self.count, self.readable, self.writable, self.exceptional, &time, self.mask);
    return self.result != 0;
  }
};

struct Epoll {
  int epoll;
  epoll_event* events;
  int count;
  const sigset_t* mask;
  int result;

  static bool wait(void* call, std::int64_t ns) {
    auto& self = *static_cast<Epoll*>(call);
    const std::int64_t ms = (ns + kMillisecond_ns - 1) / kMillisecond_ns;
    self.result = real_epoll_pwait()(self.epoll, self.events, self.count, static_cast<int>(ms), self.mask);
    return self.result != 0;
  }
};

template <class Call>
int wait_with(const char* name, Call& call, std::int64_t timeout_ns, const void* caller) {
  const std::int64_t deadline = timeout_ns < 0 ? kNever : deadline_in(timeout_ns);
  const RealWait real{.wait = &Call::wait, .call = &call, .patience_ns = patience_for(caller)};
  static_cast<void>(wait_for(name, deadline, real));
  return call.result;
}

std::int64_t from_ms(int ms) { return ms < 0 ? -1 : std::int64_t{ms} * kMillisecond_ns; }

int selects(const void* caller, Select& call, std::int64_t timeout_ns, const timespec* time) {
  const bool watched = is_watched(caller, time == nullptr) && timeout_ns != 0 && call.count >= 0 && call.count <= FD_SETSIZE;
  if (!watched)
    return real_pselect()(call.count, call.readable, call.writable, call.exceptional, time, call.mask);
  call.keep();
  return wait_with("select", call, timeout_ns, caller);
}

}  // namespace
}  // namespace framespool::preload::clock

using namespace framespool::preload::clock;

FRAMESPOOL_EXPORT int poll(pollfd* entries, nfds_t count, int timeout_ms) {
  if (timeout_ms == 0) return real_poll()(entries, count, timeout_ms);
  if (!is_watched(__builtin_return_address(0), timeout_ms < 0)) {
    if (!is_virtual() || !is_wait_for_answer(__builtin_return_address(0))) return real_poll()(entries, count, timeout_ms);
    const DisplayWait wait(this_thread());
    return real_poll()(entries, count, timeout_ms);
  }
  Poll call{.entries = entries, .count = count, .mask = nullptr, .result = 0};
  return wait_with("poll", call, from_ms(timeout_ms), __builtin_return_address(0));
}

FRAMESPOOL_EXPORT int ppoll(pollfd* entries, nfds_t count, const timespec* time, const sigset_t* mask) {
  if (!is_watched(__builtin_return_address(0), time == nullptr) || (time != nullptr && to_ns(*time) == 0))
    return real_ppoll()(entries, count, time, mask);
  Poll call{.entries = entries, .count = count, .mask = mask, .result = 0};
  return wait_with("ppoll", call, time == nullptr ? -1 : to_ns(*time), __builtin_return_address(0));
}

FRAMESPOOL_EXPORT int select(int count, fd_set* __restrict readable, fd_set* __restrict writable,
                             fd_set* __restrict exceptional, timeval* __restrict time) {
  if (!is_watched(__builtin_return_address(0), time == nullptr))
    return real_select()(count, readable, writable, exceptional, time);
  if (time != nullptr && (time->tv_sec < 0 || time->tv_usec < 0)) {
    errno = EINVAL;
    return -1;
  }
  Select call{.count = count, .readable = readable, .writable = writable, .exceptional = exceptional, .mask = nullptr,
              .wanted = {}, .result = 0};
  const timespec length =
      time == nullptr ? timespec{} : timespec{.tv_sec = time->tv_sec, .tv_nsec = time->tv_usec * 1000};
  const std::int64_t before = the_clock().now_ns();
  const std::int64_t timeout_ns = time == nullptr ? -1 : to_ns(length);
  const int result = selects(__builtin_return_address(0), call, timeout_ns, time == nullptr ? nullptr : &length);
  if (time != nullptr) {  // what is left, as on this system
    std::int64_t left = timeout_ns - (the_clock().now_ns() - before);
    if (left < 0 || result == 0) left = 0;
    *time = {.tv_sec = left / kSecond_ns, .tv_usec = left % kSecond_ns / 1000};
  }
  return result;
}

FRAMESPOOL_EXPORT int pselect(int count, fd_set* __restrict readable, fd_set* __restrict writable,
                              fd_set* __restrict exceptional, const timespec* __restrict time,
                              const sigset_t* __restrict mask) {
  Select call{.count = count, .readable = readable, .writable = writable, .exceptional = exceptional, .mask = mask,
              .wanted = {}, .result = 0};
  return selects(__builtin_return_address(0), call, time == nullptr ? -1 : to_ns(*time), time);
}

FRAMESPOOL_EXPORT int epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) {
  if (timeout_ms == 0 || !is_watched(__builtin_return_address(0), timeout_ms < 0))
    return real_epoll_wait()(epoll, events, count, timeout_ms);
  Epoll call{.epoll = epoll, .events = events, .count = count, .mask = nullptr, .result = 0};
  return wait_with("epoll_wait", call, from_ms(timeout_ms), __builtin_return_address(0));
}

FRAMESPOOL_EXPORT int epoll_pwait(int epoll, epoll_event* events, int count, int timeout_ms, const sigset_t* mask) {
  if (timeout_ms == 0 || !is_watched(__builtin_return_address(0), timeout_ms < 0))
    return real_epoll_pwait()(epoll, events, count, timeout_ms, mask);
  Epoll call{.epoll = epoll, .events = events, .count = count, .mask = mask, .result = 0};
  return wait_with("epoll_pwait", call, from_ms(timeout_ms), __builtin_return_address(0));
}

FRAMESPOOL_EXPORT void* xcb_wait_for_event(void* connection) {
  const EventWait wait;
  return real_xcb_wait_for_event()(connection);
}
