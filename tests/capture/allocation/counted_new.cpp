// In a file of its own: inlined into its callers, the compiler takes malloc() and operator delete for a mismatch.
#include "tests/capture/allocation/counted_new.h"

#include <cstdlib>
#include <new>

namespace framespool::test {
std::atomic<long> allocations = 0;
}

void* operator new(std::size_t bytes) {
  framespool::test::allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}
