// Repeats a system call that a signal interrupted. Not for ever: where something keeps interrupting it, that is the
// error (EINTR), as good as any other and better than a program that hangs.
#pragma once

#include <cerrno>

namespace framespool {

inline constexpr int kMostInterruptions = 1000;

// `call` returns a negative number and sets errno on failure, as system calls do.
template <class SystemCall>
auto uninterrupted(SystemCall call) -> decltype(call()) {
  auto result = call();
  for (int left = kMostInterruptions; result < 0 && errno == EINTR && left > 0; --left) result = call();
  return result;
}

}  // namespace framespool
