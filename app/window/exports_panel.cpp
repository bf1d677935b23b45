#include <fmt/format.h>

#include "app/model/text.h"
#include "app/window/panels.h"
#include "app/window/widgets.h"

namespace framespool {

namespace {

std::string running_line(const ExportProgress& progress) {
  if (progress.state == ExportState::cancelling) return "Cancelling\xE2\x80\xA6";
  if (progress.pictures_total == 0) return "Opening the take\xE2\x80\xA6";
  std::string line =
      fmt::format("{} / {} frames", count_text(progress.pictures_done), count_text(progress.pictures_total));
  if (progress.pictures_per_s > 0)
    line += fmt::format("  \xC2\xB7  {:.0f} frames/s", progress.pictures_per_s);
  if (progress.remaining_s >= 0)
    line += fmt::format("  \xC2\xB7  {} left", duration_text(progress.remaining_s));
  return line;
}

std::string ended_line(const ExportEntry& entry) {
  switch (entry.progress.state) {
    case ExportState::waiting:
      return "Waiting for the export before it";
    case ExportState::cancelled:
      return entry.kind == ExportKind::images ? "Cancelled; finished images are kept"
                                              : "Cancelled; nothing was left behind";
    case ExportState::done:
      return fmt::format("{} {}  \xC2\xB7  {}  \xC2\xB7  {}", count_text(entry.pictures),
                         entry.kind == ExportKind::images ? "images" : "frames", bytes_text(entry.bytes),
                         duration_text(entry.progress.elapsed_s));
    default:
      return "";
  }
}

void wrapped(Ui& ui, ImU32 ink, const std::string& words) {
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x);
  text(ui.theme.small, ink, words);
  ImGui::PopTextWrapPos();
}

void draw_entry(Ui& ui, const ExportEntry& entry, float memory_mb) {
  const ExportState state = entry.progress.state;
  const bool running = state == ExportState::running || state == ExportState::cancelling;
  const ImVec2 low = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, close = ui.px(26);
  ImDrawList& list = *ImGui::GetWindowDrawList();

  const std::string percent = running ? percent_text(entry.progress.fraction) : "";
  const float percent_width = running ? text_size(ui.theme.strong, percent.c_str()).x + ui.px(8) : 0;
  const Icon icon = state == ExportState::done         ? Icon::check
                    : state == ExportState::failed     ? Icon::alert
                    : entry.kind == ExportKind::images ? Icon::images
                                                       : Icon::movie;
  const bool loud = running || state == ExportState::failed || state == ExportState::done;
  draw_icon(list, icon, {low.x + ui.px(9), low.y + ui.px(13)}, ui.px(15),
            loud ? colour::accent : colour::faint);
  const std::string name = entry.output.filename().string();
  text_at(list, ui.theme.strong, {low.x + ui.px(26), low.y + ui.px(4)}, colour::text,
          fitted(ui.theme.strong, name, width - close - percent_width - ui.px(30)));
  if (running)
    text_at(list, ui.theme.strong, {low.x + width - close - percent_width, low.y + ui.px(4)}, colour::text,
            percent);

  ImGui::SetCursorScreenPos({low.x + width - close, low.y});
  const std::string cancel = fmt::format("cancel:{}", entry.id),
                    dismiss = fmt::format("dismiss:{}", entry.id);
  if (!entry.ended()) {
    if (button(ui, {.name = cancel.c_str(),
                    .icon = Icon::close,
                    .look = Look::quiet,
                    .enabled = state != ExportState::cancelling,
                    .width = close,
                    .height = close,
                    .tip = running ? "Cancel (Esc)" : "Cancel"}))
      ui.commands.push_back(command::CancelExport{entry.id});
  } else if (button(ui, {.name = dismiss.c_str(),
                         .icon = Icon::close,
                         .look = Look::quiet,
                         .width = close,
                         .height = close,
                         .tip = "Take off the list"})) {
    ui.commands.push_back(command::DismissExport{entry.id});
  }

  ImGui::SetCursorScreenPos({low.x, low.y + ui.px(30)});
  if (running) {
    progress_bar(ui, entry.id, entry.progress.fraction, ui.px(8), true);
    ImGui::Dummy({0, ui.px(1)});
    const ImVec2 line = ImGui::GetCursorScreenPos();
    text(ui.theme.small, colour::muted, running_line(entry.progress));
    const std::string memory = fmt::format("{:.0f} MB", memory_mb);
    const float memory_width = text_size(ui.theme.small, memory.c_str()).x;
    text_at(list, ui.theme.small, {line.x + width - memory_width, line.y}, colour::muted, memory);
  } else if (state == ExportState::done) {
    progress_bar(ui, entry.id, entry.progress.fraction, ui.px(8), true);
    ImGui::Dummy({0, ui.px(1)});
    text(ui.theme.small, colour::muted, ended_line(entry));
    text(ui.theme.small, colour::faint, fitted(ui.theme.small, entry.output.string(), width));
    for (const std::string& note : entry.notes) wrapped(ui, colour::muted, note);
  } else if (state == ExportState::failed) {
    wrapped(ui, colour::text, entry.error.what + ": " + entry.error.why);
    if (!entry.error.remedy.empty()) wrapped(ui, colour::muted, entry.error.remedy);
  } else {
    text(ui.theme.small, colour::muted, ended_line(entry));
  }
  ui.trace.state(fmt::format("export:{}", entry.id), to_string(state));
  ImGui::Dummy({0, ui.px(10)});
}

}  // namespace

void draw_exports(Ui& ui, const Studio& studio, std::uint64_t resident_bytes,
                  const MemoryHistory& memory_history, const Box& box) {
  begin_panel("##exports", {box.x, box.y}, {box.width, box.height}, colour::panel,
              {ui.px(length::pad), ui.px(14)});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 head = ImGui::GetCursorScreenPos();
  text_at(list, ui.theme.strong, head, colour::text, "Exports");
  const std::string memory = "Memory " + bytes_text(resident_bytes);
  const float memory_width = text_size(ui.theme.small, memory.c_str()).x;
  text_at(list, ui.theme.small, {box.right() - ui.px(length::pad) - memory_width, head.y + ui.px(2)},
          colour::muted, memory);

  ImGui::SetCursorScreenPos({head.x, head.y + ui.px(30)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui.px(8), ui.px(3)});
  // A panel that is too low for both shows the exports.
  const float plot = box.height >= ui.px(260) ? ui.px(124) : 0;
  ImGui::BeginChild("##list", {0, box.bottom() - ui.px(8) - head.y - ui.px(30) - plot});
  if (studio.exports().empty()) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), space = ImGui::GetContentRegionAvail();
    const char* words = "Nothing is being exported.";
    const ImVec2 size = text_size(ui.theme.small, words);
    text_at(*ImGui::GetWindowDrawList(), ui.theme.small,
            {at.x + (space.x - size.x) / 2, at.y + (space.y - size.y) / 2 - ui.px(8)}, colour::faint, words);
  }
  // The newest on top: what was just asked for is in sight.
  for (auto entry = studio.exports().rbegin(); entry != studio.exports().rend(); ++entry) {
    ImGui::PushID(static_cast<int>(entry->id));
    draw_entry(ui, *entry, static_cast<float>(resident_bytes) * 1e-6f);
    ImGui::PopID();
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  if (plot > 0)
    draw_memory_plot(ui, memory_history,
                     {head.x, box.bottom() - plot, box.width - 2 * ui.px(length::pad), plot - ui.px(14)});
  end_panel();
}

}  // namespace framespool
