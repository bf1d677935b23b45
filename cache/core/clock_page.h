// What programs on the virtual clock (docs/fixed-step.md) tell the recording process of themselves at all times, so that it can
// say what they wait for when no frame comes. One shared file, made by the recorder, an entry for each process. Plain
// data; written without order between the words: for people to read, nothing is decided by it.
#pragma once

#include <atomic>
#include <cstdint>

namespace framespool::channel {

// Environment of the recorded program: the path of the file; unset: nobody wants to know.
inline constexpr char kClockPageVariable[] = "FRAMESPOOL_CLOCK_PAGE";

// A thread in a hooked call that waits for the clock, or for something else and the clock.
struct ClockWait {
  static constexpr int kNameWords = 3;
  std::atomic<std::int32_t> thread;       // 0: free
  std::atomic<std::int64_t> deadline_ns;  // on the virtual CLOCK_MONOTONIC; INT64_MAX: none
  std::atomic<std::uint64_t> name[kNameWords];  // of the call: bytes, zeros behind it
};

enum class ClockActivity : std::uint32_t {
  program = 0,   // the program's own work and waits
  settling = 1,  // the clock waits for the program's other threads to come to rest
  storing = 2,   // a frame is read back and handed to the recorder
};

struct ClockProcess {
  static constexpr int kWaits = 40;
  std::atomic<std::int32_t> pid;  // 0: free
  std::atomic<std::int32_t> drawing_thread;
  std::atomic<std::uint32_t> activity;  // ClockActivity
  std::atomic<std::uint32_t> stayed_real;  // UnvirtualisedTime, also of processes that had this entry before
  std::atomic<std::uint64_t> swaps;  // of all drawables
  std::atomic<std::int64_t> now_ns;
  ClockWait waits[kWaits];
};

struct ClockPage {
  static constexpr int kProcesses = 16;
  ClockProcess processes[kProcesses];
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

}  // namespace framespool::channel
