#include "cache/error.h"

#include <cctype>
#include <cstring>

namespace framespool {

std::string Error::line() const {
  std::string text = what;
  if (!why.empty()) text += (text.empty() ? "" : ": ") + why;
  if (!remedy.empty()) text += "; " + remedy;
  return text;
}

Error system_error(std::string_view what, int error_number, ErrorKind otherwise) {
  // Not "File too large": nobody knows that there is a limit who did not set it.
  std::string why = error_number == EFBIG ? "the limit on file sizes is reached (ulimit -f, or the file system's own)"
                                          : std::strerror(error_number);
  // The system's sentences begin with a capital; ours continue a line.
  if (why.size() > 1 && std::islower(static_cast<unsigned char>(why[1])))
    why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return Error{full ? ErrorKind::no_space : otherwise, std::string(what), std::move(why), {}};
}

Error out_of_memory() noexcept {
  Error error;  // so short that no string allocates
  error.what = "out of memory";
  return error;
}

}  // namespace framespool
