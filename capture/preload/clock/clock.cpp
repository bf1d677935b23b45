#include "capture/preload/clock/clock.h"

#include <atomic>

#include <errno.h>

#include "capture/preload/clock/page.h"
#include "capture/preload/clock/process.h"
#include "capture/preload/clock/sound.h"

namespace framespool::preload::clock {
namespace {

// A window may go without a word (XDestroyWindow). After so many swaps of others without one of its own it has.
constexpr int kForgottenAfter = 64;

struct First {
  const void* display = nullptr;
  std::uint64_t drawable = 0;
  int missed = 0;
};
FutexLock first_lock;
First first;  // guarded by first_lock
std::atomic<std::uint64_t> reached;
std::atomic<std::uint64_t> swaps;

void look_for_sound() {
  const int kept = errno;
  if (sound_is_open()) saw(kSoundDevice);
  errno = kept;
}

bool is_first(const void* display, std::uint64_t drawable) {
  const FutexGuard guard(first_lock);
  if (first.display == nullptr || first.missed > kForgottenAfter) first = {.display = display, .drawable = drawable};
  const bool is = first.display == display && first.drawable == drawable;
  first.missed = is ? 0 : first.missed + 1;
  return is;
}

void end_if(bool (*ends)(const void*, std::uint64_t), const void* display, std::uint64_t drawable) {
  if (!is_virtual()) return;
  {
    const FutexGuard guard(first_lock);
    if (first.display != display || !ends(display, drawable)) return;
    first = {};
  }
  the_clock().end_of_drawing();
}

}  // namespace

std::uint64_t on_swap(const void* display, std::uint64_t drawable) {
  program_draws();
  if (!is_virtual()) return 0;
  if (channel::ClockProcess* told = page()) told->swaps.fetch_add(1, std::memory_order_relaxed);
  if (is_first(display, drawable)) {
    reached.store(the_clock().swap(this_thread()), std::memory_order_release);
    const std::uint64_t before = swaps.fetch_add(1, std::memory_order_release);
    if (before == 10 || before % 600 == 100) look_for_sound();
  }
  return clamps() ? swaps.load(std::memory_order_acquire) : reached.load(std::memory_order_acquire);
}

bool is_too_early(std::uint64_t step) { return step != 0 && step - 1 < skipped_steps(); }

Storing::Storing() {
  if (channel::ClockProcess* told = page())
    told->activity.store(static_cast<std::uint32_t>(channel::ClockActivity::storing), std::memory_order_relaxed);
}

Storing::~Storing() {
  if (channel::ClockProcess* told = page())
    told->activity.store(static_cast<std::uint32_t>(channel::ClockActivity::program), std::memory_order_relaxed);
}

void drawable_ends(const void* display, std::uint64_t drawable) {
  end_if([](const void*, std::uint64_t which) { return first.drawable == which; }, display, drawable);
}

void display_ends(const void* display) {
  end_if([](const void*, std::uint64_t) { return true; }, display, 0);
}

}  // namespace framespool::preload::clock
