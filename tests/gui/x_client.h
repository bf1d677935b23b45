// Apart from everything else: Xlib's macros (None, Bool, ...) and GoogleTest's headers do not go together.
#pragma once

#include <string>

namespace framespool::testing_gui {

bool can_be_reached(const std::string& display_name);
// Sends WM_DELETE_WINDOW to the visible windows of a display. False where it cannot be reached.
bool send_close_request(const std::string& display_name);
// What a file manager does (XDND, version 5): drags the file over the window and drops it. Empty once the window has said
// that it took the file, else what it did not do.
std::string drop_file(const std::string& display_name, const std::string& path);

}  // namespace framespool::testing_gui
