#include "tests/allocation/malloc_watch.h"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <unwind.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

// glibc's own names of what is replaced here.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace framespool::test {
namespace {

enum class Owner : std::uint8_t { unknown, ours, theirs, runtime };

// Nothing here may allocate: it runs within malloc.
class SpinLock {
 public:
  void lock() {
    while (held_.test_and_set(std::memory_order_acquire)) {
    }
  }
  void unlock() { held_.clear(std::memory_order_release); }

 private:
  std::atomic_flag held_ = ATOMIC_FLAG_INIT;
};

class Locked {
 public:
  explicit Locked(SpinLock& lock) : lock_(lock) { lock_.lock(); }
  ~Locked() { lock_.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  SpinLock& lock_;
};

// ---- which object an address belongs to

Owner owner_of_object(std::string_view path) {
  if (path.empty()) return Owner::ours;  // the program itself
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto is_one_of = [name](const auto& beginnings) {
    return std::ranges::any_of(beginnings,
                               [name](std::string_view begins) { return name.starts_with(begins); });
  };
  constexpr std::array<std::string_view, 8> runtime{"libc.so",    "libstdc++",  "libgcc_s", "ld-linux",
                                                    "libpthread", "linux-vdso", "libm.so",  "libfmt"};
  constexpr std::array<std::string_view, 27> theirs{
      "libav",      "libsw",        "libx264",  "libEGL",   "libGL",     "libgallium", "libLLVM",
      "libdrm",     "libglapi",     "libepoxy", "libglfw",  "libX",      "libxcb",     "swrast",
      "kms_swrast", "libxshmfence", "libva",    "libvdpau", "libnvidia", "libcuda",    "libgbm",
      "libwayland", "libexpat",     "libelf",   "libvpl",   "libOpenCL", "libsensors"};
  if (is_one_of(runtime)) return Owner::runtime;
  if (is_one_of(theirs) || name.ends_with("_dri.so")) return Owner::theirs;
  return Owner::ours;
}

struct Range {
  std::uintptr_t begin = 0, end = 0;
  Owner owner = Owner::unknown;
};
SpinLock ranges_lock;
std::array<Range, 2048> ranges;
std::size_t range_count = 0;

int add_ranges(dl_phdr_info* object, std::size_t, void*) {
  const Owner owner = owner_of_object(object->dlpi_name);
  for (int i = 0; i < object->dlpi_phnum && range_count < ranges.size(); ++i) {
    const auto& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = object->dlpi_addr + part.p_vaddr;
    ranges[range_count++] = {begin, begin + part.p_memsz, owner};
  }
  return 0;
}

Owner look_up(std::uintptr_t address) {
  for (std::size_t i = 0; i < range_count; ++i)
    if (address >= ranges[i].begin && address < ranges[i].end) return ranges[i].owner;
  return Owner::unknown;
}

Owner owner_of(std::uintptr_t address) {
  const Locked locked(ranges_lock);
  const Owner known = look_up(address);
  if (known != Owner::unknown) return known;
  range_count = 0;  // a library was loaded since
  dl_iterate_phdr(add_ranges, nullptr);
  return look_up(address);
}

// ---- who called

struct Walk {
  std::uintptr_t from = 0;  // the return address into the run-time library; frames below it are this file's
  bool begun = false;
  Owner owner = Owner::unknown;
  std::uintptr_t address = 0;
};

_Unwind_Reason_Code step_up(_Unwind_Context* frame, void* into) {
  Walk& walk = *static_cast<Walk*>(into);
  const std::uintptr_t address = _Unwind_GetIP(frame);
  if (!walk.begun) {
    walk.begun = address == walk.from;
    return _URC_NO_REASON;
  }
  // A return address lies behind its call, perhaps already in the next function.
  const Owner owner = owner_of(address - 1);
  if (owner == Owner::runtime) return _URC_NO_REASON;
  walk.owner = owner;
  walk.address = address;
  return _URC_END_OF_STACK;
}

Walk caller_of(std::uintptr_t return_address) {
  Walk walk{return_address, false, owner_of(return_address - 1), return_address};
  if (walk.owner != Owner::runtime) return walk;
  walk.owner = Owner::unknown;
  _Unwind_Backtrace(step_up, &walk);
  return walk;
}

// ---- the books

struct Counters {
  std::atomic<long> calls{0}, live_blocks{0}, live_bytes{0};
};
Counters ours, theirs;
std::atomic<bool> watching{false};
thread_local bool busy = false;  // the unwinder may allocate

struct Node {
  const void* block;
  std::size_t bytes;
  std::uint32_t next;
  Owner owner;
  std::uintptr_t caller;
};
constexpr std::size_t kNodes = std::size_t{1} << 19, kBuckets = std::size_t{1} << 16;
SpinLock nodes_lock;
std::array<Node, kNodes> nodes;  // 0 is nobody's
std::array<std::uint32_t, kBuckets> buckets;
std::uint32_t first_free = 0, used_nodes = 1;
std::array<std::uintptr_t, 16> last_callers;
std::size_t caller_count = 0;

std::uint32_t& bucket_of(const void* block) {
  return buckets[(reinterpret_cast<std::uintptr_t>(block) >> 4) * 0x9E3779B97F4A7C15 >> 48];
}

void note(void* block, std::uintptr_t return_address) {
  if (!block || busy || !watching.load(std::memory_order_relaxed)) return;
  busy = true;
  const int error = errno;
  const std::size_t bytes = malloc_usable_size(block) + sizeof(std::size_t);
  const Walk caller = caller_of(return_address);
  const bool is_ours = caller.owner != Owner::theirs;
  Counters& counters = is_ours ? ours : theirs;
  counters.calls.fetch_add(1, std::memory_order_relaxed);
  const Locked locked(nodes_lock);
  if (is_ours) last_callers[caller_count++ % last_callers.size()] = caller.address;
  std::uint32_t node = first_free;
  if (node != 0)
    first_free = nodes[node].next;
  else if (used_nodes < kNodes)
    node = used_nodes++;
  if (node != 0) {
    std::uint32_t& head = bucket_of(block);
    nodes[node] = {block, bytes, head, is_ours ? Owner::ours : Owner::theirs, caller.address};
    head = node;
    counters.live_blocks.fetch_add(1, std::memory_order_relaxed);
    counters.live_bytes.fetch_add(static_cast<long>(bytes), std::memory_order_relaxed);
  }
  errno = error;
  busy = false;
}

// Before the block is really freed: another thread may be given it at once.
void forget(const void* block) {
  if (!block || busy || used_nodes == 1) return;
  const Locked locked(nodes_lock);
  for (std::uint32_t* link = &bucket_of(block); *link != 0; link = &nodes[*link].next) {
    Node& node = nodes[*link];
    if (node.block != block) continue;
    Counters& counters = node.owner == Owner::ours ? ours : theirs;
    counters.live_blocks.fetch_sub(1, std::memory_order_relaxed);
    counters.live_bytes.fetch_sub(static_cast<long>(node.bytes), std::memory_order_relaxed);
    const std::uint32_t freed = *link;
    *link = node.next;
    node.next = first_free;
    first_free = freed;
    return;
  }
}

std::string place_of(std::uintptr_t address) {
  Dl_info object{};
  std::array<char, 256> line{};
  if (dladdr(reinterpret_cast<void*>(address), &object) != 0)
    std::snprintf(line.data(), line.size(), "%s+%#zx %s", object.dli_fname,
                  address - reinterpret_cast<std::uintptr_t>(object.dli_fbase),
                  object.dli_sname ? object.dli_sname : "");
  else
    std::snprintf(line.data(), line.size(), "%#zx", address);
  return line.data();
}

Mallocs read(const Counters& counters) {
  return {counters.calls.load(), counters.live_blocks.load(), counters.live_bytes.load()};
}

}  // namespace

Mallocs our_mallocs() {
  return read(ours);
}
Mallocs their_mallocs() {
  return read(theirs);
}

void watch_mallocs(bool on) {
  // The unwinder's own first allocations, and every object that is loaded now, before anything counts.
  Walk first;
  _Unwind_Backtrace(step_up, &first);
  static_cast<void>(owner_of(reinterpret_cast<std::uintptr_t>(&watch_mallocs)));
  // All of its pages at once, so that the books never grow while somebody measures.
  static const bool touched = [] {
    std::memset(static_cast<void*>(nodes.data()), 0, sizeof nodes);
    std::memset(buckets.data(), 0, sizeof buckets);
    return true;
  }();
  static_cast<void>(touched);
  watching.store(on);
}

std::string our_last_callers() {
  watching.store(false);
  std::string text;
  for (std::size_t i = caller_count - std::min(caller_count, last_callers.size()); i < caller_count; ++i)
    text += place_of(last_callers[i % last_callers.size()]) + '\n';
  return text;
}

std::string live_blocks_by_caller(bool of_ours, std::size_t most) {
  watching.store(false);
  std::map<std::uintptr_t, Mallocs> places;
  for (const std::uint32_t head : buckets)
    for (std::uint32_t at = head; at != 0; at = nodes[at].next) {
      if ((nodes[at].owner == Owner::ours) != of_ours) continue;
      Mallocs& place = places[nodes[at].caller];
      ++place.live_blocks;
      place.live_bytes += static_cast<long>(nodes[at].bytes);
    }
  std::vector<std::pair<std::uintptr_t, Mallocs>> sorted(places.begin(), places.end());
  std::ranges::sort(sorted, std::greater{}, [](const auto& place) { return place.second.live_bytes; });
  std::string text;
  for (const auto& [address, place] : sorted) {
    if (most-- == 0) break;
    text += std::to_string(place.live_bytes) + " bytes in " + std::to_string(place.live_blocks) +
            " blocks: " + place_of(address) + '\n';
  }
  return text;
}

}  // namespace framespool::test

// ---- what the program's malloc is from here on

namespace {

[[gnu::always_inline]] inline void* noted(void* block, void* return_address) {
  framespool::test::note(block, reinterpret_cast<std::uintptr_t>(return_address));
  return block;
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) {
  return noted(__libc_malloc(bytes), __builtin_return_address(0));
}

void* calloc(std::size_t count, std::size_t bytes) {
  return noted(__libc_calloc(count, bytes), __builtin_return_address(0));
}

void* realloc(void* block, std::size_t bytes) {
  framespool::test::forget(block);
  return noted(__libc_realloc(block, bytes), __builtin_return_address(0));
}

void* memalign(std::size_t alignment, std::size_t bytes) {
  return noted(__libc_memalign(alignment, bytes), __builtin_return_address(0));
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return noted(__libc_memalign(alignment, bytes), __builtin_return_address(0));
}

int posix_memalign(void** into, std::size_t alignment, std::size_t bytes) {
  void* const block = noted(__libc_memalign(alignment, bytes), __builtin_return_address(0));
  if (!block) return ENOMEM;
  *into = block;
  return 0;
}

void free(void* block) {
  framespool::test::forget(block);
  __libc_free(block);
}

}  // extern "C"
