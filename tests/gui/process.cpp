#include "tests/gui/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace framespool::testing_gui {

Process::Process(const std::vector<std::string>& command, const Options& options) {
  // All that allocates is done before the fork.
  std::vector<char*> arguments;
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  const std::string output = options.output_file.empty() ? "/dev/null" : options.output_file;
  id_ = fork();
  if (id_ == 0) {
    const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int in = open("/dev/null", O_RDONLY);
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    if (options.kept_descriptor >= 0) fcntl(options.kept_descriptor, F_SETFD, 0);
    for (const auto& [name, value] : options.environment)
      value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  handle_ = static_cast<int>(syscall(SYS_pidfd_open, id_, 0));
}

Process::~Process() {
  if (!status_) {
    send(SIGKILL);
    wait(Seconds(10));
  }
  if (handle_ >= 0) close(handle_);
}

void Process::send(int signal) const {
  if (!status_) kill(id_, signal);
}

std::optional<int> Process::wait(Seconds limit) {
  if (status_) return status_;
  pollfd ended{handle_, POLLIN, 0};
  if (poll(&ended, 1, static_cast<int>(limit.count() * 1000)) <= 0) return std::nullopt;
  int raw = 0;
  if (waitpid(id_, &raw, 0) != id_) return std::nullopt;
  status_ = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
  return status_;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Finished run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
  static std::atomic<int> number = 0;
  const std::string output =
      testing::TempDir() + "gui_run_" + std::to_string(getpid()) + "_" + std::to_string(number++) + ".txt";
  Process process(command, {.environment = environment, .output_file = output, .kept_descriptor = -1});
  const auto status = process.wait(Seconds(60));
  EXPECT_TRUE(status) << command[0] << " does not end";
  Finished finished{status.value_or(-1), read_file(output)};
  std::filesystem::remove(output);
  return finished;
}

}  // namespace framespool::testing_gui
