#include "capture/preload/clock/virtual_clock.h"

#include <errno.h>
#include <signal.h>

#include "cache/core/step_grid.h"

namespace framespool::preload::clock {
namespace {

class ErrnoKept {
 public:
  ErrnoKept() : kept_(errno) {}
  ~ErrnoKept() { errno = kept_; }
  ErrnoKept(const ErrnoKept&) = delete;
  ErrnoKept& operator=(const ErrnoKept&) = delete;

 private:
  int kept_;
};

bool thread_lives(int thread) {
  const ErrnoKept errno_kept;
  const auto process = real_syscall()(SYS_getpid);
  return real_syscall()(SYS_tgkill, process, thread, 0) == 0 || errno != ESRCH;
}

}  // namespace

void VirtualClock::start(std::int64_t numerator, std::int64_t denominator, std::int64_t now_ns, int main_thread) {
  numerator_ = numerator;
  denominator_ = denominator;
  main_thread_ = main_thread;
  drawing_thread_.store(main_thread, std::memory_order_relaxed);
  now_ns_.store(now_ns, std::memory_order_release);
}

bool VirtualClock::is_drawing(int thread) const {
  return drawing_thread_.load(std::memory_order_relaxed) == thread;
}

void VirtualClock::end_of_drawing() {
  draws_.store(false, std::memory_order_relaxed);
  drawing_thread_.store(main_thread_, std::memory_order_relaxed);
  if (page_ != nullptr) page_->drawing_thread.store(main_thread_, std::memory_order_relaxed);
  blocked_.store(nullptr, std::memory_order_relaxed);
}

void VirtualClock::look_after_drawing_thread() {
  if (draws() && !thread_lives(drawing_thread_.load(std::memory_order_relaxed))) end_of_drawing();
}

std::int64_t VirtualClock::read(int thread) {
  if (is_drawing(thread)) {
    if (reads_.fetch_add(1, std::memory_order_relaxed) >= kPatientReads && moving_.try_lock()) {
      move_to(now_ns() + kCreep_ns, false);
      moving_.unlock();
      crept_ns_.fetch_add(kCreep_ns, std::memory_order_relaxed);
    }
  } else if (blocked() != nullptr) {
    if (foreign_reads_.fetch_add(1, std::memory_order_relaxed) >= kPatientReads) {
      now_ns_.fetch_add(kCreep_ns, std::memory_order_acq_rel);
      crept_ns_.fetch_add(kCreep_ns, std::memory_order_relaxed);
    }
  }
  return now_ns();
}

std::uint64_t VirtualClock::swap(int thread) {
  const ErrnoKept errno_kept;
  const FutexGuard moving(moving_);
  drawing_thread_.store(thread, std::memory_order_relaxed);
  draws_.store(true, std::memory_order_relaxed);
  if (page_ != nullptr) page_->drawing_thread.store(thread, std::memory_order_relaxed);
  if (!has_origin_) {
    has_origin_ = true;
    origin_ns_ = now_ns();
  }
  // The first step at or after now. A program whose own limiter runs a little beside the grid is on it.
  const std::int64_t passed_ns = now_ns() - origin_ns_ - jitter_allowance_ns(numerator_, denominator_);
  const std::uint64_t reached = passed_ns <= 0 ? 0 : step_after(passed_ns - 1, numerator_, denominator_);
  const std::uint64_t next = step_ + 1;
  if (reached > next) long_steps_.fetch_add(1, std::memory_order_relaxed);
  step_ = reached > next ? reached : next;
  set_blocked("a buffer swap");
  move_to(origin_ns_ + step_time_ns(step_, numerator_, denominator_), true);
  set_blocked(nullptr);
  reads_.store(0, std::memory_order_relaxed);
  foreign_reads_.store(0, std::memory_order_relaxed);
  return step_;
}

void VirtualClock::sleep(std::int64_t ns) {
  const ErrnoKept errno_kept;
  const FutexGuard moving(moving_);
  set_blocked("a sleep");
  const std::int64_t now = now_ns();
  move_to(ns > kNever - now ? kNever - 1 : now + ns, true);
  set_blocked(nullptr);
}

// With moving_ held.
void VirtualClock::move_to(std::int64_t target_ns, bool settled) {
  if (settled) settle();
  while (release_next(target_ns)) settle();
  raise(target_ns);
}

// The clock goes to the deadline of the one who is due first, who then runs on.
bool VirtualClock::release_next(std::int64_t target_ns) {
  bool acknowledges = false;
  const std::uint32_t before = acknowledged_.load(std::memory_order_acquire);
  {
    const FutexGuard guard(list_lock_);
    Sleeper* first = sleepers_;
    if (first == nullptr || first->deadline_ns > target_ns) return false;
    sleepers_ = first->next;
    raise(first->deadline_ns);
    acknowledges = first->wakes == Sleeper::Wakes::by_itself;
    pthread_cond_t* condition = first->condition;
    first->released.store(1, std::memory_order_release);
    if (first->wakes == Sleeper::Wakes::by_word) wake_all(first->released);
    // Wakes others too, as POSIX allows. Under the lock, so that nobody has left the condition yet.
    if (first->wakes == Sleeper::Wakes::by_condition) pthread_cond_broadcast(condition);
  }
  while (acknowledges && acknowledged_.load(std::memory_order_acquire) == before)
    wait_on(acknowledged_, before, kSecond_ns);
  return true;
}

void VirtualClock::raise(std::int64_t to_ns) {
  std::int64_t seen = now_ns();
  while (seen < to_ns && !now_ns_.compare_exchange_weak(seen, to_ns, std::memory_order_acq_rel)) {
  }
  if (page_ != nullptr) page_->now_ns.store(now_ns(), std::memory_order_relaxed);
}

void VirtualClock::settle() {
  if (!has_threads_.load(std::memory_order_relaxed)) return;
  const auto tell = [this](channel::ClockActivity activity) {
    if (page_ != nullptr) page_->activity.store(static_cast<std::uint32_t>(activity), std::memory_order_relaxed);
  };
  tell(channel::ClockActivity::settling);
  threads_.wait_until_others_rest();
  tell(channel::ClockActivity::program);
}

std::int64_t VirtualClock::earliest_deadline() {
  const FutexGuard guard(list_lock_);
  return sleepers_ == nullptr ? kNever : sleepers_->deadline_ns;
}

bool VirtualClock::has_sleepers() { return earliest_deadline() != kNever; }

bool VirtualClock::step_towards(std::int64_t deadline_ns) {
  const ErrnoKept errno_kept;
  const FutexGuard moving(moving_);
  const std::int64_t first = earliest_deadline();
  if (first == kNever && deadline_ns == kNever) return false;
  if (first < deadline_ns) {
    if (!release_next(first)) return false;  // it has left meanwhile
    settle();
    return false;
  }
  move_to(deadline_ns, true);
  return true;
}

bool VirtualClock::is_quiet() {
  if (!has_threads_.load(std::memory_order_relaxed)) return true;
  if (!moving_.try_lock()) return false;
  const ErrnoKept errno_kept;
  const bool quiet = threads_.others_rest();
  moving_.unlock();
  return quiet;
}

void VirtualClock::enlist(Sleeper& sleeper) {
  expect_threads();
  const FutexGuard guard(list_lock_);
  Sleeper** place = &sleepers_;
  while (*place != nullptr && (*place)->deadline_ns <= sleeper.deadline_ns) place = &(*place)->next;
  sleeper.next = *place;
  *place = &sleeper;
}

bool VirtualClock::withdraw(Sleeper& sleeper) {
  const FutexGuard guard(list_lock_);
  if (sleeper.released.load(std::memory_order_acquire) != 0) return true;
  for (Sleeper** place = &sleepers_; *place != nullptr; place = &(*place)->next) {
    if (*place != &sleeper) continue;
    *place = sleeper.next;
    break;
  }
  return false;
}

void VirtualClock::acknowledge() {
  acknowledged_.fetch_add(1, std::memory_order_release);
  wake_all(acknowledged_);
}

ClockReport VirtualClock::findings() const {
  return {.long_steps = long_steps_.load(std::memory_order_relaxed),
          .escapes = escapes_.load(std::memory_order_relaxed),
          .late_threads = threads_.late_threads(),
          .crept_ns = crept_ns_.load(std::memory_order_relaxed)};
}

}  // namespace framespool::preload::clock
