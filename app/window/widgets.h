// Buttons, bars and fields that look alike everywhere. Each tells the trace where it was drawn, under `name`,
// which is also its ImGui id.
#pragma once

#include <cstdint>
#include <string>

#include "app/window/icons.h"
#include "app/window/ui.h"

namespace framespool {

enum class Look {
  accent,  // the one thing to do here
  plain,   // everything else
  quiet,   // no surface until the mouse is over it
};

struct Button {
  const char* name;
  const char* label = "";  // empty: the icon alone
  Icon icon = Icon::none;
  Look look = Look::plain;
  bool enabled = true;
  float width = 0;   // pixels; 0: as wide as the label needs
  float height = 0;  // pixels; 0: a control's
  const char* tip = nullptr;
};
bool button(Ui& ui, const Button& what);
[[nodiscard]] float button_width(const Ui& ui, const Button& what);

void text(ImFont* font, ImU32 colour, const char* words);
void text(ImFont* font, ImU32 colour, const std::string& words);
// Cut with an ellipsis in the middle, which keeps numbers and endings, when it is wider than `width` pixels.
[[nodiscard]] std::string fitted(ImFont* font, const std::string& words, float width);
void text_at(ImDrawList& list, ImFont* font, ImVec2 at, ImU32 colour, const char* words);
void text_at(ImDrawList& list, ImFont* font, ImVec2 at, ImU32 colour, const std::string& words);
[[nodiscard]] ImVec2 text_size(ImFont* font, const char* words);

// A field with a caret that opens a list; what is drawn between true and end_choice() is the list.
bool begin_choice(Ui& ui, const char* name, const std::string& shown, float width);
void end_choice();

void progress_bar(Ui& ui, std::uint64_t id, double fraction, float height, bool lively);

// Form rows of the sheet: a label above a field of the given width in pixels. True when edited.
bool text_field(Ui& ui, const char* name, const char* label, std::string& value, const char* hint,
                float width);
bool choice_field(Ui& ui, const char* name, const char* label, const char* const* choices, int count,
                  int& chosen, float width);
bool slider_field(Ui& ui, const char* name, const char* label, int& value, int least, int most,
                  const char* format, float width);
bool tick(Ui& ui, const char* name, const char* label, const char* hint, bool& value);
bool segments(Ui& ui, const char* name, const char* const* choices, const char* const* names, int count,
              int& chosen, float width);

// A card in the middle of the window over everything else, while `wanted`. True: draw it, then end_card().
bool begin_card(Ui& ui, const char* name, bool wanted);
void end_card();

// An ImGui window without any decoration at a fixed place: a card of the ground floor, or something above
// those.
enum class Floor { ground, above };
void begin_panel(const char* name, ImVec2 at, ImVec2 size, ImU32 surface, ImVec2 padding,
                 Floor floor = Floor::ground);
void end_panel();

}  // namespace framespool
