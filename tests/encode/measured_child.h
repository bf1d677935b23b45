// What tests of memory share: measuring in a process of its own, whose memory nobody else has used.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <type_traits>

namespace framespool::test {

// A sanitizer has memory and threads of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// Of this process, in KiB; `key` as in /proc/self/status ("VmHWM:"). -1: there is none.
inline long status_kb(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key)) return std::stol(line.substr(key.size()));
  return -1;
}

// What `measure`, called in a forked child, gives; nullopt when it gives nothing or the child fails.
template <class Value, class Measure>
std::optional<Value> measured_in_child(Measure measure) {
  static_assert(std::is_trivially_copyable_v<Value>);
  int ends[2];
  if (::pipe(ends) != 0) return std::nullopt;
  const pid_t child = ::fork();
  if (child == 0) {
    const std::optional<Value> value = measure();
    const bool told = value && ::write(ends[1], &*value, sizeof *value) == static_cast<ssize_t>(sizeof *value);
    ::_exit(told ? 0 : 1);
  }
  Value value{};
  ::close(ends[1]);
  const bool came = ::read(ends[0], &value, sizeof value) == static_cast<ssize_t>(sizeof value);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return came ? std::optional(value) : std::nullopt;
}

}  // namespace framespool::test
