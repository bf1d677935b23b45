// A key pressed while a window of certain processes has the keyboard, on an X server (Xwayland included;
// Wayland has nothing like it). The key is only listened to: raw key events of the root window, over a
// connection of our own. Nothing is grabbed, no event of the program is taken away or looked at, and nothing
// runs inside it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "cache/error.h"

namespace framespool {

struct Hotkey {
  std::uint32_t keysym = 0;     // 0: none
  std::uint16_t modifiers = 0;  // X's mask of Shift, Control, Mod1 (Alt), Mod4 (Super)
};
// "F9", "Ctrl+F10", "Alt+Shift+r", "Pause", "none". Error: usage.
[[nodiscard]] Result<Hotkey> parse_hotkey(std::string_view text);

class HotkeyWatcher {
 public:
  // nullptr where there is no X server to be reached, or no hotkey: then there is nothing to watch. `display`
  // as in DISPLAY; empty: that one. Both functions are called on a thread of the watcher.
  [[nodiscard]] static std::unique_ptr<HotkeyWatcher> start(const std::string& display, Hotkey key,
                                                            std::function<bool(int pid)> is_ours,
                                                            std::function<void()> on_press);
  ~HotkeyWatcher();
  HotkeyWatcher(const HotkeyWatcher&) = delete;
  HotkeyWatcher& operator=(const HotkeyWatcher&) = delete;

 private:
  struct Impl;
  explicit HotkeyWatcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
