#include "app/platform/program_threads.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cache/unique_fd.h"

namespace framespool {
namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path process_folder(int process) { return "/proc/" + std::to_string(process); }
fs::path thread_folder(int process, int thread) {
  return process_folder(process) / "task" / std::to_string(thread);
}

// Calls whose first argument is a descriptor, and others that make a program sleep.
struct Call {
  long number;
  const char* name;
  enum { other, descriptor, poll, futex, signal, child } kind;
};
constexpr Call kCalls[] = {
    {SYS_read, "read", Call::descriptor},
    {SYS_readv, "readv", Call::descriptor},
    {SYS_pread64, "pread64", Call::descriptor},
    {SYS_write, "write", Call::descriptor},
    {SYS_writev, "writev", Call::descriptor},
    {SYS_recvfrom, "recvfrom", Call::descriptor},
    {SYS_recvmsg, "recvmsg", Call::descriptor},
    {SYS_sendto, "sendto", Call::descriptor},
    {SYS_sendmsg, "sendmsg", Call::descriptor},
    {SYS_connect, "connect", Call::descriptor},
    {SYS_accept, "accept", Call::descriptor},
    {SYS_accept4, "accept4", Call::descriptor},
    {SYS_ioctl, "ioctl", Call::descriptor},
    {SYS_fcntl, "fcntl", Call::descriptor},
    {SYS_flock, "flock", Call::descriptor},
    {SYS_fsync, "fsync", Call::descriptor},
    {SYS_epoll_pwait, "epoll_pwait", Call::descriptor},
#ifdef SYS_epoll_wait
    {SYS_epoll_wait, "epoll_wait", Call::descriptor},
#endif
#ifdef SYS_poll
    {SYS_poll, "poll", Call::poll},
#endif
    {SYS_ppoll, "ppoll", Call::poll},
#ifdef SYS_select
    {SYS_select, "select", Call::other},
#endif
    {SYS_pselect6, "pselect6", Call::other},
    {SYS_futex, "futex", Call::futex},
    {SYS_nanosleep, "nanosleep", Call::other},
    {SYS_clock_nanosleep, "clock_nanosleep", Call::other},
#ifdef SYS_pause
    {SYS_pause, "pause", Call::signal},
#endif
    {SYS_rt_sigsuspend, "rt_sigsuspend", Call::signal},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", Call::signal},
    {SYS_wait4, "wait4", Call::child},
    {SYS_waitid, "waitid", Call::child},
    {SYS_openat, "openat", Call::other},
    {SYS_msgrcv, "msgrcv", Call::other},
    {SYS_semop, "semop", Call::other},
};

// What is at `address` in the other program. False where it may not be read.
template <class Value>
bool peek(int process, std::uint64_t address, Value& value) {
  const UniqueFd memory(::open((process_folder(process) / "mem").c_str(), O_RDONLY | O_CLOEXEC));
  return memory && ::pread(memory.get(), &value, sizeof value, static_cast<off_t>(address)) ==
                       static_cast<ssize_t>(sizeof value);
}

// "descriptor 3 (pipe:[4711])"
std::string describe_descriptor(int process, std::int64_t descriptor) {
  std::error_code error;
  const auto target = fs::read_symlink(process_folder(process) / "fd" / std::to_string(descriptor), error);
  return fmt::format("descriptor {}{}", descriptor, error ? "" : " (" + target.string() + ")");
}

std::string describe_poll(int process, std::uint64_t entries, std::uint64_t count) {
  std::string text;
  constexpr std::uint64_t kMost = 4;
  for (std::uint64_t i = 0; i < std::min(count, kMost); ++i) {
    pollfd entry{};
    if (!peek(process, entries + i * sizeof entry, entry)) break;
    if (entry.fd >= 0) text += (text.empty() ? "" : ", ") + describe_descriptor(process, entry.fd);
  }
  return count > kMost && !text.empty() ? text + ", ..." : text;
}

std::string name_of(int process, int thread) {
  std::string name = read_all(thread_folder(process, thread) / "comm");
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

// The C library's mutex: the word that is slept on, a count, then the holder's thread.
std::string describe_futex(int process, int self, std::uint64_t word_at, std::uint64_t operation) {
  const auto command = static_cast<int>(operation) & FUTEX_CMD_MASK;
  std::array<std::int32_t, 3> words{};
  if (command == FUTEX_WAIT && peek(process, word_at, words) && words[0] == 2 && words[2] > 0) {
    if (words[2] == self) return "for a mutex that this thread itself holds";
    const std::string holder = name_of(process, words[2]);
    if (!holder.empty()) return fmt::format("for a mutex that thread {} ({}) holds", words[2], holder);
  }
  return "for another thread (a lock, a condition, a join)";
}

}  // namespace

std::vector<ProgramThread> threads_of(int process) {
  std::vector<ProgramThread> threads;
  std::error_code error;
  for (fs::directory_iterator at(process_folder(process) / "task", error), end; !error && at != end; at.increment(error)) {
    ProgramThread thread;
    thread.id = std::atoi(at->path().filename().c_str());
    thread.name = name_of(process, thread.id);
    const std::string stat = read_all(at->path() / "stat");
    if (const auto name_end = stat.rfind(") "); name_end != std::string::npos && name_end + 2 < stat.size())
      thread.state = stat[name_end + 2];
    std::istringstream(read_all(at->path() / "schedstat")) >> thread.processor_ns;
    threads.push_back(std::move(thread));
  }
  return threads;
}

std::string kernel_wait_of(int process, int thread) {
  // "NUMBER 0xA 0xB 0xC 0xD 0xE 0xF 0xSP 0xPC", "running", or "-1 ..." outside a call
  std::istringstream line(read_all(thread_folder(process, thread) / "syscall"));
  long number = -1;
  std::array<std::uint64_t, 6> arguments{};
  line >> number >> std::hex;
  for (auto& argument : arguments) {
    std::string word;
    if (line >> word) argument = std::strtoull(word.c_str(), nullptr, 16);
  }
  if (number < 0 || line.fail()) {
    const std::string place = read_all(thread_folder(process, thread) / "wchan");
    return place.empty() || place == "0" ? "" : "the kernel's " + place;
  }
  const auto call = std::find_if(std::begin(kCalls), std::end(kCalls), [&](const Call& each) { return each.number == number; });
  if (call == std::end(kCalls)) return fmt::format("system call number {}", number);
  const std::string name = fmt::format("the system call {}", call->name);
  switch (call->kind) {
    case Call::descriptor:
      return fmt::format("{} of {}", name, describe_descriptor(process, static_cast<std::int32_t>(arguments[0])));
    case Call::poll: {
      const std::string what = describe_poll(process, arguments[0], arguments[1]);
      return what.empty() ? name : name + " of " + what;
    }
    case Call::futex:
      return name + ", " + describe_futex(process, thread, arguments[0], arguments[1]);
    case Call::signal:
      return name + ", for a signal";
    case Call::child:
      return name + ", for a child process to end";
    default:
      return name;
  }
}

}  // namespace framespool
