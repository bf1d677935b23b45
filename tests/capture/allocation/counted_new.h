// Counts every operator new of the program it is linked into.
#pragma once

#include <atomic>

namespace framespool::test {

extern std::atomic<long> allocations;

}  // namespace framespool::test
