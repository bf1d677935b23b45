// A program that this one has started.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cache/error.h"
#include "cache/unique_fd.h"

namespace framespool {

// NAME=VALUE strings: this process's environment with some of them set.
class Environment {
 public:
  Environment();
  void set(const std::string& name, const std::string& value);
  [[nodiscard]] std::vector<char*> pointers();  // ends with nullptr; valid until the next set()

 private:
  std::vector<std::string> entries_;
};

class ChildProcess {
 public:
  // Starts `program` with no signal blocked, in `working_directory` (empty: ours; `program` is absolute otherwise).
  // Errors: usage (cannot be executed, no such folder), failed.
  [[nodiscard]] static Result<ChildProcess> start(const std::filesystem::path& program,
                                                  const std::vector<std::string>& command, Environment environment,
                                                  const std::filesystem::path& working_directory = {});

  // Readable once it has ended; -1 where the kernel has no such descriptors.
  [[nodiscard]] int descriptor() const { return pidfd_.get(); }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal_number) const;  // nothing happens once it has ended
  // Its exit status, or 128 + the signal that ended it; nullopt while it runs. Never waits.
  [[nodiscard]] std::optional<int> status();

 private:
  ChildProcess(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  pid_t pid_;
  UniqueFd pidfd_;
  std::optional<int> status_;
};

// From here on processes that lose their parent become children of this one, so that it can be seen whether a launcher
// left something behind.
void adopt_orphans();
// Whether any child is left; those that have ended are forgotten. For a process that waits for no other child.
[[nodiscard]] bool has_descendants();

}  // namespace framespool
