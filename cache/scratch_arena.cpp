#include "cache/scratch_arena.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "cache/ledger.h"

namespace framespool {
namespace {

constexpr std::uint64_t kHeadMagic = 0x46534152454e4131;  // "FSARENA1"
constexpr std::uint64_t kTailMagic = 0x314154454e455241;
constexpr int kScribble = 0xA3;

[[noreturn]] void stop(const char* tag, const std::string& what) {
  std::fprintf(stderr, "framespool: scratch arena %s: %s\n", tag, what.c_str());
  std::abort();
}

}  // namespace

// A page: this head, the payload, and the tail's magic right behind the payload, where an overrun hits first.
struct ScratchArena::Page {
  std::uint64_t magic;
  Page* next;
  std::size_t payload_bytes;
  std::size_t used;

  std::byte* payload() { return reinterpret_cast<std::byte*>(this + 1); }
  const std::byte* payload() const { return reinterpret_cast<const std::byte*>(this + 1); }
  std::uint64_t tail() const {
    std::uint64_t value = 0;
    std::memcpy(&value, payload() + payload_bytes, sizeof value);
    return value;
  }
};

ScratchArena::ScratchArena(const char* tag, std::size_t page_bytes)
    : tag_(tag), page_bytes_(std::max<std::size_t>(page_bytes, 256)), owner_(std::this_thread::get_id()) {
  Ledger::instance().expect_scopes(tag);
}

ScratchArena::~ScratchArena() {
  if (depth_ != 0) stop(tag_, "destroyed with a scope open");
  release_pages();
  Ledger::instance().note_scopes(tag_, high_water_bytes_, drains_);
}

void ScratchArena::release_pages() {
  for (Page* page = first_; page;) {
    check_page(*page, tag_);
    Page* next = page->next;
    Ledger::instance().release(page);
    page = next;
  }
  first_ = current_ = nullptr;
  page_count_ = 0;
}

void ScratchArena::check_thread(const char* doing) const {
  if (std::this_thread::get_id() != owner_)
    stop(tag_, fmt::format("{} on a thread that does not own it", doing));
}

void ScratchArena::check_page(const Page& page, const char* tag) {
  if (page.magic != kHeadMagic)
    stop(tag, fmt::format("page {}: the head holds {:#018x} and should hold {:#018x}",
                          static_cast<const void*>(&page), page.magic, kHeadMagic));
  if (page.tail() != kTailMagic)
    stop(tag, fmt::format("page {}: the tail holds {:#018x} and should hold {:#018x}",
                          static_cast<const void*>(&page), page.tail(), kTailMagic));
}

void ScratchArena::rebind() {
  if (depth_ != 0) stop(tag_, "handed to another thread with a scope open");
  owner_ = std::this_thread::get_id();
}

bool ScratchArena::reserve(std::size_t bytes) {
  check_thread("made ready");
  if (depth_ != 0) stop(tag_, "made ready with a scope open");
  constexpr std::size_t kAlignments = 4096;
  if (bytes > SIZE_MAX / 2) return false;
  for (const Page* page = first_; page; page = page->next)
    if (page->payload_bytes >= bytes + kAlignments) return true;
  release_pages();
  first_ = make_page(std::max(page_bytes_, bytes + kAlignments));
  return first_ != nullptr;
}

ScratchArena::Page* ScratchArena::make_page(std::size_t payload_bytes) noexcept {
  const std::size_t bytes = sizeof(Page) + payload_bytes + sizeof kTailMagic;
  auto* page = static_cast<Page*>(Ledger::instance().allocate(tag_, bytes, alignof(std::max_align_t)));
  if (!page) return nullptr;
  *page = Page{kHeadMagic, nullptr, payload_bytes, 0};
  std::memcpy(page->payload() + payload_bytes, &kTailMagic, sizeof kTailMagic);
  ++page_count_;
  return page;
}

void* ScratchArena::do_allocate(std::size_t bytes, std::size_t alignment) {
  check_thread("used");
  if (depth_ == 0) stop(tag_, "used with no scope open");
  if (bytes > SIZE_MAX / 2 || alignment > page_bytes_) throw std::bad_alloc();
  // Where the payload would place it, and whether it fits.
  const auto fit = [&](Page& page) -> void* {
    void* at = page.payload() + page.used;
    std::size_t space = page.payload_bytes - page.used;
    if (!std::align(alignment, bytes, at, space)) return nullptr;
    const auto end = static_cast<std::size_t>(static_cast<std::byte*>(at) + bytes - page.payload());
    bytes_in_use_ += end - page.used;
    page.used = end;
    return at;
  };
  void* block = nullptr;
  // The pages behind the current one are empty ones kept from earlier frames.
  for (Page** link = current_ ? &current_ : &first_; *link; link = &(*link)->next) {
    if ((block = fit(**link))) {
      current_ = *link;
      break;
    }
  }
  if (!block) {
    Page* page = make_page(std::max(page_bytes_, bytes + alignment));
    if (!page) throw std::bad_alloc();  // the contract of std::pmr
    // Right behind the current page, so that empty smaller pages stay within reach of later scopes.
    Page** link = current_ ? &current_->next : &first_;
    page->next = *link;
    *link = page;
    current_ = page;
    block = fit(*page);
  }
  high_water_bytes_ = std::max(high_water_bytes_, bytes_in_use_);
  return block;
}

void ScratchArena::drain_to(Page* page, std::size_t used) {
  ++drains_;
  for (Page* at = first_; at; at = at->next) check_page(*at, tag_);
  const auto empty = [](Page& drained, std::size_t keep) {
#ifndef NDEBUG
    std::memset(drained.payload() + keep, kScribble, drained.used - keep);
#endif
    drained.used = keep;
  };
  Page* behind = first_;
  if (page) {
    empty(*page, used);
    behind = page->next;
  }
  for (; behind; behind = behind->next) empty(*behind, 0);
  current_ = page;
}

ScratchArena::Scope::Scope(ScratchArena& arena)
    : arena_(arena),
      page_(arena.current_),
      used_(arena.current_ ? arena.current_->used : 0),
      bytes_(arena.bytes_in_use_),
      depth_(++arena.depth_) {
  arena.check_thread("opened");
}

ScratchArena::Scope::~Scope() {
  arena_.check_thread("drained");
  if (arena_.depth_ != depth_) stop(arena_.tag_, "scopes closed out of order");
  arena_.drain_to(static_cast<Page*>(page_), used_);
  arena_.bytes_in_use_ = bytes_;
  --arena_.depth_;
}

}  // namespace framespool
