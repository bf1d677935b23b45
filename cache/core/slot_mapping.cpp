#include "cache/core/slot_mapping.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>

namespace framespool {
namespace {

#ifdef MADV_COLLAPSE
constexpr int kCollapse = MADV_COLLAPSE;
#else
constexpr int kCollapse = 25;  // since Linux 6.1; older kernels answer EINVAL
#endif

}  // namespace

void* map_at_large_page(std::size_t bytes, int protection) {
  // Room for it wherever in it the multiple lies; what is over goes back.
  const std::size_t room = bytes + kLargePageBytes;
  void* reserved = ::mmap(nullptr, room, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return nullptr;
  auto* begin = static_cast<std::byte*>(reserved);
  const std::size_t before = (kLargePageBytes - reinterpret_cast<std::uintptr_t>(begin) % kLargePageBytes) % kLargePageBytes;
  if (before > 0) ::munmap(begin, before);
  // The kernel unmaps whole pages: the last one of an uneven size is the mapping's.
  constexpr std::size_t kPage = 4096;
  const std::size_t used = before + (bytes + kPage - 1) / kPage * kPage;
  if (room > used) ::munmap(begin + used, room - used);
  return begin + before;
}

void* map_slots(int descriptor, std::size_t bytes) {
  void* reserved = map_at_large_page(bytes, PROT_NONE);
  if (reserved == nullptr) return nullptr;
  const int without_file = descriptor < 0 ? MAP_ANONYMOUS : 0;
  void* mapped =
      ::mmap(reserved, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | without_file, descriptor, 0);
  if (mapped != MAP_FAILED) return mapped;
  const int why = errno;
  ::munmap(reserved, bytes);
  errno = why;
  return nullptr;
}

void use_large_pages(void* mapping, std::size_t mapping_bytes, std::size_t bytes) {
  const std::size_t wanted = (bytes + kLargePageBytes - 1) / kLargePageBytes * kLargePageBytes;
  const std::size_t most = mapping_bytes / kLargePageBytes * kLargePageBytes;
  const std::size_t large = wanted < most ? wanted : most;
  // The kernel gathers pages that are there: one of each large one suffices.
  auto* begin = static_cast<volatile unsigned char*>(mapping);
  for (std::size_t at = 0; at < large; at += kLargePageBytes) begin[at] = begin[at];
  if (large > 0) static_cast<void>(::madvise(mapping, large, kCollapse));
}

}  // namespace framespool
