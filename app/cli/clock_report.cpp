#include "app/cli/clock_report.h"

#include <fmt/format.h>

#include "app/cli/format.h"

namespace framespool {

std::string kinds_of_time(std::uint32_t bits) {
  std::string text;
  const auto add = [&](UnvirtualisedTime kind, const char* name) {
    if ((bits & kind) != 0) text += (text.empty() ? "" : ", ") + std::string(name);
  };
  add(kTimerDescriptor, "timerfd");
  add(kTimerSignal, "timers by signal");
  add(kTimeBySystemCall, "waits by system call");
  add(kSoundDevice, "sound that really plays (try --no-audio)");
  return text;
}

std::vector<std::string> sentences(const ClockReport& report) {
  std::vector<std::string> all;
  if (report.long_steps != 0)
    all.push_back(fmt::format("{} longer than one step of the rate, {} repeated",
                              format_count(report.long_steps, "swap"), format_count(report.repeated, "frame")));
  if (report.crept_ns != 0)
    all.push_back(fmt::format("the clock crept {:.1f} ms because it was read over and over",
                              static_cast<double>(report.crept_ns) * 1e-6));
  if (report.escapes != 0)
    all.push_back(fmt::format("{} from a wait that only the clock could end", format_count(report.escapes, "escape")));
  if (report.late_threads != 0)
    all.push_back(fmt::format("{} did not come to rest before a step", format_count(report.late_threads, "thread")));
  if (report.unvirtualised != 0)
    all.push_back("kept to real time: " + kinds_of_time(report.unvirtualised));
  return all;
}

std::string to_json(const ClockReport& report) {
  JsonObject object;
  object.add("long_steps", std::uint64_t{report.long_steps}).add("repeated", report.repeated);
  object.add("escapes", std::uint64_t{report.escapes}).add("late_threads", std::uint64_t{report.late_threads});
  object.add("crept_ns", report.crept_ns);
  object.add("stayed_real", kinds_of_time(report.unvirtualised));
  return object.text();
}

}  // namespace framespool
