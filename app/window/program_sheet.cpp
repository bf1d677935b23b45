// "Record a program...": what is started, how its time runs and where the take goes.
#include <fmt/format.h>

#include <algorithm>

#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

void draw_problem(Ui& ui, const std::string& problem, float width) {
  if (problem.empty()) return;
  const ImVec2 low = ImGui::GetCursorScreenPos();
  draw_icon(*ImGui::GetWindowDrawList(), Icon::alert, {low.x + ui.px(8), low.y + ui.px(8)}, ui.px(15), colour::accent);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(26));
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width - ui.px(26));
  text(ui.theme.small, colour::accent_hover, problem);
  ImGui::PopTextWrapPos();
}

// A row of the list: a folder or a program. True when it was clicked.
bool draw_row(Ui& ui, const ProgramBrowser::Entry& entry, float width) {
  const ImVec2 low = ImGui::GetCursorScreenPos();
  const float height = ui.px(28);
  ImGui::PushID(entry.name.c_str());
  const bool pressed = ImGui::InvisibleButton("##entry", {width, height});
  ImGui::PopID();
  const ImVec2 high{low.x + width, low.y + height};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (ImGui::IsItemHovered()) list.AddRectFilled(low, high, colour::raised_hover, ui.px(6));
  const std::string shown = entry.folder ? entry.name + "/" : entry.name;
  text_at(list, ui.theme.body, {low.x + ui.px(10), low.y + ui.px(5)}, entry.folder ? colour::muted : colour::text,
          fitted(ui.theme.body, shown, width - ui.px(20)));
  if (ImGui::IsItemVisible()) ui.trace.widget("entry:" + entry.name, low.x, low.y, high.x, high.y);
  return pressed;
}

void draw_browser(Ui& ui, const ProgramBrowser& browser, float width) {
  text(ui.theme.strong, colour::text, "Choose a program");
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ui.px(4));
  text(ui.theme.small, colour::muted, fitted(ui.theme.small, browser.folder.string(), width));
  ImGui::Dummy({0, ui.px(2)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  // Another folder begins at its top.
  ImGui::BeginChild(browser.folder.c_str(), {width, ui.px(300)});
  const float inner = ImGui::GetContentRegionAvail().x - ui.px(4);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(browser.entries.size()), ui.px(28));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto& entry = browser.entries[static_cast<std::size_t>(i)];
      if (!draw_row(ui, entry, inner)) continue;
      if (entry.folder)
        ui.commands.push_back(command::BrowsePrograms{browser.folder / entry.name});
      else
        ui.commands.push_back(command::ChooseProgram{browser.folder / entry.name});
    }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::Dummy({0, ui.px(4)});
  const float back = ui.px(96);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + width - back);
  if (button(ui, {.name = "browser-back", .label = "Back", .width = back})) ui.commands.push_back(command::CloseBrowser{});
}

void draw_command(Ui& ui, Studio& studio, float width) {
  ProgramForm& form = studio.program_form();
  const float choose = ui.px(104), gap = ui.px(length::gap);
  if (text_field(ui, "command", "Program and its arguments", form.command, "glxgears -info", width - choose - gap)) {
    studio.program_sheet()->problem.clear();
    studio.propose_take();
  }
  const ImVec2 below = ImGui::GetCursorScreenPos(), field = ImGui::GetItemRectMax();
  const float height = ImGui::GetFrameHeight();
  ImGui::SetCursorScreenPos({below.x + width - choose, field.y - height});
  if (button(ui, {.name = "program-choose", .label = "Choose\xE2\x80\xA6", .width = choose, .height = height}))
    ui.commands.push_back(command::BrowsePrograms{});
  ImGui::SetCursorScreenPos(below);
  bool any = false;
  for (std::size_t i = 0; i < studio.recent_programs().size(); ++i) {
    const std::string& recent = studio.recent_programs()[i];
    if (recent == form.command) continue;
    const std::string name = fmt::format("recent:{}", i), shown = fitted(ui.theme.body, recent, width / 3 - ui.px(40));
    if (any) ImGui::SameLine(0, gap);
    any = true;
    if (!button(ui, {.name = name.c_str(), .label = shown.c_str(), .height = ui.px(28), .tip = "Recorded before"})) continue;
    form.command = recent;
    studio.propose_take();
  }
}

void draw_fields(Ui& ui, Studio& studio, ProgramSheet& sheet) {
  ProgramForm& form = studio.program_form();
  const float width = ui.px(472), gap = ui.px(12), half = (width - gap) / 2;
  text(ui.theme.strong, colour::text, "Record a program");
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ui.px(4));
  text(ui.theme.small, colour::muted, "It is started here, and every frame that it shows with OpenGL goes into a take.");
  ImGui::Dummy({0, ui.px(2)});
  draw_command(ui, studio, width);
  ImGui::Dummy({0, ui.px(2)});
  text_field(ui, "program-folder", "Folder it starts in", form.folder, "where Framespool started", half);
  ImGui::SameLine(0, gap);
  text_field(ui, "program-take", "Take, a name or a path", form.take,
             sheet.proposed.empty() ? "named after the program" : sheet.proposed.c_str(), half);
  text(ui.theme.small, colour::faint,
       fitted(ui.theme.small, "Takes go to " + studio.takes().directory().string(), width));
  ImGui::Dummy({0, ui.px(2)});

  static constexpr const char* kClocks[] = {"Real time", "Fixed step"};
  static constexpr const char* kNames[] = {"clock-realtime", "clock-fixed"};
  int clock = form.fixed_step ? 1 : 0;
  if (segments(ui, "clock", kClocks, kNames, 2, clock, width)) form.fixed_step = clock == 1;
  text(ui.theme.small, colour::faint,
       form.fixed_step ? "Its clock moves by one step a frame, however long that takes: a smooth take of a slow program."
                       : "It runs as it always does; frames that the disk is too slow for are dropped and counted.");
  ImGui::Dummy({0, ui.px(2)});
  text_field(ui, "program-rate", form.fixed_step ? "Frames per second" : "Frames per second, at most", form.rate,
             form.fixed_step ? "60" : "every frame", half);
  ImGui::Dummy({0, ui.px(2)});
  // The card keeps its height.
  if (form.fixed_step)
    ImGui::Dummy({0, ui.px(24)});
  else
    tick(ui, "program-every-frame", "Never drop a frame", "the program waits for the disk instead", form.every_frame);
  tick(ui, "program-paused", "Start paused", "F9 in its window begins the take", form.start_paused);
  draw_problem(ui, sheet.problem, width);
  ImGui::Dummy({0, ui.px(6)});

  const float go = ui.px(120), no = ui.px(96), between = ui.px(length::gap);
  const ImVec2 low = ImGui::GetCursorScreenPos();
  text_at(*ImGui::GetWindowDrawList(), ui.theme.small, {low.x, low.y + ui.px(9)}, colour::faint,
          "Enter starts, Esc closes");
  ImGui::SetCursorScreenPos({low.x + width - go - no - between, low.y});
  if (button(ui, {.name = "program-cancel", .label = "Cancel", .width = no})) ui.commands.push_back(command::Escape{});
  ImGui::SameLine(0, between);
  if (button(ui, {.name = "program-start", .label = "Record", .icon = Icon::record, .look = Look::accent, .width = go}))
    ui.commands.push_back(command::StartProgram{});
}

}  // namespace

void draw_program_sheet(Ui& ui, Studio& studio) {
  ProgramSheet* sheet = studio.program_sheet();
  ui.trace.state("program-sheet", !sheet ? "closed" : sheet->browser ? "browsing" : "open");
  ui.trace.state("program-problem", sheet ? sheet->problem : "");
  if (!begin_card(ui, "Program", sheet != nullptr)) return;
  if (sheet->browser)
    draw_browser(ui, *sheet->browser, ui.px(472));
  else
    draw_fields(ui, studio, *sheet);
  end_card();
}

}  // namespace framespool
