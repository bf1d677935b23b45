#include "app/cli/progress_display.h"

#include <unistd.h>

#include <string_view>

#include "app/platform/memory_usage.h"
#include "app/platform/terminal.h"

namespace framespool {

namespace {

using std::chrono::steady_clock;

// A little under a tenth of a second, so that a late wake-up still gives ten repaints a second.
constexpr std::chrono::milliseconds kRepaint{90};
constexpr std::chrono::seconds kLongestSilence{5};
constexpr int kPercentStep = 10;

// One write for each repaint: no half line is ever seen. What a terminal that went away does not take is
// lost.
void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressMode mode, std::function<ProgressSample()> sample)
    : style_(mode == ProgressMode::none   ? Style::none
             : mode == ProgressMode::json ? Style::json
             : can_repaint(STDERR_FILENO) ? Style::live
                                          : Style::log),
      sample_(std::move(sample)),
      utf8_(locale_is_utf8()),
      colour_(colour_is_wanted()),
      said_at_(steady_clock::now()) {
  if (style_ != Style::none) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ProgressDisplay::~ProgressDisplay() {
  finish();
}

void ProgressDisplay::finish() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  show_safely(true);
}

void ProgressDisplay::say(const std::string& text) {
  const std::lock_guard lock(mutex_);
  put((style_ == Style::live ? "\r\x1b[K" : "") + text);
}

void ProgressDisplay::run(const std::stop_token& stop) {
  auto next = steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    show_safely(false);
    next = std::max(next + kRepaint, steady_clock::now());
    wake_.wait_until(lock, stop, next, [] { return false; });
  }
}

// Progress is never worth an export: what memory is short for is not shown.
void ProgressDisplay::show_safely(bool last) {
  try {
    show(sample_(), last);
  } catch (const std::bad_alloc&) {
  }
}

void ProgressDisplay::show(const ProgressSample& sample, bool last) {
  switch (style_) {
    case Style::none:
      return;
    case Style::json:
      return put(format_json(sample) + "\n");
    case Style::live: {
      const BarStyle style{terminal_columns(STDERR_FILENO), utf8_, colour_};
      return put("\r" + format_bar(sample, style) + "\x1b[K" + (last ? "\n" : ""));
    }
    case Style::log: {
      const auto now = steady_clock::now();
      const int step = sample.total > 0 ? percent(sample) / kPercentStep : 0;
      const bool due = step > said_percent_ || now - said_at_ >= kLongestSilence;
      if (said_percent_ < 0 && !last) {  // the beginning is not news
        said_percent_ = step;
        return;
      }
      if (!due && !last) return;
      if (last && sample.done == 0) return;  // it failed before anything was done
      said_percent_ = step;
      said_at_ = now;
      return put(format_plain(sample) + "\n");
    }
  }
}

ProgressSample ProgressMeter::sample() const {
  ProgressSample sample;
  sample.action = action_;
  sample.done = done_.load(std::memory_order_relaxed);
  sample.total = total_.load(std::memory_order_relaxed);
  sample.bytes_written = bytes_.load(std::memory_order_relaxed);
  sample.elapsed_s = std::chrono::duration<double>(steady_clock::now() - start_).count();
  if (sample.elapsed_s > 0) sample.per_second = static_cast<double>(sample.done) / sample.elapsed_s;
  const bool complete = complete_.load(std::memory_order_relaxed);
  if (complete) sample.state = "done";
  if (sample.total > 0) {
    const double share = static_cast<double>(sample.done) / static_cast<double>(sample.total);
    sample.fraction = complete ? 1 : std::min(share, 0.999);
    if (sample.per_second > 0 && sample.done > 0 && sample.total >= sample.done)
      sample.remaining_s = static_cast<double>(sample.total - sample.done) / sample.per_second;
  }
  sample.memory_bytes = memory_usage().resident_bytes;
  return sample;
}

}  // namespace framespool
