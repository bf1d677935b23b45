#include "app/cli/progress_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "app/cli/format.h"
#include "app/cli/json.h"

namespace framespool {

namespace {

constexpr int kShortestBar = 8;
constexpr int kLongestBar = 40;

double fraction_of(const ProgressSample& sample) {
  if (sample.fraction >= 0) return std::min(sample.fraction, 1.0);
  if (sample.total == 0) return 0;
  return std::min(1.0, static_cast<double>(sample.done) / static_cast<double>(sample.total));
}

std::string filled_bar(double fraction, int width, const BarStyle& style) {
  std::string bar;
  int used = 0;
  if (style.utf8) {
    static constexpr std::array<const char*, 7> eighths{"▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int parts = static_cast<int>(fraction * width * 8);
    for (; used < parts / 8; ++used) bar += "█";
    if (parts % 8 != 0) bar += eighths[static_cast<std::size_t>(parts % 8 - 1)], ++used;
  } else {
    for (; used < static_cast<int>(fraction * width); ++used) bar += '#';
  }
  const std::string rest(static_cast<std::size_t>(width - used), ' ');
  if (!style.colour) return "[" + bar + rest + "]";
  // The accent on the done part, a dim track behind the rest.
  return "\x1b[38;5;208m" + bar + "\x1b[0m\x1b[48;5;236m" + rest + "\x1b[0m";
}

std::string counted(const ProgressSample& sample) {
  if (sample.total == 0) return format_count(sample.done, "frame");
  const std::string total = fmt::to_string(sample.total);
  return fmt::format("{:>{}}/{} frames", sample.done, total.size(), total);
}

std::string rate(const ProgressSample& sample) {
  return sample.per_second < 9.95 ? fmt::format("{:5.1f} frames/s", sample.per_second)
                                  : fmt::format("{:5.0f} frames/s", sample.per_second);
}

std::string time_text(const ProgressSample& sample) {
  if (std::string_view(sample.state) == "cancelling") return "cancelling";
  if (sample.total == 0 || std::string_view(sample.state) == "done") return format_clock(sample.elapsed_s);
  if (sample.remaining_s < 0) return "-:-- left";
  return format_clock(std::ceil(sample.remaining_s)) + " left";
}

int width_of(const std::vector<std::string>& fields) {
  int width = 0;
  for (const std::string& field : fields) width += static_cast<int>(field.size()) + 2;
  return width;
}

}  // namespace

int percent(const ProgressSample& sample) {
  const double fraction = fraction_of(sample);
  return fraction >= 1 ? 100 : std::min(99, static_cast<int>(fraction * 100));
}

std::string format_bar(const ProgressSample& sample, const BarStyle& style) {
  const int room = std::max(1, style.columns - 1);
  const std::string share = fmt::format("{:3} %", percent(sample));
  // Most important first: what does not fit is dropped from the end.
  std::vector<std::string> fields;
  if (sample.total > 0) fields.push_back(share);
  fields.push_back(counted(sample));
  fields.push_back(time_text(sample));
  if (sample.dropped > 0) fields.push_back(fmt::format("{} dropped", sample.dropped));
  fields.push_back(rate(sample));
  fields.push_back(format_bytes(sample.memory_bytes));
  const bool with_bar = sample.total > 0;
  const int action = static_cast<int>(std::string_view(sample.action).size()) + 1;
  const int brackets = style.colour ? 0 : 2;
  while (fields.size() > 1 && action + (with_bar ? kShortestBar + brackets : 0) + width_of(fields) > room)
    fields.pop_back();
  std::string line;
  int left = room - width_of(fields);
  if (left >= action) line += std::string(sample.action) + " ", left -= action;
  const int bar = std::min(kLongestBar, left - brackets);
  if (with_bar && bar >= kShortestBar) line += filled_bar(fraction_of(sample), bar, style);
  for (const std::string& field : fields)
    line += (line.empty() ? "" : line.back() == ' ' ? " " : "  ") + field;
  if (sample.total > 0 && static_cast<int>(share.size()) > room) return {};
  return line;
}

std::string format_plain(const ProgressSample& sample) {
  std::string line = std::string(sample.action) + ": ";
  if (sample.total > 0) line += fmt::format("{} %, ", percent(sample));
  line += sample.total > 0 ? fmt::format("{}/{} frames", sample.done, sample.total)
                           : format_count(sample.done, "frame");
  line += fmt::format(", {:.{}f} frames/s, {}, {}", sample.per_second, sample.per_second < 9.95 ? 1 : 0,
                      time_text(sample), format_bytes(sample.memory_bytes));
  if (sample.dropped > 0) line += fmt::format(", {} dropped", sample.dropped);
  return line;
}

std::string format_json(const ProgressSample& sample) {
  JsonObject object;
  object.add("action", sample.action).add("state", sample.state).add("frames", sample.done);
  object.add("percent", std::uint64_t(static_cast<unsigned>(percent(sample))));
  if (sample.total > 0) object.add("total", sample.total).add("fraction", fraction_of(sample));
  object.add("frames_per_s", std::round(sample.per_second * 100) / 100);
  object.add("elapsed_s", std::round(sample.elapsed_s * 1000) / 1000);
  if (sample.remaining_s >= 0) object.add("remaining_s", std::round(sample.remaining_s * 1000) / 1000);
  object.add("bytes", sample.bytes_written)
      .add("memory_bytes", sample.memory_bytes)
      .add("dropped", sample.dropped);
  return object.text();
}

}  // namespace framespool
