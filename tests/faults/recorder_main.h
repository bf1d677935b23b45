// What the recorders under test have in common: `RECORDER TAKE`, one line of message and the program's exit statuses.
#pragma once

#include <cstdio>
#include <new>

#include "cache/error.h"

namespace framespool {

// 0: recorded, 1: it failed and said why, 2: not called with one take.
inline int run_recorder(int count, char** arguments, Result<void> (*record)(const char* take)) {
  if (count != 2) return 2;
  try {
    if (const auto done = record(arguments[1]); !done) {
      std::fprintf(stderr, "framespool: %s\n", done.error().line().c_str());
      return 1;
    }
  } catch (const std::bad_alloc&) {
    std::fputs("framespool: memory: there is none left\n", stderr);
    return 1;
  }
  return 0;
}

}  // namespace framespool
