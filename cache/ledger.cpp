#include "cache/ledger.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

#include "cache/core/slot_mapping.h"

namespace framespool {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMappedFrom =
    64 * 1024;  // at this size a mapping of its own costs nothing and gives memory back

// Large blocks are mapped: released, they leave the process at once, whatever the heap looks like.
class DefaultMemoryManager final : public MemoryManager {
 public:
  void* allocate(std::size_t bytes, std::size_t alignment) override {
    if (!mapped(bytes, alignment)) return ::operator new(bytes, std::align_val_t(alignment), std::nothrow);
    if (alignment == kLargePageBytes) return map_large(bytes);
    void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? nullptr : block;
  }
  void release(void* block, std::size_t bytes, std::size_t alignment) noexcept override {
    if (mapped(bytes, alignment))
      munmap(block, bytes);
    else
      ::operator delete(block, std::align_val_t(alignment));
  }
  const char* name() const override { return "default"; }

 private:
  static bool mapped(std::size_t bytes, std::size_t alignment) {
    return bytes >= kMappedFrom && (alignment <= kPage || alignment == kLargePageBytes);
  }
  // Only memory that begins at a large page gets large pages, and only its whole ones, where the kernel has any.
  static void* map_large(std::size_t bytes) {
    void* block = map_at_large_page(bytes, PROT_READ | PROT_WRITE);
    if (block != nullptr) static_cast<void>(madvise(block, bytes, MADV_HUGEPAGE));
    return block;
  }
};

std::uint64_t this_thread() {
  thread_local const auto id = static_cast<std::uint64_t>(syscall(SYS_gettid));
  return id;
}

// A mistake in the program itself, never in its input: going on could write a wrong file.
[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "framespool: memory ledger: %s\n", what.c_str());
  std::abort();
}

}  // namespace

// Never destroyed, so that it outlives every static that still holds blocks; and like the ledger itself in memory that is
// there from the start, so that its first use never fails.
MemoryManager& default_memory_manager() {
  alignas(DefaultMemoryManager) static std::byte memory[sizeof(DefaultMemoryManager)];
  static auto* manager = new (memory) DefaultMemoryManager;
  return *manager;
}

struct Ledger::Impl {
  struct Tag {
    std::size_t live_bytes = 0;
    std::size_t peak_bytes = 0;
    std::uint64_t count = 0;
    std::uint64_t live_count = 0;
    std::size_t high_water_bytes = 0;
    std::uint64_t drains = 0;
  };
  struct Block {
    Tag* tag = nullptr;
    std::uint64_t number = 0;
    std::size_t bytes = 0;
    std::size_t alignment = 0;
    std::uint64_t thread = 0;
    MemoryManager* manager = nullptr;  // nullptr: adopted
  };

  mutable std::mutex mutex;
  std::map<std::string, Tag, std::less<>> tags;  // nodes never move: blocks point at them
  std::unordered_map<const void*, Block> blocks;
  // Nodes of released blocks are used again: in the steady state the books themselves make no call to malloc. Not a
  // std::pmr pool: libstdc++'s (GCC 12) crashes when it is used again after its memory was short once.
  std::array<decltype(blocks)::node_type, 64> spare_nodes;
  std::size_t spare_count = 0;
  MemoryManager* manager = &default_memory_manager();
  std::uint64_t managed_blocks = 0;
  std::atomic<std::size_t> live{0}, peak{0};
  std::string break_tag;
  std::uint64_t break_number = 0;

  // With the mutex held.
  Tag& tag_named(const char* name) {
    const auto found = tags.find(std::string_view(name));
    return found == tags.end() ? tags.emplace(name, Tag{}).first->second : found->second;
  }

  // With the mutex held. Returns whether this is the allocation to stop at. Throws std::bad_alloc, having booked
  // nothing, where there is no memory for the books.
  bool enter(const char* name, const void* block, std::size_t bytes, std::size_t alignment,
             MemoryManager* from) {
    Tag& tag = tag_named(name);
    if (!insert(block, Block{&tag, tag.count + 1, bytes, alignment, this_thread(), from})) stop(fmt::format("{}:{}: block {} is already on the books", name, tag.count + 1, block));
    ++tag.count;
    ++tag.live_count;
    tag.live_bytes += bytes;
    tag.peak_bytes = std::max(tag.peak_bytes, tag.live_bytes);
    if (from) ++managed_blocks;
    const std::size_t now = live.load(std::memory_order_relaxed) + bytes;
    live.store(now, std::memory_order_relaxed);
    if (now > peak.load(std::memory_order_relaxed)) peak.store(now, std::memory_order_relaxed);
    return break_number == tag.count && break_tag == name;
  }

  bool insert(const void* block, const Block& entry) {
    if (spare_count == 0) return blocks.emplace(block, entry).second;
    auto& node = spare_nodes[spare_count - 1];
    node.key() = block;
    node.mapped() = entry;
    const bool fresh = blocks.insert(std::move(node)).inserted;
    --spare_count;
    return fresh;
  }

  Block leave(const void* block, bool adopted) {
    const auto found = blocks.find(block);
    if (found == blocks.end())
      stop(fmt::format("block {} is not on the books: released twice, or not from here", block));
    const Block entry = found->second;
    if (adopted != (entry.manager == nullptr))
      stop(fmt::format("block {} (number {}) goes back another way than it came", block, entry.number));
    if (auto node = blocks.extract(found); spare_count < spare_nodes.size())
      spare_nodes[spare_count++] = std::move(node);
    --entry.tag->live_count;
    entry.tag->live_bytes -= entry.bytes;
    live.store(live.load(std::memory_order_relaxed) - entry.bytes, std::memory_order_relaxed);
    if (entry.manager) --managed_blocks;
    return entry;
  }
};

Ledger::Ledger() {
  alignas(Impl) static std::byte memory[sizeof(Impl)];
  impl_ = new (memory) Impl;
  if (const char* text = std::getenv("FRAMESPOOL_BREAK_ALLOC"); text && !break_at(text))
    std::fprintf(stderr, "framespool: FRAMESPOOL_BREAK_ALLOC: %s: want TAG:N, for example export.frame:3\n",
                 text);
}

Ledger& Ledger::instance() {
  alignas(Ledger) static std::byte memory[sizeof(Ledger)];
  static auto* ledger = new (memory) Ledger;
  return *ledger;
}

// Called through libdeflate and libavcodec, which are C, and from noexcept functions: nothing is thrown.
void* Ledger::allocate(const char* tag, std::size_t bytes, std::size_t alignment) noexcept {
  bytes = std::max<std::size_t>(bytes, 1);
  bool stop_here = false;
  void* block = nullptr;
  {
    const std::lock_guard lock(impl_->mutex);
    block = impl_->manager->allocate(bytes, alignment);
    try {
      if (block) stop_here = impl_->enter(tag, block, bytes, alignment, impl_->manager);
    } catch (const std::bad_alloc&) {
      impl_->manager->release(block, bytes, alignment);
      block = nullptr;
    }
  }
  if (stop_here) std::raise(SIGTRAP);
  return block;
}

void Ledger::release(void* block) noexcept {
  if (!block) return;
  const std::lock_guard lock(impl_->mutex);
  const Impl::Block entry = impl_->leave(block, false);
  if (entry.manager != impl_->manager)
    stop(fmt::format("block {} came from manager '{}', not from '{}'", block, entry.manager->name(),
                     impl_->manager->name()));
  entry.manager->release(block, entry.bytes, entry.alignment);
}

void Ledger::adopt(const char* tag, const void* block, std::size_t bytes) {
  bool stop_here = false;
  {
    const std::lock_guard lock(impl_->mutex);
    stop_here = impl_->enter(tag, block, bytes, 0, nullptr);
  }
  if (stop_here) std::raise(SIGTRAP);
}

void Ledger::forget(const void* block) noexcept {
  if (!block) return;
  const std::lock_guard lock(impl_->mutex);
  impl_->leave(block, true);
}

void Ledger::expect_scopes(const char* tag) {
  const std::lock_guard lock(impl_->mutex);
  static_cast<void>(impl_->tag_named(tag));
}

void Ledger::note_scopes(const char* tag, std::size_t high_water_bytes, std::uint64_t drains) noexcept {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->tags.find(std::string_view(tag));
  if (found == impl_->tags.end()) return;
  found->second.high_water_bytes = std::max(found->second.high_water_bytes, high_water_bytes);
  found->second.drains += drains;
}

void Ledger::set_manager(MemoryManager& manager) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->managed_blocks > 0)
    stop(fmt::format("manager '{}' cannot replace '{}': {} blocks are live", manager.name(),
                     impl_->manager->name(), impl_->managed_blocks));
  impl_->manager = &manager;
}

std::vector<LedgerTag> Ledger::snapshot() const {
  constexpr std::size_t kNamed = 100;
  const std::lock_guard lock(impl_->mutex);
  std::vector<LedgerTag> report;
  for (const auto& [name, tag] : impl_->tags) {
    LedgerTag line{name, tag.live_bytes,       tag.peak_bytes, tag.count, tag.live_count,
                   {},   tag.high_water_bytes, tag.drains};
    for (const auto& [address, block] : impl_->blocks)
      if (block.tag == &tag) line.live.push_back({block.number, block.bytes, block.thread});
    std::ranges::sort(line.live, {}, &LedgerLeak::number);
    if (line.live.size() > kNamed) line.live.resize(kNamed);
    report.push_back(std::move(line));
  }
  return report;
}

std::size_t Ledger::totals(std::span<LedgerTotals> into) const {
  const std::lock_guard lock(impl_->mutex);
  std::size_t count = 0;
  for (const auto& [name, tag] : impl_->tags) {
    if (count == into.size()) break;
    into[count++] = {name, tag.live_bytes, tag.peak_bytes};
  }
  return count;
}

std::size_t Ledger::live_bytes() const {
  return impl_->live.load(std::memory_order_relaxed);
}
std::size_t Ledger::peak_bytes() const {
  return impl_->peak.load(std::memory_order_relaxed);
}

bool Ledger::break_at(std::string_view text) {
  std::uint64_t number = 0;
  const auto colon = text.rfind(':');
  if (!text.empty()) {
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number == 0) return false;
  }
  const std::lock_guard lock(impl_->mutex);
  impl_->break_tag = text.empty() ? "" : std::string(text.substr(0, colon));
  impl_->break_number = number;
  return true;
}

std::string format_ledger(const std::vector<LedgerTag>& tags) {
  std::string text =
      fmt::format("{:<24} {:>14} {:>14} {:>9} {:>6}\n", "memory, bytes", "live", "peak", "count", "live");
  for (const LedgerTag& tag : tags)
    text += fmt::format("{:<24} {:>14} {:>14} {:>9} {:>6}\n", tag.tag, tag.live_bytes, tag.peak_bytes,
                        tag.count, tag.live_count);
  for (const LedgerTag& tag : tags)
    if (tag.drains > 0)
      text += fmt::format("scratch: {} held at most {} bytes at once, drained {} times\n", tag.tag,
                          tag.high_water_bytes, tag.drains);
  std::uint64_t leaks = 0;
  for (const LedgerTag& tag : tags) {
    leaks += tag.live_count;
    for (const LedgerLeak& leak : tag.live)
      text += fmt::format("not released: {}:{} {} bytes, thread {}\n", tag.tag, leak.number, leak.bytes,
                          leak.thread);
  }
  text += leaks == 0 ? "nothing leaked\n" : fmt::format("{} blocks not released\n", leaks);
  return text;
}

}  // namespace framespool
