// Interposes malloc and its kin in the program it is linked into and asks of each call who wanted the memory:
// the first frame up the stack that is neither the C or C++ run-time library nor libfmt. The program itself
// (our code, and what is linked into it) is "ours"; so is every library that is not on the list of theirs:
// libav*, libx264, the OpenGL driver, the window system.
//
// Not for sanitizer builds, which interpose malloc themselves.
#pragma once

#include <cstddef>
#include <string>

namespace framespool::test {

struct Mallocs {
  long calls = 0;  // malloc, calloc, realloc, aligned_alloc, posix_memalign, memalign; and so operator new
  long live_blocks = 0;  // of those, not freed
  long live_bytes = 0;   // of the heap that they take
};
// Since watch_mallocs(true). Any thread.
[[nodiscard]] Mallocs our_mallocs();
[[nodiscard]] Mallocs their_mallocs();

// Off at the start: looking up the stack costs microseconds a call. Blocks made while it is off are nobody's.
void watch_mallocs(bool on);

// Where our last (up to 16) calls came from, as OBJECT+OFFSET lines for addr2line: for the message of a
// failed test. Ends watching.
[[nodiscard]] std::string our_last_callers();
// Who asked for what was made while watching and is not freed: the `most` callers with the most bytes. Ends
// watching.
[[nodiscard]] std::string live_blocks_by_caller(bool of_ours, std::size_t most = 10);

}  // namespace framespool::test
