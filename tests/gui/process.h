// Child processes for tests: started, waited for with a limit, never left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace framespool::testing_gui {

using Seconds = std::chrono::duration<double>;

class Process {
 public:
  struct Options {
    std::map<std::string, std::string> environment;  // added to ours; an empty value removes the variable
    std::string output_file;                         // standard output and error; empty: /dev/null
    int kept_descriptor = -1;                        // stays open in the child under the same number
  };
  Process(const std::vector<std::string>& command, const Options& options);
  ~Process();  // kills it where it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }
  void send(int signal) const;
  // The exit status, 128 + signal where one ended it; nullopt when it still runs after `limit`.
  std::optional<int> wait(Seconds limit);

 private:
  pid_t id_ = -1;
  int handle_ = -1;  // a pidfd: readable once the process has ended
  std::optional<int> status_;
};

struct Finished {
  int status = -1;
  std::string output;  // standard output and error
};
// Runs a command to its end; fails the test where it takes longer than 60 s.
Finished run(const std::vector<std::string>& command,
             const std::map<std::string, std::string>& environment = {});

std::string read_file(const std::string& path);

}  // namespace framespool::testing_gui
