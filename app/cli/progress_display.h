// Shows progress on standard error from a thread of its own: a live bar on a terminal, a line now and then
// elsewhere, or one JSON object a line.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "app/cli/progress_text.h"

namespace framespool {

enum class ProgressMode { none, bar, json };

class ProgressDisplay {
 public:
  // `sample` is called on the display's thread until finish() or destruction, and must not block.
  ProgressDisplay(ProgressMode mode, std::function<ProgressSample()> sample);
  // Without finish() (an error) the bar stays where it was and its line is ended.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  // A line of its own among the progress, ending in a line break. Any thread, before finish().
  void say(const std::string& text);
  // Paints once more and ends the line. Messages may be printed after it, not before. Again is harmless.
  void finish();

 private:
  enum class Style { none, live, log, json };
  void run(const std::stop_token& stop);
  void show_safely(bool last);
  void show(const ProgressSample& sample, bool last);

  const Style style_;
  const std::function<ProgressSample()> sample_;
  bool utf8_ = false, colour_ = false;
  // The log's memory of what it has said. Touched by the display's thread, and after it was joined by
  // finish().
  int said_percent_ = -1;
  std::chrono::steady_clock::time_point said_at_{};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

// Frames, bytes and speed of a loop that counts frames itself. Written by the loop, read by the display.
class ProgressMeter {
 public:
  ProgressMeter(const char* action, std::uint64_t total)
      : action_(action), total_(total), start_(std::chrono::steady_clock::now()) {}
  void set(std::uint64_t done, std::uint64_t bytes = 0) {
    done_.store(done, std::memory_order_relaxed);
    bytes_.store(bytes, std::memory_order_relaxed);
  }
  void set_total(std::uint64_t total) { total_.store(total, std::memory_order_relaxed); }
  // The output stands: the only way to 100 %.
  void complete() { complete_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] ProgressSample sample() const;

 private:
  const char* action_;
  std::atomic<std::uint64_t> total_;
  std::chrono::steady_clock::time_point start_;
  std::atomic<std::uint64_t> done_{0}, bytes_{0};
  std::atomic<bool> complete_{false};
};

}  // namespace framespool
