// Printing that never throws: fmt::print() does when a stream cannot take it all, and a recording must not die because a
// terminal went away. What could not be written leaves the stream's error flag set; main() looks at standard output's.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace framespool {

template <class... Args>
void print(std::FILE* stream, fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  std::fwrite(text.data(), 1, text.size(), stream);
}

}  // namespace framespool
