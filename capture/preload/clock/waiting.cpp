#include "capture/preload/clock/waiting.h"

#include <errno.h>

#include "capture/preload/clock/caller.h"
#include "capture/preload/clock/page.h"

namespace framespool::preload::clock {
namespace {

constexpr std::int64_t kLongSlice_ns = 50 * kMillisecond_ns;
// How long nothing at all must happen in a process that does not draw before its clock is moved by who waits.
constexpr std::int64_t kQuiet_ns = 20 * kMillisecond_ns;

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// How long a wait is given in reality before the first frame, when a program talks to the world outside. More than it asked
// for: with a server on a busy machine it is chance whether the answer comes before the time-out.
std::int64_t patience_outside(std::int64_t wait_ns) {
  return wait_ns + smaller(wait_ns * 3, kSecond_ns);
}

// The real moment at which a wait ends for which nothing has happened.
std::int64_t real_end(std::int64_t deadline_ns) {
  const std::int64_t now = the_clock().now_ns();
  return deadline_ns == kNever ? kNever : real_now_ns() + (deadline_ns > now ? patience_outside(deadline_ns - now) : 0);
}

Waited wait_drawing(const char* name, std::int64_t deadline_ns, const RealWait& real, bool& draws_no_more) {
  VirtualClock& clock = the_clock();
  const bool endless = deadline_ns == kNever;
  clock.set_blocked(name);
  std::int64_t grace_ns = kMillisecond_ns;
  if (!endless) {
    const std::int64_t left = deadline_ns - clock.now_ns();
    grace_ns = left / 20 < kMillisecond_ns ? kMillisecond_ns : smaller(left / 20, 100 * kMillisecond_ns);
    if (!clock.draws()) grace_ns = patience_outside(left);
  }
  Waited result = Waited::happened;
  draws_no_more = false;
  std::int64_t slice_ns = grace_ns < real.patience_ns ? real.patience_ns : grace_ns;
  while (!real(slice_ns)) {
    if (!clock.is_drawing(this_thread())) {  // another has swapped meanwhile, and moves the clock from now on
      draws_no_more = true;
      break;
    }
    slice_ns = slice_ns >= kLongSlice_ns ? kLongSlice_ns : slice_ns * 2;
    if (!clock.is_quiet()) {
      slice_ns = kMillisecond_ns;
      continue;
    }
    // Before the first frame the sleepers themselves see to it, in real time.
    if (endless && (!clock.draws() || !clock.has_sleepers())) continue;
    if (clock.step_towards(deadline_ns)) {
      if (!real(0)) result = Waited::expired;
      break;
    }
    if (endless) clock.count_escape();
    slice_ns = kMillisecond_ns;
  }
  clock.set_blocked(nullptr);
  return result;
}

// Moves the clock for want of a thread that draws: once the wait has lasted longer than it would in reality, and nothing
// has happened for a while.
class QuietWatch {
 public:
  explicit QuietWatch(std::int64_t deadline_ns) : deadline_ns_(deadline_ns), end_ns_(real_end(deadline_ns)) {}
  // Called now and then.
  void look() {
    VirtualClock& clock = the_clock();
    clock.look_after_drawing_thread();
    if (clock.draws() || real_now_ns() < end_ns_ || !clock.is_quiet()) {
      quiet_since_ns_ = 0;
      return;
    }
    if (quiet_since_ns_ == 0) quiet_since_ns_ = real_now_ns();
    if (real_now_ns() - quiet_since_ns_ >= kQuiet_ns) static_cast<void>(clock.step_towards(deadline_ns_));
  }

 private:
  std::int64_t deadline_ns_, end_ns_;
  std::int64_t quiet_since_ns_ = 0;
};

Waited wait_beside(std::int64_t deadline_ns, const RealWait& real) {
  VirtualClock& clock = the_clock();
  Sleeper self{.deadline_ns = deadline_ns, .wakes = real.wakes, .condition = real.condition};
  const std::int64_t slice_ns = real.wakes == Sleeper::Wakes::by_itself ? kMillisecond_ns : 10 * kMillisecond_ns;
  QuietWatch watch(deadline_ns);
  clock.enlist(self);
  bool happened = false;
  while (!happened && self.released.load(std::memory_order_acquire) == 0) {
    happened = real(slice_ns);
    if (!happened && self.released.load(std::memory_order_acquire) == 0) watch.look();
  }
  const bool released = clock.withdraw(self);
  if (released && real.wakes == Sleeper::Wakes::by_itself) clock.acknowledge();
  // A condition that woke whom the clock had released was woken by the clock.
  if (released && real.wakes == Sleeper::Wakes::by_condition) happened = false;
  return happened ? Waited::happened : Waited::expired;
}

}  // namespace

Waited wait_for(const char* name, std::int64_t deadline_ns, const RealWait& real) {
  const NotCancelled not_cancelled;
  if (deadline_ns <= the_clock().now_ns()) return real(0) ? Waited::happened : Waited::expired;
  const ToldWait told(name, deadline_ns);
  if (the_clock().is_drawing(this_thread())) {
    bool draws_no_more = false;
    const Waited waited = wait_drawing(name, deadline_ns, real, draws_no_more);
    if (!draws_no_more) return waited;
  }
  if (deadline_ns != kNever) return wait_beside(deadline_ns, real);
  while (!real(kForEver_ns)) {
  }
  return Waited::happened;
}

bool sleep_until(std::int64_t deadline_ns, std::int64_t& left_ns) {
  VirtualClock& clock = the_clock();
  if (deadline_ns == kNever) {
    const auto until_signal = [](void*, std::int64_t ns) {
      const timespec time = to_timespec(ns);
      return real_clock_nanosleep()(CLOCK_MONOTONIC, 0, &time, nullptr) == EINTR;
    };
    static_cast<void>(wait_for("a sleep", kNever, {.wait = until_signal, .call = nullptr}));
    left_ns = kForEver_ns;
    return false;
  }
  const std::int64_t length = deadline_ns - clock.now_ns();
  if (length <= 0) return true;
  const NotCancelled not_cancelled;
  const ToldWait told("a sleep", deadline_ns);
  if (clock.is_drawing(this_thread())) {
    if (!clock.draws()) {  // before the first frame: somebody outside may be waited for
      const timespec time = to_timespec(length);
      timespec left{};
      const int result = real_clock_nanosleep()(CLOCK_MONOTONIC, 0, &time, &left);
      left_ns = result == EINTR ? to_ns(left) : 0;
      clock.sleep(length - left_ns);
      return result != EINTR;
    }
    clock.sleep(length);
    return true;
  }
  Sleeper self{.deadline_ns = deadline_ns};
  QuietWatch watch(deadline_ns);
  clock.enlist(self);
  bool undisturbed = true;
  while (undisturbed && self.released.load(std::memory_order_acquire) == 0) {
    undisturbed = wait_on(self.released, 0, 10 * kMillisecond_ns);
    if (undisturbed && self.released.load(std::memory_order_acquire) == 0) watch.look();
  }
  if (clock.withdraw(self)) return true;
  left_ns = deadline_ns - clock.now_ns();
  return false;
}

std::int64_t deadline_in(std::int64_t ns) {
  if (ns > kForEver_ns) return kNever;
  return the_clock().now_ns() + (ns > 0 ? ns : 0);
}

std::int64_t deadline_at(clockid_t clock, const timespec& time) {
  std::int64_t offset_ns = 0;
  static_cast<void>(offset_of(clock, offset_ns));
  const std::int64_t at = to_ns(time);
  const std::int64_t now = the_clock().now_ns();
  if (at == kNever || at - offset_ns - now > kForEver_ns) return kNever;
  return at - offset_ns;
}

bool virtual_time(clockid_t clock, std::int64_t& ns) {
  std::int64_t offset_ns = 0;
  if (!offset_of(clock, offset_ns)) return false;
  ns = the_clock().read(this_thread()) + offset_ns;
  return true;
}

bool is_programs_call(const void* caller) { return is_virtual() && !keeps_real_clock(caller); }

}  // namespace framespool::preload::clock
