// What is known about the terminal behind a descriptor.
#pragma once

namespace framespool {

// A terminal that can repaint a line (TERM=dumb cannot).
[[nodiscard]] bool can_repaint(int fd);
// Its width now; 80 where it does not say.
[[nodiscard]] int terminal_columns(int fd);
// By LC_ALL, LC_CTYPE, LANG, in this order.
[[nodiscard]] bool locale_is_utf8();
// False where NO_COLOR is set.
[[nodiscard]] bool colour_is_wanted();

}  // namespace framespool
