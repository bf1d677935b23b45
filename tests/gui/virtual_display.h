// An X server without a screen, on a display number of its own.
#pragma once

#include <memory>
#include <string>

#include "tests/gui/process.h"

namespace framespool::testing_gui {

class VirtualDisplay {
 public:
  VirtualDisplay(int width, int height);
  ~VirtualDisplay();
  VirtualDisplay(const VirtualDisplay&) = delete;
  VirtualDisplay& operator=(const VirtualDisplay&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }  // ":7"; empty: it did not start

  [[nodiscard]] std::string said() const;  // the last server's own words, for when it did not start

  // One xdotool call: {"key", "F9"}.
  void xdotool(const std::vector<std::string>& arguments) const;
  void screenshot(const std::string& file, int width, int height) const;  // the upper left part of the screen
  // What a window manager sends when the person presses the close button.
  void press_close_button() const;

 private:
  // `number`: ":12", or empty for the server's own choice.
  void start(const std::string& number, int width, int height);
  std::string name_, log_;
  std::unique_ptr<Process> server_;
};

}  // namespace framespool::testing_gui
