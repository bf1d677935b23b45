// What makes ten million runs an hour's work; linked into the fuzzers alone. Reads of the take are copied from the
// image in memory without a system call as long as nobody but the image wrote to it, and blocks of memory are used
// again: poisoned while they lie free, so that AddressSanitizer sees them used wrongly.
#include <sanitizer/asan_interface.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <vector>

#include "cache/ledger.h"
#include "tests/fuzz/compact_take.h"

namespace {

class RecyclingManager final : public framespool::MemoryManager {
 public:
  void* allocate(std::size_t bytes, std::size_t alignment) override {
    auto& free = free_[bytes];
    if (free.empty()) return ::operator new(bytes, std::align_val_t(alignment), std::nothrow);
    void* block = free.back();
    free.pop_back();
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    return block;
  }
  void release(void* block, std::size_t bytes, std::size_t alignment) noexcept override {
    auto& free = free_[bytes];
    if (free.size() >= kMostFree) return ::operator delete(block, std::align_val_t(alignment));
    ASAN_POISON_MEMORY_REGION(block, bytes);
    free.push_back(block);
  }
  const char* name() const override { return "recycling"; }

 private:
  static constexpr std::size_t kMostFree = 4;
  std::map<std::size_t, std::vector<void*>> free_;
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***);
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  static RecyclingManager& manager = *new RecyclingManager;
  framespool::Ledger::instance().set_manager(manager);
  return 0;
}

extern "C" ssize_t pread64(int file, void* into, std::size_t count, off64_t offset) {
  const auto& image = framespool::fuzz::readable_image;
  const auto from = static_cast<std::uint64_t>(offset);
  if (image.bytes == nullptr) return syscall(SYS_pread64, file, into, count, offset);
  if (from >= image.length) return 0;
  const std::size_t bytes = std::min<std::uint64_t>(count, image.length - from);
  std::memcpy(into, image.bytes + from, bytes);
  return static_cast<ssize_t>(bytes);
}
