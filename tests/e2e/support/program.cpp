#include "tests/e2e/support/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

namespace framespool::e2e {

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::filesystem::path temporary_file() {
  std::string name = testing::TempDir() + "framespool-e2e-XXXXXX";
  const int fd = ::mkstemp(name.data());
  if (fd >= 0) ::close(fd);
  return name;
}

std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
  std::vector<std::string> variables;
  const auto name_of = [](const std::string& variable) { return variable.substr(0, variable.find('=')); };
  for (char** at = environ; *at != nullptr; ++at)
    if (std::none_of(changes.begin(), changes.end(),
                     [&](const auto& change) { return name_of(change) == name_of(*at); }))
      variables.emplace_back(*at);
  for (const std::string& change : changes)
    if (change.find('=') != std::string::npos) variables.push_back(change);
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (std::string& text : strings) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

std::size_t Finished::error_lines() const {
  return static_cast<std::size_t>(std::count(err.begin(), err.end(), '\n'));
}

Running::Running(std::vector<std::string> command, const RunOptions& options)
    : out_(options.output.value_or(temporary_file())),
      err_(temporary_file()),
      keeps_out_(!options.output),
      deadline_(std::chrono::steady_clock::now() + options.patience) {
  if (options.file_size_limit)
    command.insert(command.begin(), {"prlimit", "--fsize=" + std::to_string(*options.file_size_limit), "--"});
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!options.directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, options.input.value_or("/dev/null").c_str(),
                                   O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(), O_WRONLY | O_CREAT, 0644);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), O_WRONLY | O_CREAT, 0644);
  // Whatever the test runner ignores or blocks, a user's shell does not.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  auto variables = environment_with(options.environment);
  const int problem = ::posix_spawnp(&pid_, command.front().c_str(), &actions, &attributes,
                                     pointers(command).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) {
    pid_ = -1;
    ADD_FAILURE() << command.front() << " does not start: " << std::strerror(problem);
    return;
  }
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) ADD_FAILURE() << "pidfd_open: " << std::strerror(errno);
}

Running::~Running() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (pidfd_ >= 0) ::close(pidfd_);
  std::error_code ignored;
  std::filesystem::remove(err_, ignored);
  if (keeps_out_) std::filesystem::remove(out_, ignored);
}

void Running::send(int signal_number) const {
  if (pid_ > 0) ::kill(pid_, signal_number);
}

std::string Running::err_so_far() const {
  return contents(err_);
}

bool Running::ended_within(std::chrono::milliseconds time) const {
  pollfd ended{pidfd_, POLLIN, 0};
  return ::poll(&ended, 1, static_cast<int>(time.count())) != 0;
}

Finished Running::wait() {
  Finished finished;
  if (pid_ <= 0) return finished;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (!ended_within(std::max(left, std::chrono::milliseconds(1)))) {
    finished.timed_out = true;
    ::kill(pid_, SIGKILL);
  }
  int status = 0;
  rusage usage{};
  ::wait4(pid_, &status, 0, &usage);
  pid_ = -1;
  if (WIFEXITED(status)) finished.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished.signal = WTERMSIG(status);
  finished.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  if (keeps_out_) finished.out = contents(out_);
  finished.err = contents(err_);
  EXPECT_FALSE(finished.timed_out) << "killed after its time was over; it said: " << finished.err;
  return finished;
}

Finished run(const std::vector<std::string>& command, const RunOptions& options) {
  return Running(command, options).wait();
}

std::vector<std::string> framespool_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), FRAMESPOOL_PROGRAM);
  return arguments;
}

Finished framespool(std::vector<std::string> arguments, const RunOptions& options) {
  return run(framespool_command(std::move(arguments)), options);
}

}  // namespace framespool::e2e
