#include <fmt/format.h>

#include <optional>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

bool round_button(Ui& ui, const char* name, ImVec2 centre, float radius, Icon icon, float icon_size,
                  bool filled, bool enabled, const char* tip) {
  ImGui::SetCursorScreenPos({centre.x - radius, centre.y - radius});
  const bool pressed = ImGui::InvisibleButton(name, {2 * radius, 2 * radius}) && enabled;
  const bool hovered = ImGui::IsItemHovered() && enabled;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImU32 fill = !enabled ? colour::raised
                     : filled ? (hovered ? colour::accent_hover : colour::accent)
                              : (hovered ? colour::raised_active : colour::raised_hover);
  list.AddCircleFilled(centre, radius, fill, 48);
  draw_icon(list, icon, centre, icon_size,
            enabled ? (filled ? colour::on_accent : colour::text) : colour::faint);
  if (enabled)
    ui.trace.widget(name, centre.x - radius, centre.y - radius, centre.x + radius, centre.y + radius);
  if (hovered) ImGui::SetTooltip("%s", tip);
  return pressed;
}

void figure(Ui& ui, float x, float middle, const char* label, const std::string& value, bool loud) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  text_at(list, ui.theme.strong, {x, middle - ui.px(18)}, loud ? colour::accent : colour::text, value);
  text_at(list, ui.theme.small, {x, middle + ui.px(3)}, colour::muted, label);
}

// The bar is the scene's recording or the program's, whichever there is.
struct Shown {
  RecordingState state = RecordingState::idle;
  RecordingFigures figures;
  const char* words = "";
  double rate = 0;
  std::optional<double> seconds_left;
  bool can_toggle = true;
};

Shown shown_program(const ProgramView& program) {
  Shown shown;
  shown.figures = program.figures;
  shown.rate = program.figures.bytes_per_second;
  if (shown.rate > 0) shown.seconds_left = static_cast<double>(program.figures.free_bytes) / shown.rate;
  switch (program.state) {
    case ProgramState::starting:
    case ProgramState::waiting:
      shown.state = RecordingState::recording;
      shown.words = "Waiting\xE2\x80\xA6";
      break;
    case ProgramState::recording:
      shown.state = RecordingState::recording;
      shown.words = "Recording";
      break;
    case ProgramState::paused:
      shown.state = RecordingState::paused;
      shown.words = "Paused";
      break;
    case ProgramState::stopped:
      shown.words = "Not recording";
      break;
    case ProgramState::ending:
    case ProgramState::over:
      shown.state = RecordingState::stopping;
      shown.words = "Ending\xE2\x80\xA6";
      break;
  }
  shown.can_toggle = program.state != ProgramState::starting;
  return shown;
}

Shown shown_scene(const Recording& recording) {
  Shown shown;
  shown.state = recording.state();
  shown.figures = recording.figures();
  shown.seconds_left = recording.disk_seconds_left();
  switch (shown.state) {
    case RecordingState::idle:
      shown.words = "Ready";
      break;
    case RecordingState::recording:
      shown.words = "Recording";
      break;
    case RecordingState::paused:
      shown.words = "Paused";
      break;
    case RecordingState::stopping:
      shown.words = "Saving the take\xE2\x80\xA6";
      break;
  }
  shown.rate = shown.state == RecordingState::idle ? recording.expected_rate() : shown.figures.bytes_per_second;
  return shown;
}

}  // namespace

void draw_recording_bar(Ui& ui, const Studio& studio, const Box& box) {
  begin_panel("##recording", {box.x, box.y}, {box.width, box.height}, colour::panel, {0, 0});
  const ProgramView* program = studio.program();
  const Shown shown = program ? shown_program(*program) : shown_scene(studio.recording());
  const RecordingFigures& figures = shown.figures;
  const RecordingState state = shown.state;
  const bool idle = state == RecordingState::idle, paused = state == RecordingState::paused;
  const bool stopping = state == RecordingState::stopping;
  const float middle = box.y + box.height / 2;

  if (round_button(ui, "record", {box.x + ui.px(46), middle}, ui.px(26), idle ? Icon::record : Icon::stop,
                   ui.px(idle ? 20 : 18), true,
                   !stopping && shown.can_toggle && studio.quit_state() == QuitState::no,
                   idle ? "Record (F9)" : "Stop (F9)"))
    ui.commands.push_back(command::ToggleRecording{});
  if (round_button(ui, "pause", {box.x + ui.px(104), middle}, ui.px(20), paused ? Icon::resume : Icon::pause,
                   ui.px(14), false, state == RecordingState::recording || paused,
                   paused ? "Go on (F8)" : "Pause (F8)"))
    ui.commands.push_back(command::TogglePause{});

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float clock_x = box.x + ui.px(142);
  const std::string clock = clock_text(figures.elapsed_ns);
  const ImVec2 clock_size = text_size(ui.theme.digits, clock.c_str());
  text_at(list, ui.theme.digits, {clock_x, middle - clock_size.y / 2 - ui.px(8)},
          idle ? colour::faint : colour::text, clock);
  text_at(list, ui.theme.small, {clock_x, middle + ui.px(14)}, idle ? colour::muted : colour::accent, shown.words);

  const auto& left = shown.seconds_left;
  const float first = box.x + ui.px(278);
  const float step = (box.right() - ui.px(20) - first) / 4;
  figure(ui, first, middle, "Frames", count_text(figures.frames), false);
  figure(ui, first + step, middle, "Dropped", count_text(figures.dropped), figures.dropped > 0);
  figure(ui, first + 2 * step, middle, idle && !program ? "MB/s needed" : "MB/s", fmt::format("{:.0f}", shown.rate / 1e6),
         false);
  figure(ui, first + 3 * step, middle, "Disk time left", left ? duration_text(*left) : "\xE2\x80\x94",
         left && *left < 60);
  ui.trace.state("recording", to_string(state));
  ui.trace.state("frames", count_text(figures.frames));
  ui.trace.state("dropped", count_text(figures.dropped));
  ui.trace.widget("recording-bar", box.x, box.y, box.right(), box.bottom());
  end_panel();
}

}  // namespace framespool
