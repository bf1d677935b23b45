#include "capture/preload/notices.h"

#include <stdlib.h>

#include <atomic>

#include "cache/core/frame_producer.h"

namespace framespool::preload {

bool is_recorder_named() {
  static std::atomic<int> answer = 0;
  int known = answer.load(std::memory_order_relaxed);
  if (known == 0) {
    const char* address = getenv(channel::kAddressVariable);
    known = address != nullptr && address[0] != '\0' ? 1 : -1;
    answer.store(known, std::memory_order_relaxed);
  }
  return known > 0;
}

void tell_once(channel::NoticeKind kind) {
  static std::atomic<unsigned> told = 0;
  const unsigned bit = 1u << static_cast<unsigned>(kind);
  if ((told.load(std::memory_order_relaxed) & bit) != 0) return;
  if ((told.fetch_or(bit, std::memory_order_relaxed) & bit) != 0 || !is_recorder_named()) return;
  const ErrnoGuard errno_guard;
  static_cast<void>(send_notice(kind, ""));
}

}  // namespace framespool::preload
