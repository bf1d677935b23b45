#include <fmt/format.h>

#include <chrono>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

std::int64_t unix_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void draw_badge(Ui& ui, ImDrawList& list, float right, float middle, const char* words, ImU32 ink) {
  const ImVec2 size = text_size(ui.theme.small, words);
  const ImVec2 low{right - size.x - ui.px(16), middle - ui.px(10)}, high{right, middle + ui.px(10)};
  list.AddRectFilled(low, high, colour::raised_hover, ui.px(10));
  text_at(list, ui.theme.small, {low.x + ui.px(8), middle - size.y / 2}, ink, words);
}

std::string describe(const TakeListing& take, const Studio& studio) {
  const Recording& recording = studio.recording();
  if (const ProgramView* program = studio.program();
      program && take.state == TakeState::being_recorded && take.path == program->take && program->takes == 1)
    return fmt::format("{} frames so far", count_text(program->figures.frames));
  if (recording.active() && take.path.stem() == recording.take_name())
    return fmt::format("{} frames so far", count_text(recording.figures().frames));
  if (!take.problem.empty()) return take.problem;
  return fmt::format("{} frames  \xC2\xB7  {} \xC3\x97 {}  \xC2\xB7  {}  \xC2\xB7  {}",
                     count_text(take.frames), take.width, take.height,
                     duration_text(static_cast<double>(take.duration_ns) * 1e-9), bytes_text(take.bytes));
}

void draw_row(Ui& ui, const TakeListing& take, const Studio& studio, bool chosen, float width,
              std::int64_t now_ns) {
  const ImVec2 low = ImGui::GetCursorScreenPos();
  const float height = ui.px(54);
  const std::string name = take.path.stem().string();
  const bool pressed = ImGui::InvisibleButton("##row", {width, height});
  const bool hovered = ImGui::IsItemHovered();
  if (pressed) ui.commands.push_back(command::ChooseTake{take.path});
  const ImVec2 high{low.x + width, low.y + height};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (chosen || hovered)
    list.AddRectFilled(low, high, chosen ? colour::raised : colour::rgb(0x1B1F26), ui.px(8));
  if (chosen)
    list.AddRectFilled({low.x, low.y + ui.px(12)}, {low.x + ui.px(3), high.y - ui.px(12)}, colour::accent,
                       ui.px(2));

  const bool odd = take.state != TakeState::complete || !take.problem.empty();
  const std::string state = !take.problem.empty() ? "unreadable" : to_string(take.state);
  const std::string right = odd ? state : age_text(now_ns - take.modified_unix_ns);
  const float right_edge = high.x - ui.px(12), first_line = low.y + ui.px(17);
  const float right_width = text_size(ui.theme.small, right.c_str()).x + (odd ? ui.px(16) : 0);
  if (odd)
    draw_badge(ui, list, right_edge, first_line, right.c_str(), colour::accent);
  else
    text_at(list, ui.theme.small, {right_edge - right_width, first_line - ui.px(7)}, colour::faint, right);
  text_at(list, ui.theme.strong, {low.x + ui.px(14), first_line - ui.px(9)}, colour::text,
          fitted(ui.theme.strong, name, width - right_width - ui.px(40)));
  text_at(list, ui.theme.small, {low.x + ui.px(14), low.y + ui.px(30)}, colour::muted,
          fitted(ui.theme.small, describe(take, studio), width - ui.px(26)));
  // Only what can be clicked is told: a row scrolled out of sight is not.
  if (ImGui::IsItemVisible()) ui.trace.widget("take:" + name, low.x, low.y, high.x, high.y);
  ui.trace.state("take-state:" + name, state);
}

void draw_empty(Ui& ui, const Studio& studio) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), space = ImGui::GetContentRegionAvail();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const char* first = studio.takes().scanned() ? "No takes yet" : "Looking for takes\xE2\x80\xA6";
  const char* second = "Press F9 to record the scene.";
  const ImVec2 a = text_size(ui.theme.strong, first), b = text_size(ui.theme.small, second);
  const float middle = at.y + space.y / 2 - ui.px(14);
  draw_icon(list, Icon::spool, {at.x + space.x / 2, middle - ui.px(36)}, ui.px(36), colour::raised_active);
  text_at(list, ui.theme.strong, {at.x + (space.x - a.x) / 2, middle}, colour::muted, first);
  if (studio.takes().scanned())
    text_at(list, ui.theme.small, {at.x + (space.x - b.x) / 2, middle + ui.px(22)}, colour::faint, second);
}

}  // namespace

void draw_takes(Ui& ui, const Studio& studio, const Box& box) {
  begin_panel("##takes", {box.x, box.y}, {box.width, box.height}, colour::panel,
              {ui.px(length::pad), ui.px(14)});
  const Takes& takes = studio.takes();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 head = ImGui::GetCursorScreenPos();
  text_at(list, ui.theme.strong, head, colour::text, "Takes");
  const std::string total = takes.list().empty() ? ""
                                                 : fmt::format("{} {}, {}", takes.list().size(),
                                                               takes.list().size() == 1 ? "take" : "takes",
                                                               bytes_text(takes.total_bytes()));
  const float total_width = text_size(ui.theme.small, total.c_str()).x;
  text_at(list, ui.theme.small, {box.right() - ui.px(length::pad) - total_width, head.y + ui.px(2)},
          colour::muted, total);
  ui.trace.state("takes", std::to_string(takes.list().size()));

  const float buttons = ui.px(length::control) + ui.px(12);
  ImGui::SetCursorScreenPos({box.x + ui.px(8), head.y + ui.px(28)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(2)});
  ImGui::BeginChild("##list",
                    {box.width - ui.px(16), box.bottom() - ui.px(14) - buttons - head.y - ui.px(28)});
  if (takes.list().empty()) draw_empty(ui, studio);
  const TakeListing* chosen = takes.chosen_or_newest();
  const float width = ImGui::GetContentRegionAvail().x;
  const std::int64_t now = unix_now_ns();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(takes.list().size()), ui.px(56));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const TakeListing& take = takes.list()[static_cast<std::size_t>(i)];
      ImGui::PushID(take.path.c_str());
      draw_row(ui, take, studio, &take == chosen, width, now);
      ImGui::PopID();
    }
  ImGui::EndChild();
  ImGui::PopStyleVar();

  ImGui::SetCursorScreenPos({box.x + ui.px(length::pad), box.bottom() - ui.px(14) - ui.px(length::control)});
  const bool usable =
      chosen && chosen->problem.empty() && chosen->state != TakeState::being_recorded && chosen->frames > 0;
  const bool removable = chosen && chosen->state != TakeState::being_recorded;
  const float remove = ui.px(length::control), gap = ui.px(length::gap);
  const float each = (box.width - 2 * ui.px(length::pad) - remove - 2 * gap) / 2;
  if (button(ui, {.name = "export-images",
                  .label = "Export images",
                  .icon = Icon::images,
                  .enabled = usable,
                  .width = each,
                  .tip = "Image sequence (Ctrl+I)"}))
    ui.commands.push_back(command::OpenExportSheet{ExportKind::images});
  ImGui::SameLine(0, gap);
  if (button(ui, {.name = "export-movie",
                  .label = "Export movie",
                  .icon = Icon::movie,
                  .enabled = usable,
                  .width = each,
                  .tip = "Movie (Ctrl+M)"}))
    ui.commands.push_back(command::OpenExportSheet{ExportKind::movie});
  ImGui::SameLine(0, gap);
  if (button(ui, {.name = "remove-take",
                  .icon = Icon::remove,
                  .look = Look::quiet,
                  .enabled = removable,
                  .tip = "Remove the take"}))
    ui.commands.push_back(command::AskRemoveTake{chosen->path});
  end_panel();
}

}  // namespace framespool
