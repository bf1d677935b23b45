#include <fmt/format.h>

#include <filesystem>

#include "app/model/text.h"
#include "app/scene/scene.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

std::string scene_title(const std::string& scene) {
  for (const SceneDescription& bundled : bundled_scenes())
    if (bundled.name == scene) return bundled.title;
  return std::filesystem::path(scene).filename().string();
}

void draw_scene_list(Ui& ui, const std::string& playing) {
  for (const SceneDescription& scene : bundled_scenes()) {
    const ImVec2 low = ImGui::GetCursorScreenPos();
    const float height = ui.px(46);
    ImGui::PushID(scene.name.c_str());
    if (ImGui::Selectable("##scene", scene.name == playing, 0, {ui.px(330), height}))
      ui.commands.push_back(command::ChooseScene{scene.name});
    ImGui::PopID();
    const ImVec2 high = ImGui::GetItemRectMax();
    ui.trace.widget(fmt::format("scene:{}", scene.name), low.x, low.y, high.x, high.y);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    text_at(list, ui.theme.strong, {low.x + ui.px(10), low.y + ui.px(5)}, colour::text, scene.title);
    text_at(list, ui.theme.small, {low.x + ui.px(10), low.y + ui.px(25)}, colour::muted,
            fitted(ui.theme.small, scene.summary, ui.px(310)));
  }
  ImGui::Dummy({0, ui.px(2)});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(*ImGui::GetWindowDrawList(), ui.theme.small, {at.x + ui.px(10), at.y}, colour::faint,
          "Drop a .frag file on the window to play your own.");
  ImGui::Dummy({0, ui.px(20)});
}

}  // namespace

void draw_top_bar(Ui& ui, const Studio& studio, const std::string& scene, const Picture& picture,
                  const Box& box) {
  begin_panel("##top", {box.x, box.y}, {box.width, box.height}, colour::background, {ui.px(length::pad), 0});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float middle = box.y + box.height / 2;
  draw_icon(list, Icon::spool, {box.x + ui.px(28), middle}, ui.px(24), colour::accent);
  const ImVec2 name = text_size(ui.theme.strong, "Framespool");
  text_at(list, ui.theme.strong, {box.x + ui.px(48), middle - name.y / 2}, colour::text, "Framespool");

  const float field = ui.px(230);
  ImGui::SetCursorScreenPos({box.x + ui.px(64) + name.x, middle - ui.px(length::control) / 2});
  const ImVec2 low = ImGui::GetCursorScreenPos();
  const ImVec2 high{low.x + field, low.y};
  ImGui::SetNextWindowSizeConstraints({ui.px(346), 0}, {ui.px(346), ui.px(560)});
  if (begin_choice(ui, "scene", scene_title(scene), field)) {
    draw_scene_list(ui, scene);
    end_choice();
  }
  ui.trace.state("scene", scene);
  ImGui::SetCursorScreenPos({high.x + ui.px(length::gap), low.y});
  const bool can_record = !studio.program() && !studio.recording().active() && studio.quit_state() == QuitState::no;
  const Button record{.name = "record-program",
                      .label = "Record a program\xE2\x80\xA6",
                      .enabled = can_record,
                      .height = ImGui::GetFrameHeight(),
                      .tip = "Start an OpenGL program and record what it shows (Ctrl+R)"};
  const float after = high.x + ui.px(length::gap) + button_width(ui, record);
  if (button(ui, record)) ui.commands.push_back(command::OpenProgramSheet{});

  const ProgramView* program = studio.program();
  const std::string size =
      !program               ? fmt::format("{} \xC3\x97 {}  \xC2\xB7  60 fps", picture.width, picture.height)
      : program->width == 0 ? ""
                            : fmt::format("{} \xC3\x97 {}", program->width, program->height);
  const ImVec2 words = text_size(ui.theme.body, size.c_str());
  text_at(list, ui.theme.body, {after + ui.px(16), middle - words.y / 2}, colour::muted, size);

  const std::string folder =
      fitted(ui.theme.small, "Exports go to " + studio.exports_directory().string(), box.width * 0.3f);
  const ImVec2 where = text_size(ui.theme.small, folder.c_str());
  const float from = box.right() - ui.px(length::pad) - where.x;
  if (from > after + words.x + ui.px(40))
    text_at(list, ui.theme.small, {from, middle - where.y / 2}, colour::faint, folder);
  end_panel();
}

}  // namespace framespool
