#include "app/window/theme.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <system_error>

namespace framespool {

namespace {

namespace fs = std::filesystem;

// Free fonts of the distributions, the best first; ImGui's own bitmap font where none is installed.
struct FontFiles {
  const char* regular;
  const char* medium;
};
constexpr std::array<FontFiles, 4> kFonts = {{
    {"/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
     "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf"},
    {"/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
     "/usr/share/fonts/truetype/noto/NotoSans-Medium.ttf"},
    {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"},
    {"/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
     "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"},
}};

const FontFiles* installed_fonts() {
  std::error_code ignored;
  for (const FontFiles& fonts : kFonts)
    if (fs::is_regular_file(fonts.regular, ignored) && fs::is_regular_file(fonts.medium, ignored))
      return &fonts;
  return nullptr;
}

// File names may hold any of these; the atlas stays small enough to be built in a few milliseconds.
constexpr ImWchar kLetters[] = {0x20, 0x17F, 0x370, 0x3FF, 0x400, 0x45F, 0x2010, 0x2026, 0x20AC, 0x20AC, 0};
constexpr ImWchar kDigits[] = {0x20, 0x3A, 0};

ImFont* load(const char* file, float pixels, const ImWchar* glyphs) {
  ImFontConfig config;
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.PixelSnapH = true;
  return ImGui::GetIO().Fonts->AddFontFromFileTTF(file, pixels, &config, glyphs);
}

ImFont* built_in(float pixels) {
  ImFontConfig config;
  config.SizePixels = pixels;
  return ImGui::GetIO().Fonts->AddFontDefault(&config);
}

}  // namespace

void Theme::apply(float scale, float pixel_ratio) {
  scale_ = scale;
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  io.Fonts->Flags |= ImFontAtlasFlags_NoMouseCursors;
  const FontFiles* files = installed_fonts();
  const auto font = [&](bool medium, float units, const ImWchar* glyphs) {
    const float pixels = std::round(units * scale * pixel_ratio);
    ImFont* loaded = files ? load(medium ? files->medium : files->regular, pixels, glyphs) : nullptr;
    return loaded ? loaded : built_in(pixels);
  };
  body = font(false, 15, kLetters);
  strong = font(true, 15, kLetters);
  small = font(false, 13, kLetters);
  title = font(true, 22, kLetters);
  digits = font(true, 30, kDigits);
  io.FontGlobalScale = 1 / pixel_ratio;

  ImGuiStyle style;
  style.WindowPadding = {px(length::pad), px(length::pad)};
  style.FramePadding = {px(10), px((length::control - 15) / 2 - 1)};
  style.ItemSpacing = {px(length::gap), px(length::gap)};
  style.ItemInnerSpacing = {px(length::gap), px(length::gap)};
  style.ScrollbarSize = px(10);
  style.GrabMinSize = px(14);
  style.WindowBorderSize = style.FrameBorderSize = style.ChildBorderSize = 0;
  style.PopupBorderSize = 1;
  style.WindowRounding = style.ChildRounding = style.PopupRounding = px(10);
  style.FrameRounding = style.GrabRounding = px(6);
  style.ScrollbarRounding = px(5);
  const auto set = [&](ImGuiCol which, ImU32 value) {
    style.Colors[which] = ImGui::ColorConvertU32ToFloat4(value);
  };
  set(ImGuiCol_Text, colour::text);
  set(ImGuiCol_TextDisabled, colour::faint);
  set(ImGuiCol_WindowBg, colour::panel);
  set(ImGuiCol_ChildBg, 0);
  set(ImGuiCol_PopupBg, colour::raised);
  set(ImGuiCol_Border, colour::line);
  set(ImGuiCol_FrameBg, colour::raised);
  set(ImGuiCol_FrameBgHovered, colour::raised_hover);
  set(ImGuiCol_FrameBgActive, colour::raised_hover);
  set(ImGuiCol_ScrollbarBg, 0);
  set(ImGuiCol_ScrollbarGrab, colour::raised_hover);
  set(ImGuiCol_ScrollbarGrabHovered, colour::raised_active);
  set(ImGuiCol_ScrollbarGrabActive, colour::raised_active);
  set(ImGuiCol_CheckMark, colour::accent);
  set(ImGuiCol_SliderGrab, colour::accent);
  set(ImGuiCol_SliderGrabActive, colour::accent_hover);
  set(ImGuiCol_Button, colour::raised);
  set(ImGuiCol_ButtonHovered, colour::raised_hover);
  set(ImGuiCol_ButtonActive, colour::raised_active);
  set(ImGuiCol_Header, colour::accent_soft);
  set(ImGuiCol_HeaderHovered, colour::raised_active);
  set(ImGuiCol_HeaderActive, colour::raised_active);
  set(ImGuiCol_Separator, colour::line);
  set(ImGuiCol_TextSelectedBg, colour::rgb(0xF0553A, 110));
  set(ImGuiCol_ModalWindowDimBg, colour::dim);
  set(ImGuiCol_NavHighlight, colour::accent);
  ImGui::GetStyle() = style;
}

}  // namespace framespool
