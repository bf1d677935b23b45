// The threads of another program as the kernel shows them (/proc/PID/task), for explaining what it waits for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace framespool {

struct ProgramThread {
  int id = 0;
  std::string name;
  char state = '?';  // R runs, S sleeps, D waits for a disk, T is stopped, Z has ended
  std::int64_t processor_ns = 0;
  [[nodiscard]] bool runs() const { return state == 'R' || state == 'D'; }
};

// Empty when the process is gone.
[[nodiscard]] std::vector<ProgramThread> threads_of(int process);

// What the thread sleeps in: "the system call read of descriptor 3 (pipe:[4711])", "the system call futex, for a mutex that
// thread 12 (worker) holds". Where the kernel does not tell the call, its own name for the place; "" when it
// tells nothing or the thread is not asleep.
[[nodiscard]] std::string kernel_wait_of(int process, int thread);

}  // namespace framespool
