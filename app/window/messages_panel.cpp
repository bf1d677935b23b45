#include <fmt/format.h>

#include <algorithm>

#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

float wrapped_height(ImFont* font, const std::string& words, float width) {
  return words.empty() ? 0
                       : font->CalcTextSizeA(font->FontSize * ImGui::GetIO().FontGlobalScale, FLT_MAX, width,
                                             words.c_str())
                             .y;
}

}  // namespace

float draw_messages(Ui& ui, const Studio& studio, const Box& viewport) {
  const float width = std::min(ui.px(460), viewport.width - ui.px(32));
  const float inner = width - ui.px(44 + 40);
  float bottom = viewport.bottom() - ui.px(14);
  float top = viewport.bottom();
  const auto& messages = studio.messages().list();
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    const float lines = wrapped_height(ui.theme.strong, message->title, inner) +
                        wrapped_height(ui.theme.small, message->text, inner) +
                        wrapped_height(ui.theme.small, message->remedy, inner);
    const bool action = message->action != MessageAction::none;
    const float height =
        lines + (action ? ui.px(length::control) + ui.px(12) : 0) + ui.px(28) + (message->text.empty() ? 0 : ui.px(4)) + (message->remedy.empty() ? 0 : ui.px(4));
    const ImVec2 low{viewport.x + ui.px(14), bottom - height};
    const std::string name = fmt::format("message:{}", message->id);
    begin_panel(name.c_str(), low, {width, height}, colour::rgb(0x1B1F26, 248), {0, 0}, Floor::above);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool bad = message->kind == MessageKind::error;
    draw_icon(list, bad ? Icon::alert : Icon::check, {low.x + ui.px(23), low.y + ui.px(23)}, ui.px(18),
              colour::accent);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(4)});
    ImGui::SetCursorScreenPos({low.x + ui.px(44), low.y + ui.px(14)});
    ImGui::BeginGroup();
    ImGui::PushTextWrapPos(ui.px(44) + inner);
    text(ui.theme.strong, colour::text, message->title);
    if (!message->text.empty()) text(ui.theme.small, colour::muted, message->text);
    if (!message->remedy.empty()) text(ui.theme.small, colour::text, message->remedy);
    ImGui::PopTextWrapPos();
    if (action) {
      ImGui::Dummy({0, ui.px(2)});
      if (button(ui, {.name = "go-on", .label = "Go on", .icon = Icon::record, .look = Look::accent}))
        ui.commands.push_back(command::GoOnRecording{});
    }
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    ImGui::SetCursorScreenPos({low.x + width - ui.px(36), low.y + ui.px(9)});
    const std::string dismiss = fmt::format("dismiss-message:{}", message->id);
    if (button(ui, {.name = dismiss.c_str(),
                    .icon = Icon::close,
                    .look = Look::quiet,
                    .width = ui.px(28),
                    .height = ui.px(28)}))
      ui.commands.push_back(command::DismissMessage{message->id});
    ui.trace.widget(name, low.x, low.y, low.x + width, bottom);
    end_panel();
    top = low.y;
    bottom -= height + ui.px(10);
  }
  ui.trace.state("messages", std::to_string(messages.size()));
  if (!messages.empty()) {
    const Message& last = messages.back();
    ui.trace.state("message", Error{ErrorKind::failed, last.title, last.text, last.remedy}.line());
  }
  return top;
}

}  // namespace framespool
