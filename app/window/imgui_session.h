// ImGui's context and back ends, for as long as this lives.
#pragma once

#include "app/window/theme.h"

struct GLFWwindow;

namespace framespool {

class ImGuiSession {
 public:
  // The window's context is current. Chains the window's own callbacks.
  explicit ImGuiSession(GLFWwindow* window);
  ~ImGuiSession();
  ImGuiSession(const ImGuiSession&) = delete;
  ImGuiSession& operator=(const ImGuiSession&) = delete;

  void set_scale(float scale, float pixel_ratio);  // builds fonts and style where it changed
  [[nodiscard]] const Theme& theme() const { return theme_; }
  void begin_frame();
  void end_frame(int pixel_width, int pixel_height);  // draws into the window's back buffer

 private:
  Theme theme_;
  float scale_ = 0, pixel_ratio_ = 0;
};

}  // namespace framespool
