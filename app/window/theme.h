// Colours, sizes and fonts of the window: one accent, three greys of surface, two of text.
#pragma once

#include <imgui.h>

namespace framespool {

namespace colour {
constexpr ImU32 rgb(unsigned hex, unsigned alpha = 255) {
  return IM_COL32((hex >> 16) & 255, (hex >> 8) & 255, hex & 255, alpha);
}
inline constexpr ImU32 background = rgb(0x0E1014);
inline constexpr ImU32 panel = rgb(0x16191F);
inline constexpr ImU32 raised = rgb(0x20242C);
inline constexpr ImU32 raised_hover = rgb(0x2A2F39);
inline constexpr ImU32 raised_active = rgb(0x343A46);
inline constexpr ImU32 line = rgb(0x2A2F39);
inline constexpr ImU32 text = rgb(0xEEF0F4);
inline constexpr ImU32 muted = rgb(0x9AA2B1);
inline constexpr ImU32 faint = rgb(0x646C7B);
inline constexpr ImU32 accent = rgb(0xF0553A);
inline constexpr ImU32 accent_hover = rgb(0xF76D54);
inline constexpr ImU32 accent_active = rgb(0xD9452B);
inline constexpr ImU32 accent_soft = rgb(0xF0553A, 40);
inline constexpr ImU32 on_accent = rgb(0xFFFFFF);
inline constexpr ImU32 dim = rgb(0x06070A, 170);
}  // namespace colour

// Lengths in units of a 1x display.
namespace length {
inline constexpr float pad = 16;
inline constexpr float gap = 8;
inline constexpr float rounding = 8;
inline constexpr float control = 34;  // height of buttons and fields
}  // namespace length

class Theme {
 public:
  // `scale`: pixels of the window's coordinates for one unit. `pixel_ratio`: framebuffer pixels for one of
  // those (1 on X11). Loads the fonts into ImGui's atlas, which is built when it is first used; sets ImGui's
  // style. Again after the window moved to a display with another scale.
  void apply(float scale, float pixel_ratio);

  [[nodiscard]] float scale() const { return scale_; }
  [[nodiscard]] float px(float units) const { return units * scale_; }

  ImFont* body = nullptr;
  ImFont* strong = nullptr;
  ImFont* small = nullptr;
  ImFont* title = nullptr;
  ImFont* digits = nullptr;  // the elapsed time

 private:
  float scale_ = 1;
};

}  // namespace framespool
