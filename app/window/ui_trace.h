// What was drawn, as lines in the file named by FRAMESPOOL_UI_TRACE: for tests that press the real buttons
// and for looking into a slow repaint. Only what reached the draw list is written; nothing is ever invented.
//
//   repaint MS               a repaint was shown, MS since the trace began
//   widget NAME X0 Y0 X1 Y1  it is drawn there, in the window's pixels (written when it appears or moves)
//   gone NAME                it is no longer drawn
//   state KEY VALUE          a state that the panels show (written when it changes)
//   progress ID FRACTION     the bar of export ID was drawn with this filling (written when it changes)
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace framespool {

class UiTrace {
 public:
  UiTrace();  // looks at the environment; without the variable every call returns at once

  void widget(std::string_view name, float x0, float y0, float x1, float y1);
  void state(std::string_view key, std::string_view value);
  void progress(std::uint64_t id, double fraction);
  void repainted();  // after the swap

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Seen {
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    std::uint64_t repaint = 0;
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t began_ns_ = 0;
  std::uint64_t repaint_ = 0;
  std::map<std::string, Seen, std::less<>> widgets_;
  std::map<std::string, std::string, std::less<>> states_;
  std::map<std::uint64_t, double> progress_;
};

}  // namespace framespool
