#include "tests/preload/hosts/timed_calls.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr long kLength_ns = 50'000'000;
constexpr int kLength_ms = 50;

std::int64_t to_ns(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

std::int64_t now_ns(clockid_t clock = CLOCK_MONOTONIC) {
  timespec time{};
  clock_gettime(clock, &time);
  return to_ns(time);
}

timespec end_by(clockid_t clock) {
  const std::int64_t end = now_ns(clock) + kLength_ns;
  return {.tv_sec = end / 1'000'000'000, .tv_nsec = end % 1'000'000'000};
}

bool timed_out(int result) { return result == -1 && errno == ETIMEDOUT; }

}  // namespace

void print_timed_calls() {
  const timespec length{.tv_sec = 0, .tv_nsec = kLength_ns};
  int ends[2] = {-1, -1};  // nobody writes there
  if (pipe(ends) != 0) return;
  pollfd entry{.fd = ends[0], .events = POLLIN, .revents = 0};
  fd_set set;
  FD_ZERO(&set);
  const auto wanted = [&] {
    FD_SET(ends[0], &set);
    return &set;
  };
  const int epoll = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = ends[0]}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  std::mutex cpp_mutex;
  std::condition_variable cpp_condition;
  timespec end{};
  const auto by = [&](clockid_t clock) {
    end = end_by(clock);
    return &end;
  };

  // Whether it says that the time is over.
  const std::vector<std::pair<const char*, std::function<bool()>>> calls{
      {"nanosleep", [&] { return nanosleep(&length, nullptr) == 0; }},
      {"usleep", [&] { return usleep(kLength_ms * 1000) == 0; }},
      {"clock_nanosleep", [&] { return clock_nanosleep(CLOCK_MONOTONIC, 0, &length, nullptr) == 0; }},
      {"clock_nanosleep_until",
       [&] { return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, by(CLOCK_REALTIME), nullptr) == 0; }},
      {"poll", [&] { return poll(&entry, 1, kLength_ms) == 0; }},
      {"ppoll", [&] { return ppoll(&entry, 1, &length, nullptr) == 0; }},
      {"select",
       [&] {
         timeval time{.tv_sec = 0, .tv_usec = kLength_ms * 1000};
         return select(ends[0] + 1, wanted(), nullptr, nullptr, &time) == 0 && time.tv_sec == 0 && time.tv_usec == 0;
       }},
      {"pselect", [&] { return pselect(ends[0] + 1, wanted(), nullptr, nullptr, &length, nullptr) == 0; }},
      {"epoll_wait", [&] { return epoll_wait(epoll, &event, 1, kLength_ms) == 0; }},
      {"epoll_pwait", [&] { return epoll_pwait(epoll, &event, 1, kLength_ms, nullptr) == 0; }},
      {"pthread_cond_timedwait",
       [&] { return pthread_cond_timedwait(&condition, &mutex, by(CLOCK_REALTIME)) == ETIMEDOUT; }},
      {"pthread_cond_clockwait",
       [&] { return pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, by(CLOCK_MONOTONIC)) == ETIMEDOUT; }},
      {"pthread_mutex_timedlock", [&] { return pthread_mutex_timedlock(&mutex, by(CLOCK_REALTIME)) == ETIMEDOUT; }},
      {"pthread_mutex_clocklock",
       [&] { return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, by(CLOCK_MONOTONIC)) == ETIMEDOUT; }},
      {"sem_timedwait", [&] { return timed_out(sem_timedwait(&semaphore, by(CLOCK_REALTIME))); }},
      {"sem_clockwait", [&] { return timed_out(sem_clockwait(&semaphore, CLOCK_MONOTONIC, by(CLOCK_MONOTONIC))); }},
      {"std::this_thread::sleep_for",
       [&] {
         std::this_thread::sleep_for(std::chrono::milliseconds(kLength_ms));
         return true;
       }},
      {"std::condition_variable::wait_for",
       [&] {
         std::unique_lock lock(cpp_mutex);
         return cpp_condition.wait_for(lock, std::chrono::milliseconds(kLength_ms)) == std::cv_status::timeout;
       }},
  };
  for (const auto& [name, call] : calls) {
    const std::int64_t begun = now_ns();
    const bool over = call();
    std::printf("call %s %lld%s\n", name, static_cast<long long>(now_ns() - begun), over ? "" : " failed");
  }
  close(epoll);
  close(ends[0]);
  close(ends[1]);
}

void print_endless_calls() {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) return;
  pollfd entry{.fd = ends[0], .events = POLLIN, .revents = 0};
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  const int epoll = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = ends[0]}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  bool signalled = false;
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  const auto write_byte = [&] { return write(ends[1], "x", 1) == 1; };
  const auto read_byte = [&] {
    char byte = 0;
    return read(ends[0], &byte, 1) == 1;
  };
  struct Wait {
    const char* name;
    std::function<bool()> end;   // by the thread that slept
    std::function<bool()> wait;  // true: ended by that
  };
  const std::vector<Wait> waits{
      {"poll", write_byte, [&] { return poll(&entry, 1, -1) == 1 && read_byte(); }},
      {"ppoll", write_byte, [&] { return ppoll(&entry, 1, nullptr, nullptr) == 1 && read_byte(); }},
      {"select", write_byte, [&] { return select(ends[0] + 1, &set, nullptr, nullptr, nullptr) == 1 && read_byte(); }},
      {"epoll_wait", write_byte, [&] { return epoll_wait(epoll, &event, 1, -1) == 1 && read_byte(); }},
      {"sem_wait", [&] { return sem_post(&semaphore) == 0; }, [&] { return sem_wait(&semaphore) == 0; }},
      {"pthread_cond_wait",
       [&] {
         pthread_mutex_lock(&mutex);
         signalled = true;
         pthread_mutex_unlock(&mutex);
         return pthread_cond_signal(&condition) == 0;
       },
       [&] {
         pthread_mutex_lock(&mutex);
         while (!signalled) pthread_cond_wait(&condition, &mutex);
         pthread_mutex_unlock(&mutex);
         return true;
       }},
  };
  for (const Wait& each : waits) {
    const std::int64_t begun = now_ns();
    std::jthread sleeper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      static_cast<void>(each.end());
    });
    const bool ended = each.wait();
    std::printf("call %s %lld%s\n", each.name, static_cast<long long>(now_ns() - begun), ended ? "" : " failed");
  }
  close(epoll);
  close(ends[0]);
  close(ends[1]);
}

void print_clocks() {
  const auto of = [](clockid_t clock) { return [clock] { return now_ns(clock); }; };
  const std::vector<std::pair<const char*, std::function<std::int64_t()>>> clocks{
      {"CLOCK_MONOTONIC", of(CLOCK_MONOTONIC)},
      {"CLOCK_MONOTONIC_RAW", of(CLOCK_MONOTONIC_RAW)},
      {"CLOCK_MONOTONIC_COARSE", of(CLOCK_MONOTONIC_COARSE)},
      {"CLOCK_BOOTTIME", of(CLOCK_BOOTTIME)},
      {"CLOCK_REALTIME", of(CLOCK_REALTIME)},
      {"CLOCK_REALTIME_COARSE", of(CLOCK_REALTIME_COARSE)},
      {"CLOCK_TAI", of(CLOCK_TAI)},
      {"CLOCK_PROCESS_CPUTIME_ID", of(CLOCK_PROCESS_CPUTIME_ID)},
      {"CLOCK_THREAD_CPUTIME_ID", of(CLOCK_THREAD_CPUTIME_ID)},
      {"time", [] { return std::int64_t{time(nullptr)} * 1'000'000'000; }},
      {"gettimeofday",
       [] {
         timeval now{};
         gettimeofday(&now, nullptr);
         return std::int64_t{now.tv_sec} * 1'000'000'000 + std::int64_t{now.tv_usec} * 1000;
       }},
      {"timespec_get",
       [] {
         timespec now{};
         timespec_get(&now, TIME_UTC);
         return to_ns(now);
       }},
      {"clock", [] { return std::int64_t{clock()} * (1'000'000'000 / CLOCKS_PER_SEC); }},
      {"times", [] { return std::int64_t{times(nullptr)} * 10'000'000; }},
      {"syscall",
       [] {
         timespec now{};
         syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
         return to_ns(now);
       }},
      {"syscall_gettimeofday",
       [] {
         timeval now{};
         syscall(SYS_gettimeofday, &now, nullptr);
         return std::int64_t{now.tv_sec} * 1'000'000'000 + std::int64_t{now.tv_usec} * 1000;
       }},
      {"syscall_time", [] { return std::int64_t{syscall(SYS_time, nullptr)} * 1'000'000'000; }},
  };
  std::vector<std::int64_t> before;
  for (const auto& [name, now] : clocks) before.push_back(now());
  sleep(1);
  for (std::size_t i = 0; i < clocks.size(); ++i)
    std::printf("clock %s %lld\n", clocks[i].first, static_cast<long long>(clocks[i].second() - before[i]));
}
