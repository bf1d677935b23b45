#include "tests/preload/hosts/real_time.h"

#include <linux/time_types.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

bool use_real_time(std::string_view name) {
  constexpr time_t kLater_s = 1000;
  const itimerspec later{.it_interval = {}, .it_value = {.tv_sec = kLater_s, .tv_nsec = 0}};
  const itimerval later_us{.it_interval = {}, .it_value = {.tv_sec = kLater_s, .tv_usec = 0}};
  timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
  timeval moment_us{.tv_sec = 0, .tv_usec = 1'000};
  pollfd nothing{.fd = -1, .events = POLLIN, .revents = 0};
  epoll_event event{};
  const int epoll = epoll_create1(0);
  int word = 0;
  const auto timer = [] {
    sigevent none{};
    none.sigev_notify = SIGEV_NONE;
    timer_t made{};
    timer_create(CLOCK_MONOTONIC, &none, &made);
    return made;
  };
  const auto kernels_timer = [] {  // the C library's have numbers of their own
    sigevent none{};
    none.sigev_notify = SIGEV_NONE;
    int made = 0;
    syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, &made);
    return made;
  };
  const std::vector<std::pair<std::string_view, std::function<void()>>> calls{
      {"timerfd_settime", [&] { timerfd_settime(timerfd_create(CLOCK_MONOTONIC, 0), 0, &later, nullptr); }},
      {"timer_settime", [&] { timer_settime(timer(), 0, &later, nullptr); }},
      {"setitimer", [&] { setitimer(ITIMER_REAL, &later_us, nullptr); }},
      {"alarm", [&] { alarm(kLater_s); }},
      {"SYS_nanosleep", [&] { syscall(SYS_nanosleep, &moment, nullptr); }},
      {"SYS_clock_nanosleep", [&] { syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &moment, nullptr); }},
      {"SYS_futex", [&] { syscall(SYS_futex, &word, 0, 0, &moment, nullptr, 0); }},
      {"SYS_poll", [&] { syscall(SYS_poll, &nothing, 1, 1); }},
      {"SYS_ppoll", [&] { syscall(SYS_ppoll, &nothing, 1, &moment, nullptr, 0); }},
      {"SYS_select", [&] { syscall(SYS_select, 0, nullptr, nullptr, nullptr, &moment_us); }},
      {"SYS_pselect6", [&] { syscall(SYS_pselect6, 0, nullptr, nullptr, nullptr, &moment, nullptr); }},
      {"SYS_epoll_wait", [&] { syscall(SYS_epoll_wait, epoll, &event, 1, 1); }},
      {"SYS_epoll_pwait", [&] { syscall(SYS_epoll_pwait, epoll, &event, 1, 1, nullptr, 0); }},
      {"SYS_epoll_pwait2", [&] { syscall(SYS_epoll_pwait2, epoll, &event, 1, &moment, nullptr, 0); }},
      {"SYS_timerfd_settime",
       [&] { syscall(SYS_timerfd_settime, timerfd_create(CLOCK_MONOTONIC, 0), 0, &later, nullptr); }},
      {"SYS_timer_settime", [&] { syscall(SYS_timer_settime, kernels_timer(), 0, &later, nullptr); }},
      {"SYS_setitimer", [&] { syscall(SYS_setitimer, ITIMER_REAL, &later_us, nullptr); }},
      {"SYS_alarm", [&] { syscall(SYS_alarm, kLater_s); }},
  };
  bool found = false;
  for (const auto& [each, call] : calls) {
    if (!name.empty() && name != each) continue;
    call();
    found = true;
  }
  if (name == "no-wait") {
    syscall(SYS_poll, &nothing, 1, 0);
    syscall(SYS_epoll_wait, epoll, &event, 1, 0);
    syscall(SYS_epoll_pwait, epoll, &event, 1, 0, nullptr, 0);
    syscall(SYS_futex, &word, 1, 1, nullptr, nullptr, 0);
    found = true;
  }
  close(epoll);
  return found;
}

void start_restless_thread() {
  std::thread([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<bool> never = false;
    while (!never) {
    }
  }).detach();
}

bool connect_to_sound_server() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, "./pulse/native", sizeof address.sun_path - 1);
  const auto* at = reinterpret_cast<const sockaddr*>(&address);
  const int server = socket(AF_UNIX, SOCK_STREAM, 0);
  mkdir("pulse", 0700);
  return bind(server, at, sizeof address) == 0 && listen(server, 1) == 0 &&
         connect(socket(AF_UNIX, SOCK_STREAM, 0), at, sizeof address) == 0;
}
