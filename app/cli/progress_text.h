// How far something is, as a line of text. Pure: no clock, no terminal.
#pragma once

#include <cstdint>
#include <string>

namespace framespool {

struct ProgressSample {
  const char* action = "";  // "export", "record": a string literal
  std::uint64_t done = 0;   // frames; never goes back
  std::uint64_t total = 0;  // 0: not known
  double fraction = -1;     // 1.0 only when all is done; below 0: done / total
  double per_second = 0;
  double elapsed_s = 0;
  double remaining_s = -1;  // below 0: not known
  std::uint64_t bytes_written = 0;
  std::uint64_t memory_bytes = 0;  // resident
  std::uint64_t dropped = 0;
  const char* state = "running";  // "running", "cancelling", "done", "failed", "cancelled"
};

struct BarStyle {
  int columns = 80;   // the line is always shorter than this, so that no terminal wraps it
  bool utf8 = false;  // eighths of a block instead of #
  bool colour = false;
};

// 0 to 100; 100 only at fraction 1.
[[nodiscard]] int percent(const ProgressSample& sample);

// `export [#####     ]  47 %  141/300 frames  123 frames/s  0:03 left  118 MB`. What does not fit is left
// out, least important first, down to the percentage alone. A total that is not known gives no bar.
[[nodiscard]] std::string format_bar(const ProgressSample& sample, const BarStyle& style);
[[nodiscard]] std::string format_plain(const ProgressSample& sample);  // for a log
[[nodiscard]] std::string format_json(const ProgressSample& sample);

}  // namespace framespool
