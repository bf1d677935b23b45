#include "capture/preload/clock/futex.h"

#include <errno.h>

namespace framespool::preload::clock {

bool wait_on(Word& word, std::uint32_t seen, std::int64_t ns) {
  const timespec length = to_timespec(ns);
  const int kept = errno;
  const long result = real_syscall()(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, &length, nullptr, 0);
  const bool interrupted = result != 0 && errno == EINTR;
  errno = kept;
  return !interrupted;
}

void wake_all(Word& word) {
  const int kept = errno;
  real_syscall()(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
  errno = kept;
}

}  // namespace framespool::preload::clock
