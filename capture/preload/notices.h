// What the recorder is told besides frames, so that it can say why there are none.
#pragma once

#include <errno.h>

#include "cache/core/frame_channel.h"

namespace framespool::preload {

// Whether the environment names a recorder. Asked once: programs change their environment without a lock.
[[nodiscard]] bool is_recorder_named();

// Once in this process for each kind. Does nothing without a recorder; errno stays as it is.
void tell_once(channel::NoticeKind kind);

class ErrnoGuard {
 public:
  ErrnoGuard() : kept_(errno) {}
  ~ErrnoGuard() { errno = kept_; }
  ErrnoGuard(const ErrnoGuard&) = delete;
  ErrnoGuard& operator=(const ErrnoGuard&) = delete;

 private:
  int kept_;
};

}  // namespace framespool::preload
