#include "app/window/widgets.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

namespace framespool {

namespace {

void trace_last_item(Ui& ui, const char* name) {
  // ImGui measures a new card in a repaint that shows nothing of it.
  if (ImGui::GetCurrentWindowRead()->Hidden) return;
  const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
  ui.trace.widget(name, low.x, low.y, high.x, high.y);
}

ImFont* label_font(const Ui& ui, const Button& what) {
  return what.look == Look::accent ? ui.theme.strong : ui.theme.body;
}

struct Surface {
  ImU32 fill, ink;
};
Surface surface_of(Look look, bool enabled, bool hovered, bool held) {
  if (!enabled) return {look == Look::quiet ? 0 : colour::raised, colour::faint};
  switch (look) {
    case Look::accent:
      return {held      ? colour::accent_active
              : hovered ? colour::accent_hover
                        : colour::accent,
              colour::on_accent};
    case Look::plain:
      return {held ? colour::raised_active : hovered ? colour::raised_hover : colour::raised, colour::text};
    case Look::quiet:
      return {held      ? colour::raised_active
              : hovered ? colour::raised_hover
                        : 0,
              hovered ? colour::text : colour::muted};
  }
  return {};
}

void field_label(Ui& ui, const char* label) {
  // Beside another field the label would be lowered to that field's base line.
  ImGui::GetCurrentWindow()->DC.CurrLineTextBaseOffset = 0;
  text(ui.theme.small, colour::muted, label);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ui.px(3));
}

}  // namespace

ImVec2 text_size(ImFont* font, const char* words) {
  const float size = font->FontSize * ImGui::GetIO().FontGlobalScale;
  return font->CalcTextSizeA(size, FLT_MAX, 0, words);
}

void text_at(ImDrawList& list, ImFont* font, ImVec2 at, ImU32 ink, const char* words) {
  const float size = font->FontSize * ImGui::GetIO().FontGlobalScale;
  list.AddText(font, size, {std::round(at.x), std::round(at.y)}, ink, words);
}
void text_at(ImDrawList& list, ImFont* font, ImVec2 at, ImU32 ink, const std::string& words) {
  text_at(list, font, at, ink, words.c_str());
}

void text(ImFont* font, ImU32 ink, const char* words) {
  ImGui::PushFont(font);
  ImGui::PushStyleColor(ImGuiCol_Text, ink);
  ImGui::TextUnformatted(words);
  ImGui::PopStyleColor();
  ImGui::PopFont();
}
void text(ImFont* font, ImU32 ink, const std::string& words) {
  text(font, ink, words.c_str());
}

std::string fitted(ImFont* font, const std::string& words, float width) {
  if (text_size(font, words.c_str()).x <= width) return words;
  const auto boundary = [&](std::size_t at) {  // never inside a UTF-8 sequence
    while (at < words.size() && (static_cast<unsigned char>(words[at]) & 0xC0) == 0x80) ++at;
    return at;
  };
  for (std::size_t keep = words.size(); keep > 2;) {
    keep -= std::max<std::size_t>(1, keep / 16);
    const std::size_t head = boundary(keep / 2);
    const std::size_t tail = boundary(words.size() - (keep - keep / 2));
    std::string shorter = words.substr(0, head) + "\xE2\x80\xA6" + words.substr(std::max(tail, head));
    if (text_size(font, shorter.c_str()).x <= width) return shorter;
  }
  return "\xE2\x80\xA6";
}

float button_width(const Ui& ui, const Button& what) {
  const float icon = what.icon == Icon::none ? 0 : ui.px(15);
  const bool labelled = what.label[0] != 0;
  const float words = labelled ? text_size(label_font(ui, what), what.label).x : 0;
  return labelled ? words + icon + (icon > 0 ? ui.px(8) : 0) + ui.px(28) : ui.px(length::control);
}

bool button(Ui& ui, const Button& what) {
  const ImVec2 size{what.width > 0 ? what.width : button_width(ui, what),
                    what.height > 0 ? what.height : ui.px(length::control)};
  const bool pressed = ImGui::InvisibleButton(what.name, size) && what.enabled;
  const bool hovered = ImGui::IsItemHovered(), held = ImGui::IsItemActive();
  const Surface surface = surface_of(what.look, what.enabled, hovered, held);
  const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (surface.fill) list.AddRectFilled(low, high, surface.fill, ui.px(length::rounding));

  ImFont* font = label_font(ui, what);
  const ImVec2 words = text_size(font, what.label);
  const bool labelled = what.label[0] != 0;
  const float icon = what.icon == Icon::none ? 0 : ui.px(15);
  const float between = icon > 0 && labelled ? ui.px(8) : 0;
  float x = (low.x + high.x - (words.x + icon + between)) / 2;
  const float middle = (low.y + high.y) / 2;
  if (icon > 0) draw_icon(list, what.icon, {std::round(x + icon / 2), std::round(middle)}, icon, surface.ink);
  if (labelled) text_at(list, font, {x + icon + between, middle - words.y / 2}, surface.ink, what.label);
  if (what.enabled) trace_last_item(ui, what.name);
  if (hovered && what.tip && !held) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(10), ui.px(7)});
    ImGui::SetTooltip("%s", what.tip);
    ImGui::PopStyleVar();
  }
  return pressed;
}

void progress_bar(Ui& ui, std::uint64_t id, double fraction, float height, bool lively) {
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 low = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(low, {low.x + width, low.y + height}, colour::raised_hover, height / 2);
  const float filled = width * static_cast<float>(std::clamp(fraction, 0.0, 1.0));
  if (filled > 0)
    list.AddRectFilled(low, {low.x + std::max(filled, height), low.y + height},
                       lively ? colour::accent : colour::faint, height / 2);
  ImGui::Dummy({width, height});
  ui.trace.progress(id, fraction);
}

bool begin_choice(Ui& ui, const char* name, const std::string& shown, float width) {
  const ImVec2 low = ImGui::GetCursorScreenPos();
  const float height = ImGui::GetFrameHeight();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const bool hidden = ImGui::GetCurrentWindowRead()->Hidden;
  ImGui::SetNextItemWidth(width);
  const std::string id = std::string("##") + name;
  const bool open = ImGui::BeginCombo(id.c_str(), fitted(ui.theme.body, shown, width - ui.px(48)).c_str(),
                                      ImGuiComboFlags_NoArrowButton | ImGuiComboFlags_HeightLargest);
  draw_icon(list, Icon::caret, {low.x + width - ui.px(18), low.y + height / 2}, ui.px(12), colour::muted);
  if (!hidden) ui.trace.widget(name, low.x, low.y, low.x + width, low.y + height);
  return open;
}
void end_choice() {
  ImGui::EndCombo();
}

bool text_field(Ui& ui, const char* name, const char* label, std::string& value, const char* hint,
                float width) {
  ImGui::BeginGroup();
  field_label(ui, label);
  ImGui::SetNextItemWidth(width);
  ImGui::PushID(name);
  const bool edited = ImGui::InputTextWithHint("##field", hint, &value, ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopID();
  trace_last_item(ui, name);
  ImGui::EndGroup();
  return edited;
}

bool choice_field(Ui& ui, const char* name, const char* label, const char* const* choices, int count,
                  int& chosen, float width) {
  ImGui::BeginGroup();
  field_label(ui, label);
  bool changed = false;
  if (begin_choice(ui, name, choices[chosen], width)) {
    for (int i = 0; i < count; ++i) {
      if (ImGui::Selectable(choices[i], i == chosen)) {
        changed = chosen != i;
        chosen = i;
      }
      trace_last_item(ui, choices[i]);
    }
    end_choice();
  }
  ImGui::EndGroup();
  return changed;
}

bool slider_field(Ui& ui, const char* name, const char* label, int& value, int least, int most,
                  const char* format, float width) {
  ImGui::BeginGroup();
  field_label(ui, label);
  ImGui::SetNextItemWidth(width);
  ImGui::PushID(name);
  const bool edited = ImGui::SliderInt("##field", &value, least, most, format, ImGuiSliderFlags_AlwaysClamp);
  ImGui::PopID();
  trace_last_item(ui, name);
  ImGui::EndGroup();
  return edited;
}

bool tick(Ui& ui, const char* name, const char* label, const char* hint, bool& value) {
  const float box = ui.px(18), gap = ui.px(10);
  const ImVec2 words = text_size(ui.theme.body, label), more = text_size(ui.theme.small, hint);
  const float height = ui.px(24);
  const bool pressed = ImGui::InvisibleButton(name, {box + gap + words.x + gap + more.x, height});
  if (pressed) value = !value;
  const ImVec2 low = ImGui::GetItemRectMin();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 corner{low.x, low.y + (height - box) / 2};
  const ImU32 fill = value                    ? colour::accent
                     : ImGui::IsItemHovered() ? colour::raised_active
                                              : colour::raised_hover;
  list.AddRectFilled(corner, {corner.x + box, corner.y + box}, fill, ui.px(5));
  if (value)
    draw_icon(list, Icon::check, {corner.x + box / 2, corner.y + box / 2}, box * 0.68f, colour::on_accent);
  text_at(list, ui.theme.body, {low.x + box + gap, low.y + (height - words.y) / 2}, colour::text, label);
  text_at(list, ui.theme.small, {low.x + box + 2 * gap + words.x, low.y + (height - more.y) / 2 + ui.px(1)},
          colour::faint, hint);
  trace_last_item(ui, name);
  return pressed;
}

bool segments(Ui& ui, const char* name, const char* const* choices, const char* const* names, int count,
              int& chosen, float width) {
  const ImVec2 low = ImGui::GetCursorScreenPos();
  const float height = ui.px(length::control), inset = ui.px(3);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(low, {low.x + width, low.y + height}, colour::raised, ui.px(length::rounding));
  const float each = (width - 2 * inset) / static_cast<float>(count);
  bool changed = false;
  ImGui::PushID(name);
  for (int i = 0; i < count; ++i) {
    const ImVec2 from{low.x + inset + each * static_cast<float>(i), low.y + inset};
    const ImVec2 to{from.x + each, low.y + height - inset};
    ImGui::SetCursorScreenPos(from);
    if (ImGui::InvisibleButton(names[i], {to.x - from.x, to.y - from.y}) && chosen != i) {
      chosen = i;
      changed = true;
    }
    const bool hovered = ImGui::IsItemHovered();
    if (chosen == i) list.AddRectFilled(from, to, colour::raised_active, ui.px(length::rounding - 2));
    ImFont* font = chosen == i ? ui.theme.strong : ui.theme.body;
    const ImVec2 words = text_size(font, choices[i]);
    text_at(list, font, {(from.x + to.x - words.x) / 2, (from.y + to.y - words.y) / 2},
            chosen == i || hovered ? colour::text : colour::muted, choices[i]);
    trace_last_item(ui, names[i]);
  }
  ImGui::PopID();
  ImGui::SetCursorScreenPos(low);
  ImGui::Dummy({width, height});
  return changed;
}

void begin_panel(const char* name, ImVec2 at, ImVec2 size, ImU32 surface, ImVec2 padding, Floor floor) {
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, surface);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
  // ImGui puts windows that never come to the front below all others when it first sees them.
  const ImGuiWindowFlags place =
      floor == Floor::ground ? ImGuiWindowFlags_NoBringToFrontOnFocus : ImGuiWindowFlags_NoFocusOnAppearing;
  ImGui::Begin(name, nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse | place);
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor();
}

bool begin_card(Ui& ui, const char* name, bool wanted) {
  const bool was_open = ImGui::IsPopupOpen(name);
  if (wanted && !was_open) ImGui::OpenPopup(name);
  if (!wanted) {
    // Closed from outside: begun once more it would be shown empty for a repaint.
    if (was_open) ImGui::ClosePopupToLevel(0, true);
    return false;
  }
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({std::round(display.x / 2), std::round(display.y / 2)}, ImGuiCond_Always,
                          {0.5f, 0.5f});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(24), ui.px(22)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(14));
  ImGui::PushStyleColor(ImGuiCol_PopupBg, colour::panel);
  const bool open =
      ImGui::BeginPopupModal(name, nullptr,
                             ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                                 ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_AlwaysAutoResize);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  return open;
}
void end_card() {
  ImGui::EndPopup();
}

void end_panel() {
  ImGui::End();
}

}  // namespace framespool
