// What the window says it has drawn (see app/window/ui_trace.h), followed while it is written.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/gui/process.h"

namespace framespool::testing_gui {

struct Rectangle {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

class UiLog {
 public:
  explicit UiLog(std::string path);  // the file is created, so that it can be watched
  ~UiLog();
  UiLog(const UiLog&) = delete;
  UiLog& operator=(const UiLog&) = delete;

  // Reads on until `condition` holds; false where it does not within `limit`.
  bool wait_until(const std::function<bool()>& condition, Seconds limit);
  void read_on();

  [[nodiscard]] std::string state(const std::string& key) const;
  [[nodiscard]] double progress(int id) const;  // the last that was drawn; -1: none
  [[nodiscard]] const std::vector<double>& progress_steps(int id) const;
  [[nodiscard]] const Rectangle* widget(const std::string& name) const;
  [[nodiscard]] int repaints() const { return repaints_; }
  [[nodiscard]] double last_repaint_ms() const { return last_repaint_ms_; }
  [[nodiscard]] double longest_gap_ms() const { return longest_gap_ms_; }
  void forget_gaps() { longest_gap_ms_ = 0; }

 private:
  void take_line(const std::string& line);
  const std::string path_;
  int watch_ = -1;
  std::size_t read_ = 0;
  std::map<std::string, std::string> states_;
  std::map<int, std::vector<double>> progress_;
  std::map<std::string, Rectangle> widgets_;
  int repaints_ = 0;
  double last_repaint_ms_ = 0, longest_gap_ms_ = 0;
};

}  // namespace framespool::testing_gui
