#include <fmt/format.h>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

void say(Ui& ui, const std::string& title, const std::string& words) {
  text(ui.theme.strong, colour::text, title);
  ImGui::PushTextWrapPos(ui.px(24 + 440));
  text(ui.theme.body, colour::muted, words);
  ImGui::PopTextWrapPos();
  ImGui::Dummy({ui.px(440), ui.px(8)});
}

void draw_removal(Ui& ui, const Studio& studio) {
  const auto& asked = studio.removal_asked();
  if (!begin_card(ui, "Remove", asked.has_value())) return;
  const TakeListing* take = studio.takes().find(*asked);
  say(ui, fmt::format("Remove {}?", asked->stem().string()),
      take ? fmt::format("{} frames, {} on the disk. What was exported from it stays. This cannot be undone.",
                         count_text(take->frames), bytes_text(take->bytes))
           : "It is gone already.");
  if (button(ui, {.name = "remove-confirm", .label = "Remove", .look = Look::accent, .width = ui.px(120)}))
    ui.commands.push_back(command::ConfirmRemoveTake{});
  ImGui::SameLine();
  if (button(ui, {.name = "remove-keep", .label = "Keep", .width = ui.px(96)}))
    ui.commands.push_back(command::Escape{});
  end_card();
}

void draw_quit(Ui& ui, const Studio& studio) {
  if (!begin_card(ui, "Quit", studio.quit_state() == QuitState::asking)) return;
  std::size_t unfinished = 0;
  for (const ExportEntry& entry : studio.exports()) unfinished += entry.ended() ? 0 : 1;
  const ProgramView* program = studio.program();
  if (program && unfinished == 0)
    say(ui, fmt::format("{} is being recorded", program->name),
        "Framespool can end it and close then. Every frame recorded so far is kept.");
  else if (program)
    say(ui, fmt::format("{} is being recorded, and {} not done yet", program->name,
                        unfinished == 1 ? "an export is" : fmt::format("{} exports are", unfinished)),
        "Framespool ends the program and closes when all is finished. Every frame recorded so far is kept.");
  else if (unfinished == 1)
    say(ui, "An export is not done yet",
        "Framespool can close when it is finished, or cancel it now. The take stays either way.");
  else
    say(ui, fmt::format("{} exports are not done yet", unfinished),
        "Framespool can close when they are finished, or cancel them now. The takes stay either way.");
  const char* finish = program && unfinished == 0 ? "End it, then close" : "Finish, then close";
  if (button(ui, {.name = "quit-wait", .label = finish, .look = Look::accent}))
    ui.commands.push_back(command::AnswerQuit{command::QuitChoice::wait_for_exports});
  ImGui::SameLine();
  if (unfinished > 0) {
    if (button(ui, {.name = "quit-cancel", .label = "Cancel exports and close"}))
      ui.commands.push_back(command::AnswerQuit{command::QuitChoice::cancel_exports});
    ImGui::SameLine();
  }
  if (button(ui, {.name = "quit-stay", .label = "Stay"}))
    ui.commands.push_back(command::AnswerQuit{command::QuitChoice::stay});
  end_card();
}

const char* quit_word(QuitState state) {
  switch (state) {
    case QuitState::no:
      return "no";
    case QuitState::asking:
      return "asking";
    case QuitState::waiting:
      return "waiting";
    case QuitState::now:
      return "now";
  }
  return "";
}

}  // namespace

void draw_questions(Ui& ui, const Studio& studio) {
  draw_removal(ui, studio);
  draw_quit(ui, studio);
  ui.trace.state("quit", quit_word(studio.quit_state()));
}

}  // namespace framespool
