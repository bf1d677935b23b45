// Preloaded into the program by the fault trials: counts the calls our own objects make, and lets one of them (or all
// from one on) fail. FRAMESPOOL_FAULT="CALL NUMBER KIND once|good"; FRAMESPOOL_FAULT_COUNTS names a file of
// fault_plan.h's Counts. Calls of other libraries go through untouched: what they do is theirs.
#include <EGL/egl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "tests/faults/fault_plan.h"

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

using framespool::faults::Call;
using framespool::faults::Counts;

struct Plan {
  int call = -1;
  std::uint64_t number = 0;
  int error_number = 0;
  enum class Kind { error, shortened, torn, zero } kind = Kind::error;
  bool for_good = false;
};

Counts own_counts;
Counts* counts = &own_counts;  // of the file, once it is mapped
Plan plan;
bool in_main = false;  // before it the argument library fills its own tables, where nobody could catch anything
std::uintptr_t program_begin = 0, program_end = 0;

int on_object(dl_phdr_info* info, std::size_t, void*) {
  // The program itself comes first.
  program_begin = UINTPTR_MAX;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    const std::uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    program_begin = std::min(program_begin, begin);
    program_end = std::max<std::uintptr_t>(program_end, begin + info->dlpi_phdr[i].p_memsz);
  }
  return 1;
}

__attribute__((constructor)) void begin() {
  dl_iterate_phdr(on_object, nullptr);
  if (const char* path = std::getenv("FRAMESPOOL_FAULT_COUNTS")) {
    const int file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
    void* shared = reinterpret_cast<void*>(
        syscall(SYS_mmap, nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    if (shared != MAP_FAILED) counts = static_cast<Counts*>(shared);
    if (file >= 0) syscall(SYS_close, file);
  }
  const char* text = std::getenv("FRAMESPOOL_FAULT");
  if (text == nullptr) return;
  char call[32], kind[32], life[32];
  unsigned long number = 0;
  if (std::sscanf(text, "%31s %lu %31s %31s", call, &number, kind, life) != 4) _exit(99);
  plan.number = number;
  plan.for_good = std::strcmp(life, "good") == 0;
  plan.call = framespool::faults::call_of(call);
  if (std::strcmp(kind, "short") == 0) plan.kind = Plan::Kind::shortened;
  else if (std::strcmp(kind, "torn") == 0) plan.kind = Plan::Kind::torn;
  else if (std::strcmp(kind, "zero") == 0) plan.kind = Plan::Kind::zero;
  plan.error_number = std::strcmp(kind, "ENOSPC") == 0   ? ENOSPC
                      : std::strcmp(kind, "EDQUOT") == 0 ? EDQUOT
                      : std::strcmp(kind, "EFBIG") == 0  ? EFBIG
                      : std::strcmp(kind, "EINTR") == 0  ? EINTR
                      : std::strcmp(kind, "ENOMEM") == 0 ? ENOMEM
                                                         : EIO;
}

bool ours(const void* caller) {
  const auto at = reinterpret_cast<std::uintptr_t>(caller);
  return at >= program_begin && at < program_end;
}

// Counts a call; whether this is one that fails.
bool fails(Call call, const void* caller) {
  if (!in_main || (caller != nullptr && !ours(caller))) return false;
  const std::uint64_t number = 1 + counts->calls[static_cast<int>(call)].fetch_add(1, std::memory_order_relaxed);
  if (plan.call != static_cast<int>(call)) return false;
  if (number != plan.number && !(plan.for_good && number > plan.number)) return false;
  counts->hits.fetch_add(1, std::memory_order_relaxed);
  errno = plan.error_number;
  return true;
}

// A write that fails: how much of it is done before, or the error.
template <class Write>
ssize_t failing_write(std::size_t bytes, Write write) {
  switch (plan.kind) {
    case Plan::Kind::shortened: return write(std::max<std::size_t>(1, bytes / 2));
    case Plan::Kind::zero: return 0;
    case Plan::Kind::torn:
      static_cast<void>(write(std::max<std::size_t>(1, bytes / 2)));
      errno = plan.error_number;
      return -1;
    case Plan::Kind::error: break;
  }
  return -1;
}

#define CALLER __builtin_return_address(0)

int do_open(const void* caller, int folder, const char* path, int flags, unsigned mode) {
  if (fails(Call::open, caller)) return -1;
  return static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
}


}  // namespace

#define WITH_MODE                                           \
  unsigned mode = 0;                                        \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list arguments;                                      \
    va_start(arguments, flags);                             \
    mode = va_arg(arguments, unsigned);                     \
    va_end(arguments);                                      \
  }

extern "C" {

int open(const char* path, int flags, ...) { WITH_MODE return do_open(CALLER, AT_FDCWD, path, flags, mode); }
int open64(const char* path, int flags, ...) { WITH_MODE return do_open(CALLER, AT_FDCWD, path, flags, mode); }
int openat(int folder, const char* path, int flags, ...) { WITH_MODE return do_open(CALLER, folder, path, flags, mode); }
int openat64(int folder, const char* path, int flags, ...) { WITH_MODE return do_open(CALLER, folder, path, flags, mode); }

ssize_t pwrite64(int file, const void* bytes, std::size_t count, off64_t offset) {
  const auto write_part = [&](std::size_t part) {
    return static_cast<ssize_t>(syscall(SYS_pwrite64, file, bytes, part, offset));
  };
  return fails(Call::pwrite, CALLER) ? failing_write(count, write_part) : write_part(count);
}

ssize_t write(int file, const void* bytes, std::size_t count) {
  const auto write_part = [&](std::size_t part) { return static_cast<ssize_t>(syscall(SYS_write, file, bytes, part)); };
  // Neither what is said nor what only wakes somebody (an eventfd).
  if (file <= 2 || count == 8) return write_part(count);
  return fails(Call::write, CALLER) ? failing_write(count, write_part) : write_part(count);
}

ssize_t pread64(int file, void* bytes, std::size_t count, off64_t offset) {
  const auto read_part = [&](std::size_t part) {
    return static_cast<ssize_t>(syscall(SYS_pread64, file, bytes, part, offset));
  };
  return fails(Call::pread, CALLER) ? failing_write(count, read_part) : read_part(count);
}

int fallocate64(int file, int mode, off64_t offset, off64_t bytes) {
  if (fails(Call::fallocate, CALLER)) return -1;
  return static_cast<int>(syscall(SYS_fallocate, file, mode, offset, bytes));
}

int fdatasync(int file) { return fails(Call::flush, CALLER) ? -1 : static_cast<int>(syscall(SYS_fdatasync, file)); }
int fsync(int file) { return fails(Call::flush, CALLER) ? -1 : static_cast<int>(syscall(SYS_fsync, file)); }
int syncfs(int file) noexcept { return fails(Call::flush, CALLER) ? -1 : static_cast<int>(syscall(SYS_syncfs, file)); }
int ftruncate64(int file, off64_t length) noexcept {
  return fails(Call::truncate, CALLER) ? -1 : static_cast<int>(syscall(SYS_ftruncate, file, length));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (fails(Call::rename, CALLER)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  if (fails(Call::rename, CALLER)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}
int rename(const char* from, const char* to) noexcept {
  if (fails(Call::rename, CALLER)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

void* mmap64(void* address, std::size_t bytes, int protection, int flags, int file, off64_t offset) noexcept {
  if (fails(Call::mmap, CALLER)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}
void* mmap(void* address, std::size_t bytes, int protection, int flags, int file, off_t offset) noexcept {
  if (fails(Call::mmap, CALLER)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}

void* malloc(std::size_t bytes) { return fails(Call::malloc, CALLER) ? nullptr : __libc_malloc(bytes); }
void* calloc(std::size_t count, std::size_t bytes) {
  return fails(Call::malloc, CALLER) ? nullptr : __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) {
  return fails(Call::malloc, CALLER) ? nullptr : __libc_realloc(block, bytes);
}

}  // extern "C"

void* operator new(std::size_t bytes) {
  void* block = fails(Call::malloc, CALLER) ? nullptr : __libc_malloc(bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return fails(Call::malloc, CALLER) ? nullptr : __libc_malloc(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  void* block = fails(Call::malloc, CALLER) ? nullptr : __libc_memalign(static_cast<std::size_t>(alignment), bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return fails(Call::malloc, CALLER) ? nullptr : __libc_memalign(static_cast<std::size_t>(alignment), bytes);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

// EGL and OpenGL are found by libepoxy with dlsym() and eglGetProcAddress(): there the wrappers are given out.
namespace {

void* (*real_dlsym)(void*, const char*) = nullptr;
__eglMustCastToProperFunctionPointerType (*real_get_proc_address)(const char*) = nullptr;

EGLDisplay (*real_platform_display)(EGLenum, void*, const EGLint*) = nullptr;
EGLBoolean (*real_initialize)(EGLDisplay, EGLint*, EGLint*) = nullptr;
EGLBoolean (*real_bind_api)(EGLenum) = nullptr;
EGLContext (*real_create_context)(EGLDisplay, EGLConfig, EGLContext, const EGLint*) = nullptr;
EGLBoolean (*real_make_current)(EGLDisplay, EGLSurface, EGLSurface, EGLContext) = nullptr;
void* (*real_map)(unsigned, std::intptr_t, std::intptr_t, unsigned) = nullptr;

EGLDisplay fault_platform_display(EGLenum platform, void* native, const EGLint* attributes) {
  return fails(Call::egl, nullptr) ? EGL_NO_DISPLAY : real_platform_display(platform, native, attributes);
}
EGLBoolean fault_initialize(EGLDisplay display, EGLint* major, EGLint* minor) {
  return fails(Call::egl, nullptr) ? EGL_FALSE : real_initialize(display, major, minor);
}
EGLBoolean fault_bind_api(EGLenum api) { return fails(Call::egl, nullptr) ? EGL_FALSE : real_bind_api(api); }
EGLContext fault_create_context(EGLDisplay display, EGLConfig config, EGLContext share, const EGLint* attributes) {
  return fails(Call::egl, nullptr) ? EGL_NO_CONTEXT : real_create_context(display, config, share, attributes);
}
EGLBoolean fault_make_current(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context) {
  return fails(Call::egl, nullptr) ? EGL_FALSE : real_make_current(display, draw, read, context);
}
void* fault_map(unsigned target, std::intptr_t offset, std::intptr_t length, unsigned access) {
  return fails(Call::map_buffer, nullptr) ? nullptr : real_map(target, offset, length, access);
}

struct Wrapper {
  const char* name;
  void** real;
  void* ours;
};
template <class Function>
Wrapper wrapper(const char* name, Function*& real, Function* own) {
  return {name, reinterpret_cast<void**>(&real), reinterpret_cast<void*>(own)};
}

// `found` or what stands in for it.
void* wrapped(const char* name, void* found) {
  static const Wrapper wrappers[] = {
      wrapper("eglGetPlatformDisplayEXT", real_platform_display, fault_platform_display),
      wrapper("eglInitialize", real_initialize, fault_initialize),
      wrapper("eglBindAPI", real_bind_api, fault_bind_api),
      wrapper("eglCreateContext", real_create_context, fault_create_context),
      wrapper("eglMakeCurrent", real_make_current, fault_make_current),
      wrapper("glMapBufferRange", real_map, fault_map),
  };
  if (found == nullptr) return found;
  for (const Wrapper& one : wrappers) {
    if (std::strcmp(name, one.name) != 0) continue;
    *one.real = found;
    return one.ours;
  }
  return found;
}

__eglMustCastToProperFunctionPointerType fault_get_proc_address(const char* name) {
  return reinterpret_cast<__eglMustCastToProperFunctionPointerType>(
      wrapped(name, reinterpret_cast<void*>(real_get_proc_address(name))));
}

}  // namespace

extern "C" void* dlsym(void* handle, const char* name) noexcept {
  if (real_dlsym == nullptr)
    real_dlsym = reinterpret_cast<void* (*)(void*, const char*)>(dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5"));
  // RTLD_NEXT is meant from the caller's place, which a tail call keeps no better than this does: only libepoxy's
  // handles are looked at.
  void* found = real_dlsym(handle, name);
  if (handle == RTLD_NEXT || handle == RTLD_DEFAULT) return found;
  if (std::strcmp(name, "eglGetProcAddress") == 0 && found != nullptr) {
    real_get_proc_address = reinterpret_cast<decltype(real_get_proc_address)>(found);
    return reinterpret_cast<void*>(fault_get_proc_address);
  }
  return wrapped(name, found);
}

// The program's main, with counting switched on.
namespace {
int (*real_main)(int, char**, char**) = nullptr;
int counted_main(int count, char** arguments, char** environment) {
  in_main = true;
  return real_main(count, arguments, environment);
}
}  // namespace

extern "C" int __libc_start_main(int (*main)(int, char**, char**), int count, char** arguments, void (*init)(),
                                 void (*fini)(), void (*loader_fini)(), void* stack_end) {
  real_main = main;
  using Start = int (*)(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);
  const auto start = reinterpret_cast<Start>(dlvsym(RTLD_NEXT, "__libc_start_main", "GLIBC_2.34"));
  return start(counted_main, count, arguments, init, fini, loader_fini, stack_end);
}
