// Tells the recording process what goes on here (cache/core/clock_page.h). Without a recorder that listens all of it does
// nothing. No locks; any thread.
#pragma once

#include <cstdint>

#include "cache/core/clock_page.h"

namespace framespool::preload::clock {

// Takes an entry of the recorder's page for this process. nullptr: there is none. Once, before any thread waits.
[[nodiscard]] channel::ClockProcess* open_page();
// This is a forked child now.
void forget_page();

// This process's entry, or nullptr.
[[nodiscard]] channel::ClockProcess* page();

// While it lives the calling thread waits in `call` for `deadline_ns` at most (kNever: for ever).
class ToldWait {
 public:
  ToldWait(const char* call, std::int64_t deadline_ns);
  ~ToldWait();
  ToldWait(const ToldWait&) = delete;
  ToldWait& operator=(const ToldWait&) = delete;

 private:
  channel::ClockWait* entry_ = nullptr;
};

}  // namespace framespool::preload::clock
