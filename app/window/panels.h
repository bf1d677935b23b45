// The parts of the window. Each draws its piece of the studio and puts what the person asked for into
// ui.commands; none changes the studio, apart from the fields of the export sheet.
#pragma once

#include <cstdint>

#include "app/model/memory_history.h"
#include "app/model/studio.h"
#include "app/window/layout.h"
#include "app/window/ui.h"

namespace framespool {

struct Picture {
  std::uint32_t texture = 0;  // OpenGL's name, rows bottom-up
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

void draw_top_bar(Ui& ui, const Studio& studio, const std::string& scene, const Picture& picture,
                  const Box& box);
// Where the picture is shown; the mouse over it goes to the scene.
Box draw_viewport(Ui& ui, const Studio& studio, const Picture& picture, const Box& box);
// In the viewport's place, while a program is recorded. Its words and its button stand in the upper `free_height` of the box.
void draw_program(Ui& ui, const Studio& studio, const Box& box, float free_height);
void draw_program_sheet(Ui& ui, Studio& studio);
void draw_recording_bar(Ui& ui, const Studio& studio, const Box& box);
void draw_takes(Ui& ui, const Studio& studio, const Box& box);
void draw_exports(Ui& ui, const Studio& studio, std::uint64_t resident_bytes, const MemoryHistory& memory,
                  const Box& box);
// Within the panel that is being drawn.
void draw_memory_plot(Ui& ui, const MemoryHistory& history, const Box& box);
// From the viewport's bottom up; gives the y where the highest begins, the bottom when there are none.
float draw_messages(Ui& ui, const Studio& studio, const Box& viewport);
void draw_export_sheet(Ui& ui, Studio& studio);
void draw_questions(Ui& ui, const Studio& studio);

}  // namespace framespool
