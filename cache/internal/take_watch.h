// Waits until something is written to a file or its writer lets go of it. The kernel tells (inotify); nobody polls.
#pragma once

#include <stop_token>

#include "cache/error.h"
#include "cache/internal/file.h"

namespace framespool {

class TakeWatch {
 public:
  // From now on changes are noticed, also those that come before wait(). Error: failed.
  [[nodiscard]] static Result<TakeWatch> create(const File& file);

  // Returns after a change, after stop was asked for, and now and then without a reason: look, and wait again.
  // Error: failed.
  [[nodiscard]] Result<void> wait(const std::stop_token& stop);

 private:
  TakeWatch(File events, File wake) : events_(std::move(events)), wake_(std::move(wake)) {}
  File events_;  // inotify
  File wake_;    // eventfd, readable once stop was asked for
  int soon_ = 0;  // how many of the next waits are to be short
};

}  // namespace framespool
