// Runs programs as a user would and keeps what they said.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace framespool::e2e {

struct RunOptions {
  std::vector<std::string> environment{};          // "NAME=value" to set, "NAME" to unset
  std::optional<std::filesystem::path> input{};    // standard input{}; /dev/null by default
  std::optional<std::filesystem::path> output{};   // standard output goes here instead of into Finished::out
  std::optional<std::uint64_t> file_size_limit{};  // RLIMIT_FSIZE: a full disk that works everywhere
  std::filesystem::path directory{};               // working directory
  std::chrono::seconds patience{120};              // then it is killed, which fails the test
};

struct Finished {
  int status = -1;  // exit status; -1 when a signal ended it
  int signal = 0;   // that signal
  bool timed_out = false;
  std::string out, err;
  std::uint64_t peak_bytes = 0;                   // of resident memory, by wait4()
  [[nodiscard]] std::size_t error_lines() const;  // lines on standard error
};

// A program that is running. Killed when destroyed before wait().
class Running {
 public:
  Running(std::vector<std::string> command, const RunOptions& options);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  void send(int signal_number) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string err_so_far() const;
  // Blocks until `condition` holds, looking every 2 ms; false when the program ended or patience did first.
  template <class Condition>
  bool until(Condition condition) {
    while (!condition())
      if (ended_within(std::chrono::milliseconds(2)) || std::chrono::steady_clock::now() > deadline_)
        return condition();
    return true;
  }
  Finished wait();

 private:
  bool ended_within(std::chrono::milliseconds time) const;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::filesystem::path out_, err_;
  bool keeps_out_ = true;
  std::chrono::steady_clock::time_point deadline_;
};

Finished run(const std::vector<std::string>& command, const RunOptions& options = {});
// The program under test: framespool({"info", take}).
Finished framespool(std::vector<std::string> arguments, const RunOptions& options = {});
std::vector<std::string> framespool_command(std::vector<std::string> arguments);

}  // namespace framespool::e2e
