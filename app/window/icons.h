// The program's symbols, drawn with lines and fills, sharp at every scale.
#pragma once

#include <imgui.h>

namespace framespool {

enum class Icon {
  none,
  record,
  stop,
  pause,
  resume,
  close,
  remove,
  images,
  movie,
  check,
  alert,
  caret,
  spool
};

// Centred at `centre`, inside a square of `size`.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour);

}  // namespace framespool
