// Threads that wait for an answer of the X server. They sleep, and yet are in the middle of something: the clock must not
// move as if they had come to rest, or how slow the server is would decide what the program draws.
#pragma once

namespace framespool::preload::clock {

// Whether a wait for descriptors by the instruction at `caller` is one of libxcb's for an answer. Waiting for the next
// event (xcb_wait_for_event) is none: that is how threads rest which only read events.
[[nodiscard]] bool is_wait_for_answer(const void* caller);

// While it lives the calling thread waits for the next event.
class EventWait {
 public:
  EventWait();
  ~EventWait();
  EventWait(const EventWait&) = delete;
  EventWait& operator=(const EventWait&) = delete;
};

// While it lives the calling thread, `thread`, is in such a wait.
class DisplayWait {
 public:
  explicit DisplayWait(int thread);
  ~DisplayWait();
  DisplayWait(const DisplayWait&) = delete;
  DisplayWait& operator=(const DisplayWait&) = delete;

 private:
  int place_ = -1;
};

// Whether the thread is in such a wait, for no longer than a server that is alive takes.
[[nodiscard]] bool waits_for_display(int thread);

}  // namespace framespool::preload::clock
