// What every panel draws with: the theme, where its commands go, and the trace.
#pragma once

#include <cstdint>

#include "app/model/commands.h"
#include "app/window/theme.h"
#include "app/window/ui_trace.h"

namespace framespool {

struct Ui {
  const Theme& theme;
  Commands& commands;
  UiTrace& trace;
  std::int64_t now_ns = 0;
  [[nodiscard]] float px(float units) const { return theme.px(units); }
};

}  // namespace framespool
