#include "app/platform/child_process.h"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>

namespace framespool {
namespace {

struct DestroyAttributes {
  void operator()(posix_spawnattr_t* attributes) const { ::posix_spawnattr_destroy(attributes); }
};
struct DestroyActions {
  void operator()(posix_spawn_file_actions_t* actions) const { ::posix_spawn_file_actions_destroy(actions); }
};

}  // namespace

Environment::Environment() {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) entries_.emplace_back(*entry);
}

void Environment::set(const std::string& name, const std::string& value) {
  std::erase_if(entries_, [&](const std::string& entry) { return entry.starts_with(name + "="); });
  entries_.push_back(name + "=" + value);
}

std::vector<char*> Environment::pointers() {
  std::vector<char*> all;
  for (std::string& entry : entries_) all.push_back(entry.data());
  all.push_back(nullptr);
  return all;
}

Result<ChildProcess> ChildProcess::start(const std::filesystem::path& program, const std::vector<std::string>& command,
                                         Environment environment, const std::filesystem::path& working_directory) {
  posix_spawnattr_t attributes;
  if (const int problem = ::posix_spawnattr_init(&attributes); problem != 0)
    return tl::unexpected(system_error(program.string(), problem));
  const std::unique_ptr<posix_spawnattr_t, DestroyAttributes> owner(&attributes);
  // What StopSignals and TakeWriter changed here; what was ignored when this program started stays ignored.
  sigset_t none, changed;
  sigemptyset(&none);
  sigemptyset(&changed);
  for (const int number : {SIGPIPE, SIGXFSZ}) sigaddset(&changed, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &changed);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  posix_spawn_file_actions_t actions;
  if (const int problem = ::posix_spawn_file_actions_init(&actions); problem != 0)
    return tl::unexpected(system_error(program.string(), problem));
  const std::unique_ptr<posix_spawn_file_actions_t, DestroyActions> actions_owner(&actions);
  if (!working_directory.empty())
    if (const int problem = ::posix_spawn_file_actions_addchdir_np(&actions, working_directory.c_str()); problem != 0)
      return tl::unexpected(system_error(working_directory.string(), problem));

  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  auto variables = environment.pointers();
  pid_t pid = -1;
  if (const int problem =
          ::posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), variables.data());
      problem != 0)
    return tl::unexpected(system_error(program.string(), problem, ErrorKind::usage));
  return ChildProcess(pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
}

void ChildProcess::send(int signal_number) const {
  if (!status_) ::kill(pid_, signal_number);
}

std::optional<int> ChildProcess::status() {
  int raw = 0;
  if (!status_ && ::waitpid(pid_, &raw, WNOHANG) == pid_)
    status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return status_;
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

bool has_descendants() {
  pid_t pid = 0;
  do pid = ::waitpid(-1, nullptr, WNOHANG);
  while (pid > 0);
  return pid == 0;
}

}  // namespace framespool
