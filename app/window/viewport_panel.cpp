#include <epoxy/gl.h>

#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {
// A scene may leave anything in alpha; a PNG without alpha and this picture both show its colours.
void opaque(const ImDrawList*, const ImDrawCmd*) {
  glDisable(GL_BLEND);
}
}  // namespace

Box draw_viewport(Ui& ui, const Studio& studio, const Picture& picture, const Box& box) {
  begin_panel("##viewport", {box.x, box.y}, {box.width, box.height}, colour::rgb(0x08090C), {0, 0});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Box shown = letterbox(box, picture.width, picture.height);
  if (picture.texture != 0) {
    const ImVec2 low{shown.x, shown.y}, high{shown.right(), shown.bottom()};
    list.AddCallback(opaque, nullptr);
    // Nor are the corners smoothed by blending: without it their fringe would shine.
    const ImDrawListFlags flags = list.Flags;
    list.Flags &= ~ImDrawListFlags_AntiAliasedFill;
    // OpenGL's rows begin at the bottom: the texture is turned, the frame is not.
    list.AddImageRounded(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(picture.texture)), low,
                         high, {0, 1}, {1, 0}, IM_COL32_WHITE, ui.px(length::rounding));
    list.Flags = flags;
    list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
  }
  const RecordingState state = studio.recording().state();
  if (state == RecordingState::recording || state == RecordingState::paused) {
    const bool live = state == RecordingState::recording;
    const char* words = live ? "Recording" : "Paused";
    const ImVec2 size = text_size(ui.theme.strong, words);
    const ImVec2 low{box.x + ui.px(14), box.y + ui.px(14)};
    const ImVec2 high{low.x + size.x + ui.px(44), low.y + ui.px(30)};
    list.AddRectFilled(low, high, colour::rgb(0x0E1014, 215), ui.px(15));
    draw_icon(list, live ? Icon::record : Icon::pause, {low.x + ui.px(18), (low.y + high.y) / 2}, ui.px(11),
              colour::accent);
    text_at(list, ui.theme.strong, {low.x + ui.px(31), (low.y + high.y - size.y) / 2}, colour::text, words);
  }
  ui.trace.widget("viewport", shown.x, shown.y, shown.right(), shown.bottom());
  end_panel();
  return shown;
}

}  // namespace framespool
