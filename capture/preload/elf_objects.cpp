#include "capture/preload/elf_objects.h"

#include <dlfcn.h>
#include <link.h>

#include <cstddef>
#include <cstdint>

namespace framespool::preload {
namespace {

// _DYNAMIC (<link.h>) is this library's own: the linker makes one for each object and exports none.

struct Tables {
  const ElfW(Sym) * symbols = nullptr;
  const char* strings = nullptr;
  const std::uint32_t* gnu_hash = nullptr;
  const std::uint32_t* hash = nullptr;
  const ElfW(Half) * versions = nullptr;
};

Tables tables_of(const link_map& object) {
  Tables tables;
  if (object.l_ld == nullptr) return tables;
  for (const ElfW(Dyn)* entry = object.l_ld; entry->d_tag != DT_NULL; ++entry) {
    // glibc relocates these in place, but not those of the kernel's own object, which nobody asks for.
    if (entry->d_un.d_ptr < object.l_addr) continue;
    const auto* at = reinterpret_cast<const void*>(entry->d_un.d_ptr);
    if (entry->d_tag == DT_SYMTAB) tables.symbols = static_cast<const ElfW(Sym)*>(at);
    if (entry->d_tag == DT_STRTAB) tables.strings = static_cast<const char*>(at);
    if (entry->d_tag == DT_GNU_HASH) tables.gnu_hash = static_cast<const std::uint32_t*>(at);
    if (entry->d_tag == DT_VERSYM) tables.versions = static_cast<const ElfW(Half)*>(at);
    if (entry->d_tag == DT_HASH) tables.hash = static_cast<const std::uint32_t*>(at);
  }
  if (tables.strings == nullptr) tables.symbols = nullptr;
  return tables;
}

bool is_function_called(const Tables& tables, std::uint32_t index, const char* name) {
  const ElfW(Sym)& symbol = tables.symbols[index];
  // Of several versions the default one: old pthread_cond_wait() has another layout.
  constexpr ElfW(Half) kHidden = 0x8000;
  if (tables.versions != nullptr && (tables.versions[index] & kHidden) != 0) return false;
  return symbol.st_shndx != SHN_UNDEF && (symbol.st_info & 0xf) == STT_FUNC &&
         same_text(tables.strings + symbol.st_name, name);
}

// The formats of DT_GNU_HASH and DT_HASH are those of the ELF documents; bit 0 of a chain word ends the
// chain.
const ElfW(Sym) * find_by_gnu_hash(const Tables& tables, const char* name) {
  std::uint32_t hash = 5381;
  for (const char* at = name; *at != '\0'; ++at) hash = hash * 33 + static_cast<unsigned char>(*at);
  const std::uint32_t buckets = tables.gnu_hash[0], first = tables.gnu_hash[1],
                      filter_words = tables.gnu_hash[2];
  const std::uint32_t* bucket = tables.gnu_hash + 4 + filter_words * (sizeof(ElfW(Addr)) / 4);
  const std::uint32_t* chain = bucket + buckets;
  std::uint32_t index = buckets == 0 ? 0 : bucket[hash % buckets];
  if (index < first || index == 0) return nullptr;
  for (;; ++index) {
    const std::uint32_t word = chain[index - first];
    if ((word | 1) == (hash | 1) && is_function_called(tables, index, name)) return &tables.symbols[index];
    if ((word & 1) != 0) return nullptr;
  }
}

const ElfW(Sym) * find_by_hash(const Tables& tables, const char* name) {
  const std::uint32_t symbols = tables.hash[1];
  for (std::uint32_t index = 1; index < symbols; ++index)
    if (is_function_called(tables, index, name)) return &tables.symbols[index];
  return nullptr;
}

void* definition_in(const link_map& object, const char* name) {
  const Tables tables = tables_of(object);
  const ElfW(Sym)* symbol = nullptr;
  if (tables.symbols != nullptr && tables.gnu_hash != nullptr)
    symbol = find_by_gnu_hash(tables, name);
  else if (tables.symbols != nullptr && tables.hash != nullptr)
    symbol = find_by_hash(tables, name);
  return symbol == nullptr ? nullptr : reinterpret_cast<void*>(object.l_addr + symbol->st_value);
}

struct Search {
  const char* soname;  // nullptr: whatever is loaded after us
  const char* name;
  void* found;
};

void* find(const Search& wanted) {
  if (wanted.soname == nullptr) return next_definition_early(wanted.name);
  for (const link_map* object = _r_debug.r_map; object != nullptr; object = object->l_next)
    if (is_library(object->l_name, wanted.soname))
      if (void* found = definition_in(*object, wanted.name)) return found;
  return nullptr;
}

// All of the walk happens in the first call back: under the lock that unloading takes.
void* find_safely(Search search) {
  dl_iterate_phdr(
      [](dl_phdr_info*, std::size_t, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        wanted.found = find(wanted);
        return 1;
      },
      &search);
  return search.found;
}

}  // namespace

void* next_definition_early(const char* name) {
  bool behind_us = false;
  for (const link_map* object = _r_debug.r_map; object != nullptr; object = object->l_next) {
    if (behind_us)
      if (void* found = definition_in(*object, name)) return found;
    if (object->l_ld == _DYNAMIC) behind_us = true;
  }
  return nullptr;
}

void* next_definition(const char* name) {
  return find_safely({nullptr, name, nullptr});
}

void* definition_in_library(const char* soname, const char* name) {
  return find_safely({soname, name, nullptr});
}

bool is_library(const char* path, const char* soname) {
  if (path == nullptr) return false;
  const char* name = path;
  for (const char* at = path; *at != '\0'; ++at)
    if (*at == '/') name = at + 1;
  for (; *soname != '\0'; ++name, ++soname)
    if (*name != *soname) return false;
  return *name == '\0' || *name == '.';
}

bool object_at_defines(const void* code, const char* name) {
  Dl_info place{};
  void* object = nullptr;
  if (dladdr1(code, &place, &object, RTLD_DL_LINKMAP) == 0 || object == nullptr) return false;
  return definition_in(*static_cast<const link_map*>(object), name) != nullptr;
}

void pin_object_at(const void* address) {
  Dl_info place{};
  if (dladdr(address, &place) == 0 || place.dli_fname == nullptr) return;
  // One more reference that is never given back.
  static_cast<void>(dlopen(place.dli_fname, RTLD_LAZY | RTLD_NOLOAD));
}

void* next_definition_kept(std::atomic<void*>& slot, const char* name) {
  if (void* known = slot.load(std::memory_order_acquire)) return known;
  void* found = next_definition(name);
  if (found == nullptr) return nullptr;
  pin_object_at(found);
  slot.store(found, std::memory_order_release);
  return found;
}

}  // namespace framespool::preload
