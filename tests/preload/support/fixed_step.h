// Programs on the virtual clock, captured without `framespool run`.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/preload/support/captured.h"

namespace framespool::preload_test {

class FixedStep : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(display_.name().empty()) << "Xvfb does not start"; }

  [[nodiscard]] Captured run(const Command& command) const {
    CaptureOptions options;
    options.fixed_step = true;
    options.environment = environment_;
    return capture(display_, command, options);
  }
  [[nodiscard]] Captured host(const std::string& way, int frames, int work_ms = 0) const {
    return run({CLOCK_HOST, way, std::to_string(frames), "--work", std::to_string(work_ms)});
  }

  testing_gui::VirtualDisplay display_{320, 240};
  std::map<std::string, std::string> environment_;
};

// The numbers of the line "frame NUMBER ..." for each frame.
inline std::vector<std::string> lines_of(const Captured& captured) {
  std::vector<std::string> lines;
  std::istringstream text(captured.output);
  for (std::string line; std::getline(text, line);)
    if (line.starts_with("frame ") || line.starts_with("ended ")) lines.push_back(line);
  return lines;
}
inline std::int64_t time_of(const std::string& line) {
  return std::strtoll(line.c_str() + line.find(' ', 6), nullptr, 10);
}

// Each frame has the time k / rate, and what the program was told is that within 1 ns.
inline void expect_steps(const Captured& captured, std::size_t frames, std::uint64_t steps_a_frame) {
  const auto lines = lines_of(captured);
  ASSERT_EQ(lines.size(), frames + 1) << captured.output;
  for (std::size_t k = 0; k < lines.size(); ++k)
    EXPECT_NEAR(static_cast<double>(time_of(lines[k])),
                static_cast<double>(step_time_ns(k * steps_a_frame, Rational{60, 1})), 1.0)
        << lines[k];
}

inline void expect_alike(const Captured& one, const Captured& other) {
  EXPECT_EQ(lines_of(one), lines_of(other));
  const auto a = one.open(), b = other.open();
  ASSERT_TRUE(a && b);
  ASSERT_EQ(a->frame_count(), b->frame_count());
  for (std::uint64_t k = 0; k < a->frame_count(); ++k) {
    const Picture left = picture_of(*a, k), right = picture_of(*b, k);
    ASSERT_EQ(left.info.pts_ns, right.info.pts_ns) << "frame " << k;
    ASSERT_TRUE(left.rgba == right.rgba) << "frame " << k;
  }
}

inline bool is_exact(const ClockReport& report) {
  return report.long_steps == 0 && report.escapes == 0 && report.late_threads == 0 && report.crept_ns == 0 &&
         report.unvirtualised == 0;
}

}  // namespace framespool::preload_test
