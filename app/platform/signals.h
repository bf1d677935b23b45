// Ctrl-C, SIGTERM and a closed terminal, in one place and for the whole program.
//
// The signals are blocked in every thread and read by one thread that may then do what a signal handler may
// not: take a mutex, cancel an export. The first signal asks, the second forces.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "cache/error.h"
#include "cache/unique_fd.h"

namespace framespool {

class StopSignals {
 public:
  // Ends the process at once with what was asked for; called on the second signal, and on the first while
  // nobody listens. Thread: the watcher's. Does not return.
  using Force = void (*)(int signal_number);

  // Before any other thread exists: threads inherit the mask. Also ignores SIGPIPE and SIGXFSZ, so that a
  // reader that went away and a file size limit are errors of write() like any other. Once a process.
  [[nodiscard]] static Result<std::unique_ptr<StopSignals>> watch(Force force);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // SIGINT, SIGTERM or SIGHUP once one has arrived, else 0. Any thread, never blocks.
  [[nodiscard]] int received() const { return received_.load(std::memory_order_acquire); }
  // Whether the terminal sent it (Ctrl-C, closed), and with it to every program that runs in it.
  [[nodiscard]] bool from_terminal() const { return from_terminal_.load(std::memory_order_acquire); }
  // Readable for good once a signal has arrived: for poll() beside a descriptor that may block. Owned by this
  // object.
  [[nodiscard]] int event_fd() const { return event_.get(); }
  // Blocks until `deadline` or a signal; true when a signal has arrived. Any thread.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline) const;

  // While it lives, a first signal is a request: `on_stop` is called once on the watcher's thread (or here,
  // when the signal came before) and the listener winds down by itself. One at a time. `on_second` is called on the second
  // signal, in place of Force, which then is for the third.
  class Listener {
   public:
    Listener(StopSignals& signals, std::function<void()> on_stop, std::function<void()> on_second = nullptr);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    StopSignals& signals_;
  };

 private:
  StopSignals(Force force, UniqueFd signals, UniqueFd event, UniqueFd quit);
  void run();
  void handle(int signal_number, bool from_terminal);

  Force force_;
  UniqueFd signals_, event_, quit_;
  std::atomic<int> received_{0};  // written by the watcher, read by any
  std::atomic<bool> from_terminal_{false};
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  bool listening_ = false;         // guarded by mutex_
  std::function<void()> on_stop_;    // guarded by mutex_
  std::function<void()> on_second_;  // guarded by mutex_; empty once called
  std::thread watcher_;
};

}  // namespace framespool
