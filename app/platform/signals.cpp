#include "app/platform/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>
#include <csignal>
#include <utility>

namespace framespool {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

void raise_event(int fd) {
  const std::uint64_t one = 1;
  // Cannot fail: the counter is far from its limit. The result is looked at only to please the compiler.
  if (::write(fd, &one, sizeof one) < 0) return;
}

}  // namespace

Result<std::unique_ptr<StopSignals>> StopSignals::watch(Force force) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const sigset_t set = watched_signals();
  if (const int problem = pthread_sigmask(SIG_BLOCK, &set, nullptr))
    return tl::unexpected(system_error("signals", problem));
  UniqueFd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UniqueFd quit(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!signals || !event || !quit) return tl::unexpected(system_error("signals", errno));
  return std::unique_ptr<StopSignals>(
      new StopSignals(force, std::move(signals), std::move(event), std::move(quit)));
}

StopSignals::StopSignals(Force force, UniqueFd signals, UniqueFd event, UniqueFd quit)
    : force_(force), signals_(std::move(signals)), event_(std::move(event)), quit_(std::move(quit)) {
  watcher_ = std::thread([this] { run(); });
}

StopSignals::~StopSignals() {
  raise_event(quit_.get());
  watcher_.join();
}

void StopSignals::run() {
  std::array<pollfd, 2> waits{{{signals_.get(), POLLIN, 0}, {quit_.get(), POLLIN, 0}}};
  for (;;) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
      handle(static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL);
    if (waits[1].revents != 0) return;
  }
}

void StopSignals::handle(int signal_number, bool from_terminal) {
  const std::lock_guard lock(mutex_);
  if (received() != 0 && on_second_) {
    std::exchange(on_second_, nullptr)();
    return;
  }
  if (received() != 0 || !listening_) force_(signal_number);
  from_terminal_.store(from_terminal, std::memory_order_release);
  received_.store(signal_number, std::memory_order_release);
  raise_event(event_.get());
  arrived_.notify_all();
  if (on_stop_) on_stop_();
}

bool StopSignals::wait_until(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return arrived_.wait_until(lock, deadline, [this] { return received() != 0; });
}

StopSignals::Listener::Listener(StopSignals& signals, std::function<void()> on_stop, std::function<void()> on_second)
    : signals_(signals) {
  const std::lock_guard lock(signals_.mutex_);
  signals_.listening_ = true;
  if (on_stop && signals_.received() != 0) on_stop();
  signals_.on_stop_ = std::move(on_stop);
  signals_.on_second_ = std::move(on_second);
}

StopSignals::Listener::~Listener() {
  const std::lock_guard lock(signals_.mutex_);
  signals_.listening_ = false;
  signals_.on_stop_ = nullptr;
  signals_.on_second_ = nullptr;
}

}  // namespace framespool
