#include "capture/preload/clock/page.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/preload/clock/process.h"

namespace framespool::preload::clock {
namespace {

using channel::ClockPage;
using channel::ClockProcess;
using channel::ClockWait;

std::atomic<ClockProcess*> own = nullptr;

ClockPage* map_page() {
  const char* path = getenv(channel::kClockPageVariable);
  if (path == nullptr || path[0] == '\0') return nullptr;
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return nullptr;
  struct stat status {};
  void* address = MAP_FAILED;
  if (fstat(file, &status) == 0 && status.st_size >= static_cast<off_t>(sizeof(ClockPage)))
    address = mmap(nullptr, sizeof(ClockPage), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return address == MAP_FAILED ? nullptr : static_cast<ClockPage*>(address);
}

bool is_gone(int process) {
  return real_syscall()(SYS_kill, process, 0) != 0 && errno == ESRCH;
}

}  // namespace

ClockProcess* open_page() {
  ClockPage* page = map_page();
  if (page == nullptr) return nullptr;
  const auto self = static_cast<std::int32_t>(real_syscall()(SYS_getpid));
  for (ClockProcess& each : page->processes) {
    std::int32_t holder = each.pid.load(std::memory_order_acquire);
    // It may be this very process before it executed another program.
    if (holder != 0 && holder != self && !is_gone(holder)) continue;
    if (!each.pid.compare_exchange_strong(holder, self, std::memory_order_acq_rel)) continue;
    each.drawing_thread.store(self, std::memory_order_relaxed);
    each.activity.store(0, std::memory_order_relaxed);
    each.swaps.store(0, std::memory_order_relaxed);
    for (ClockWait& wait : each.waits) wait.thread.store(0, std::memory_order_relaxed);
    own.store(&each, std::memory_order_release);
    return &each;
  }
  munmap(page, sizeof *page);
  return nullptr;
}

void forget_page() { own.store(nullptr, std::memory_order_release); }

ClockProcess* page() { return own.load(std::memory_order_acquire); }

ToldWait::ToldWait(const char* call, std::int64_t deadline_ns) {
  ClockProcess* process = page();
  if (process == nullptr) return;
  const int self = this_thread();
  for (ClockWait& each : process->waits) {
    std::int32_t free = 0;
    if (each.thread.load(std::memory_order_relaxed) != 0 ||
        !each.thread.compare_exchange_strong(free, self, std::memory_order_acq_rel))
      continue;
    each.deadline_ns.store(deadline_ns, std::memory_order_relaxed);
    std::size_t left = strlen(call);
    for (auto& word : each.name) {
      std::uint64_t bytes = 0;
      const std::size_t count = left < sizeof bytes ? left : sizeof bytes;
      memcpy(&bytes, call, count);
      word.store(bytes, std::memory_order_relaxed);
      call += count;
      left -= count;
    }
    entry_ = &each;
    return;
  }
}

ToldWait::~ToldWait() {
  if (entry_ != nullptr) entry_->thread.store(0, std::memory_order_release);
}

}  // namespace framespool::preload::clock
