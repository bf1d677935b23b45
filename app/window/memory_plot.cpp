// The ledger's last minute beside the exports' progress: an area a tag, stacked, and what each holds and held
// at most.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

constexpr std::size_t kShown = 5;  // lines of the legend; what does not fit is summed up in the last
// A tag keeps its colour, whatever the order of the legend.
constexpr std::array<ImU32, 8> kColours = {
    colour::accent,        colour::rgb(0x5AA9E6), colour::rgb(0xF2B45A), colour::rgb(0x7FC8A9),
    colour::rgb(0xB48CE0), colour::rgb(0xE68AA5), colour::rgb(0x8FA3BF), colour::rgb(0xC9C46A)};

ImU32 colour_of(std::size_t tag) {
  return kColours[tag % kColours.size()];
}

// Tags that ever held anything: what is held now first, then by what was held at most.
struct Order {
  std::array<std::size_t, MemoryHistory::kMostTags> tags{};
  std::size_t count = 0;
};

Order order_of(const MemoryHistory& history) {
  Order order;
  for (std::size_t tag = 0; tag < history.line_count(); ++tag)
    if (history.line(tag).peak_bytes > 0) order.tags[order.count++] = tag;
  const auto begin = order.tags.begin();
  std::stable_sort(begin, begin + static_cast<std::ptrdiff_t>(order.count),
                   [&](std::size_t a, std::size_t b) {
                     const auto &left = history.line(a), &right = history.line(b);
                     if ((left.live_bytes > 0) != (right.live_bytes > 0)) return left.live_bytes > 0;
                     return left.peak_bytes > right.peak_bytes;
                   });
  return order;
}

void draw_areas(ImDrawList& list, const MemoryHistory& history, ImVec2 low, ImVec2 high) {
  const double most = static_cast<double>(std::max<std::size_t>(history.most(), 1)) * 1.12;
  const float width = high.x - low.x, height = high.y - low.y;
  const auto x_of = [&](std::size_t age) {
    return high.x - width * static_cast<float>(age) / static_cast<float>(MemoryHistory::kSamples);
  };
  const auto y_of = [&](std::size_t bytes) {
    return high.y - height * static_cast<float>(static_cast<double>(bytes) / most);
  };
  // Columns that are equal are one rectangle a tag: a flat minute is as many rectangles as there are tags.
  const auto equal = [&](std::size_t one, std::size_t other) {
    for (std::size_t tag = 0; tag < history.line_count(); ++tag)
      if (history.held(tag, one) != history.held(tag, other)) return false;
    return true;
  };
  for (std::size_t since = 0, until = 1; since < history.samples(); since = until++) {
    while (until < history.samples() && equal(since, until)) ++until;
    std::size_t below = 0;
    for (std::size_t tag = 0; tag < history.line_count(); ++tag) {
      const std::size_t above = below + history.held(tag, since);
      if (above > below)
        list.AddRectFilled({x_of(until), y_of(above)}, {x_of(since), y_of(below)}, colour_of(tag));
      below = above;
    }
  }
}

struct Entry {
  std::string name;
  std::size_t live_bytes = 0, peak_bytes = 0;
};

void draw_entry(Ui& ui, ImDrawList& list, ImVec2 at, float width, ImU32 ink, const Entry& entry) {
  list.AddRectFilled({at.x, at.y + ui.px(5)}, {at.x + ui.px(7), at.y + ui.px(12)}, ink, ui.px(2));
  const std::string numbers = bytes_text(entry.live_bytes) + " / " + bytes_text(entry.peak_bytes);
  const float taken = text_size(ui.theme.small, numbers.c_str()).x;
  text_at(list, ui.theme.small, {at.x + ui.px(13), at.y}, colour::muted,
          fitted(ui.theme.small, entry.name, width - taken - ui.px(20)));
  text_at(list, ui.theme.small, {at.x + width - taken, at.y},
          entry.live_bytes > 0 ? colour::text : colour::faint, numbers);
}

void draw_legend(Ui& ui, ImDrawList& list, const MemoryHistory& history, const Order& order, ImVec2 at,
                 float width, float step) {
  for (std::size_t i = 0; i < std::min(order.count, kShown); ++i, at.y += step) {
    const auto& line = history.line(order.tags[i]);
    Entry entry{std::string(line.tag), line.live_bytes, line.peak_bytes};
    ImU32 ink = colour_of(order.tags[i]);
    if (i == kShown - 1 && order.count > kShown) {
      ink = 0;
      entry.name = fmt::format("{} others", order.count - i);
      for (std::size_t k = i + 1; k < order.count; ++k) {
        entry.live_bytes += history.line(order.tags[k]).live_bytes;
        entry.peak_bytes += history.line(order.tags[k]).peak_bytes;
      }
    }
    draw_entry(ui, list, at, width, ink, entry);
  }
}

}  // namespace

void draw_memory_plot(Ui& ui, const MemoryHistory& history, const Box& box) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Order order = order_of(history);
  list.AddLine({box.x, box.y}, {box.right(), box.y}, colour::line, 1);
  const float head = box.y + ui.px(9);
  text_at(list, ui.theme.small, {box.x, head}, colour::muted, "Memory for frames");
  const std::string sum =
      fmt::format("now {}, peak {}", bytes_text(history.held(0)), bytes_text(history.most()));
  text_at(list, ui.theme.small, {box.right() - text_size(ui.theme.small, sum.c_str()).x, head}, colour::muted,
          sum);

  const ImVec2 low{box.x, box.y + ui.px(32)}, high{box.x + std::round(box.width * 0.42f), box.bottom()};
  list.AddRectFilled(low, high, colour::background, ui.px(4));
  list.PushClipRect(low, high, true);
  draw_areas(list, history, low, high);
  list.PopClipRect();
  const float legend = high.x + ui.px(14), step = (high.y - low.y) / static_cast<float>(kShown);
  if (order.count == 0) text_at(list, ui.theme.small, {legend, low.y}, colour::faint, "Nothing held yet");
  draw_legend(ui, list, history, order, {legend, low.y - ui.px(1)}, box.right() - legend, step);

  ui.trace.widget("memory-plot", low.x, low.y, high.x, high.y);
  for (std::size_t i = 0; i < order.count; ++i) {
    const auto& line = history.line(order.tags[i]);
    ui.trace.state(fmt::format("memory:{}", line.tag),
                   fmt::format("{} {}", line.live_bytes, line.peak_bytes));
  }
}

}  // namespace framespool
