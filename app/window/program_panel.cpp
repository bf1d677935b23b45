// In the viewport's place while a program is recorded: what is recorded, into what, and how it is ended.
#include <fmt/format.h>

#include <algorithm>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

struct Words {
  std::string title, line;
  Icon icon = Icon::record;
  ImU32 ink = colour::accent;
};

Words words_of(const ProgramView& program) {
  const std::string& name = program.name;
  switch (program.state) {
    case ProgramState::starting:
      return {"Starting " + name, "", Icon::spool, colour::muted};
    case ProgramState::waiting:
      return {"Waiting for " + name, "Recording begins with the first frame that it shows.", Icon::spool, colour::muted};
    case ProgramState::recording:
      return {"Recording " + name, "F9 in its window, or here, ends the take; the program goes on.", Icon::record};
    case ProgramState::paused:
      return {"Recording " + name + " is paused", "Only the recording rests: the program goes on.", Icon::pause};
    case ProgramState::stopped:
      return {name + " is not recorded", "The program goes on. F9 begins its next take.", Icon::stop, colour::muted};
    case ProgramState::ending:
      return {"Ending " + name, "It was asked to end. In a few seconds it is ended firmly; no frame is lost.", Icon::stop};
    case ProgramState::over:
      return {name + " has ended", "", Icon::check, colour::muted};
  }
  return {};
}

void centred(Ui& ui, ImDrawList& list, const Box& box, float y, ImFont* font, ImU32 ink, const std::string& words) {
  const std::string shown = fitted(font, words, box.width - ui.px(48));
  text_at(list, font, {box.x + (box.width - text_size(font, shown.c_str()).x) / 2, y}, ink, shown);
}

void draw_buttons(Ui& ui, const ProgramView& program, const Box& box, float y) {
  const bool ending = program.state == ProgramState::ending;
  const Button end{.name = "program-end",
                   .label = ending ? "End it at once" : "End the program",
                   .icon = Icon::stop,
                   .look = ending ? Look::plain : Look::accent,
                   .enabled = program.state != ProgramState::over};
  ImGui::SetCursorScreenPos({box.x + (box.width - button_width(ui, end)) / 2, y});
  if (button(ui, end)) ui.commands.push_back(command::EndProgram{});
}

}  // namespace

void draw_program(Ui& ui, const Studio& studio, const Box& box, float free_height) {
  const ProgramView& program = *studio.program();
  begin_panel("##program", {box.x, box.y}, {box.width, box.height}, colour::rgb(0x08090C), {0, 0});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Words words = words_of(program);
  // Above the messages, so that they never lie on the button.
  const float middle = box.y + std::min(box.height, std::max(free_height, ui.px(250))) / 2;
  draw_icon(list, words.icon, {box.x + box.width / 2, middle - ui.px(104)}, ui.px(34), words.ink);
  centred(ui, list, box, middle - ui.px(66), ui.theme.title, colour::text, words.title);
  centred(ui, list, box, middle - ui.px(24), ui.theme.small, colour::muted, words.line);
  centred(ui, list, box, middle + ui.px(10), ui.theme.body, colour::text, program.command_line);
  const std::string into =
      program.take.empty() ? ""
      : program.takes > 1  ? fmt::format("{} takes, the newest in {}", program.takes, program.take.string())
                           : "into " + program.take.string();
  centred(ui, list, box, middle + ui.px(34), ui.theme.small, colour::muted, into);
  draw_buttons(ui, program, box, middle + ui.px(72));
  if (!program.waits_for.empty()) {
    ImGui::SetCursorScreenPos({box.x + ui.px(48), middle + ui.px(128)});
    ImGui::PushTextWrapPos(box.width - ui.px(48));
    text(ui.theme.small, colour::muted, "The program has shown " + program.waits_for + ".");
    ImGui::PopTextWrapPos();
  }
  ui.trace.state("program-take", program.take.string());
  end_panel();
}

}  // namespace framespool
