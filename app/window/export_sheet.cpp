#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

template <std::size_t N>
int position(const std::array<const char*, N>& choices, const std::string& value) {
  const auto at =
      std::find_if(choices.begin(), choices.end(), [&](std::string_view c) { return c == value; });
  return at == choices.end() ? 0 : static_cast<int>(at - choices.begin());
}

void draw_movie_fields(Ui& ui, Studio& studio, float width) {
  ExportSettings& settings = studio.settings();
  const float gap = ui.px(12), half = (width - gap) / 2;
  int container = position(kContainers, settings.container), preset = position(kPresets, settings.preset);
  static constexpr const char* kContainerWords[] = {"MP4", "MOV", "MKV"};
  if (choice_field(ui, "container", "Container", kContainerWords, 3, container, half)) {
    settings.container = kContainers[static_cast<std::size_t>(container)];
    studio.rename_output();
  }
  ImGui::SameLine(0, gap);
  if (choice_field(ui, "preset", "Speed (x264 preset)", kPresets.data(), static_cast<int>(kPresets.size()),
                   preset, half))
    settings.preset = kPresets[static_cast<std::size_t>(preset)];
  ImGui::Dummy({0, ui.px(2)});
  if (settings.lossless) {
    ImGui::BeginDisabled();
    int exact = 0;
    slider_field(ui, "crf-off", "Quality", exact, 0, 51, "exact", width);
    ImGui::EndDisabled();
  } else {
    slider_field(ui, "crf", "Quality (CRF: smaller is better, 18 looks like the original)", settings.crf, 0,
                 51, "%d", width);
  }
  ImGui::Dummy({0, ui.px(2)});
  tick(ui, "lossless", "Lossless", "every pixel exact, large files", settings.lossless);
}

void draw_buttons(Ui& ui, bool continue_offered, float width) {
  const float go = ui.px(120), no = ui.px(96), gap = ui.px(length::gap);
  const ImVec2 low = ImGui::GetCursorScreenPos();
  if (continue_offered) {
    if (button(ui, {.name = "sheet-continue", .label = "Continue it", .look = Look::accent, .width = go}))
      ui.commands.push_back(command::ContinueExport{});
  } else {
    text_at(*ImGui::GetWindowDrawList(), ui.theme.small, {low.x, low.y + ui.px(9)}, colour::faint,
            "Enter starts, Esc closes");
  }
  ImGui::SetCursorScreenPos({low.x + width - go - no - gap, low.y});
  if (button(ui, {.name = "sheet-cancel", .label = "Cancel", .width = no}))
    ui.commands.push_back(command::Escape{});
  ImGui::SameLine(0, gap);
  if (button(ui, {.name = "sheet-export",
                  .label = "Export",
                  .look = continue_offered ? Look::plain : Look::accent,
                  .width = go}))
    ui.commands.push_back(command::StartExport{});
}

void draw_fields(Ui& ui, Studio& studio, ExportSheet& sheet) {
  ExportSettings& settings = studio.settings();
  const float width = ui.px(472), gap = ui.px(12);
  text(ui.theme.strong, colour::text, "Export " + sheet.target.take.stem().string());
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ui.px(4));
  text(ui.theme.small, colour::muted, fitted(ui.theme.small, "to " + sheet.target.folder.string(), width));
  ImGui::Dummy({0, ui.px(2)});

  static constexpr const char* kKinds[] = {"Image sequence", "Movie"};
  static constexpr const char* kNames[] = {"kind-images", "kind-movie"};
  int kind = settings.kind == ExportKind::movie ? 1 : 0;
  if (segments(ui, "kind", kKinds, kNames, 2, kind, width))
    ui.commands.push_back(command::SwitchExportKind{kind == 1 ? ExportKind::movie : ExportKind::images});
  ImGui::Dummy({0, ui.px(2)});

  const bool movie = settings.kind == ExportKind::movie;
  if (text_field(ui, "output-name",
                 movie ? "File name" : "Folder name (image-0000.png \xE2\x80\xA6 go into it)",
                 sheet.target.name, "", width)) {
    sheet.name_edited = true;
    const std::string ending = std::filesystem::path(sheet.target.name).extension().string();
    for (const char* container : kContainers)
      if (movie && ending == std::string(".") + container) settings.container = container;
  }
  ImGui::Dummy({0, ui.px(2)});
  const float third = (width - 2 * gap) / 3;
  text_field(ui, "fps", "Frames per second", settings.fps, "as recorded", third);
  ImGui::SameLine(0, gap);
  text_field(ui, "range-first", "First frame", sheet.target.first, "0", third);
  ImGui::SameLine(0, gap);
  const std::string last = std::to_string(sheet.target.frames == 0 ? 0 : sheet.target.frames - 1);
  text_field(ui, "range-last", "Last frame", sheet.target.last, last.c_str(), third);
  ImGui::Dummy({0, ui.px(2)});

  if (movie)
    draw_movie_fields(ui, studio, width);
  else
    tick(ui, "alpha", "Keep alpha", "transparent where the scene is", settings.alpha);

  if (!sheet.problem.empty()) {
    ImGui::Dummy({0, ui.px(2)});
    const ImVec2 low = ImGui::GetCursorScreenPos();
    draw_icon(*ImGui::GetWindowDrawList(), Icon::alert, {low.x + ui.px(8), low.y + ui.px(8)}, ui.px(15),
              colour::accent);
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(26));
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width - ui.px(26));
    text(ui.theme.small, colour::accent_hover, sheet.problem);
    ImGui::PopTextWrapPos();
  }
  ImGui::Dummy({0, ui.px(6)});
  draw_buttons(ui, studio.continue_offered(), width);
}

}  // namespace

void draw_export_sheet(Ui& ui, Studio& studio) {
  ExportSheet* sheet = studio.sheet();
  const char* shown = !sheet ? "closed" : studio.settings().kind == ExportKind::movie ? "movie" : "images";
  ui.trace.state("sheet", shown);
  if (!begin_card(ui, "Export", sheet != nullptr)) return;
  draw_fields(ui, studio, *sheet);
  end_card();
}

}  // namespace framespool
