// Errors as values: one sentence a user understands, and what to do about it.
// Only app/ prints them, only main() turns them into an exit status.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace framespool {

enum class ErrorKind {
  usage,      // what was asked makes no sense: arguments, not a take, no such scene (exit status 2)
  failed,     // it failed while running: I/O, encoder (1)
  no_space,   // a full disk, quota, file size limit or the reserve (1); what was written before is whole
  damaged,    // a checksum or structure in a take is wrong (1)
  cancelled,  // the user asked to stop
};

// Printed as `framespool: WHAT: WHY; REMEDY`. `what` names the thing (usually a path), `why` the reason.
struct Error {
  ErrorKind kind = ErrorKind::failed;
  std::string what;
  std::string why;
  std::string remedy;  // empty where there is nothing to advise

  // "WHAT: WHY" or "WHAT: WHY; REMEDY", one line, no full stop.
  [[nodiscard]] std::string line() const;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string what, std::string why,
                                                std::string remedy = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(what), std::move(why), std::move(remedy)});
}

// An error for a failed system call. ENOSPC, EDQUOT and EFBIG become no_space; everything else becomes
// `otherwise`. `why` is the system's text for `error_number`, in lower case.
[[nodiscard]] Error system_error(std::string_view what, int error_number,
                                 ErrorKind otherwise = ErrorKind::failed);

// Memory ran out where no call could say so. Needs none itself.
[[nodiscard]] Error out_of_memory() noexcept;

}  // namespace framespool
