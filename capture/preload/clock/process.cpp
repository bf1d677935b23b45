#include "capture/preload/clock/process.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <new>

#include "cache/core/frame_channel.h"
#include "capture/preload/clock/caller.h"
#include "capture/preload/clock/page.h"

namespace framespool::preload::clock {
namespace {

using detail::Mode;

// Where the clocks of a program begin. The same in every run, so that a program that does arithmetic with them gives the
// same; the date is the true one to the second, unless numbers at random were asked to be the same too.
constexpr std::int64_t kStart_ns = 1000 * kSecond_ns;
constexpr std::int64_t kSeededDate_ns = 1'000'000'000 * kSecond_ns;  // 9 September 2001

constinit VirtualClock clock_of_process;
std::atomic<int> deciding;
std::atomic<std::uint32_t> unvirtualised;

// Written while deciding.
std::atomic<std::int32_t>* mark = nullptr;  // the process; zero in a forked child
std::int64_t numerator = 0, denominator = 1;
std::int64_t realtime_offset_ns = 0, boot_offset_ns = 0, tai_offset_ns = 0, begun_ns = 0;
bool one_step_a_swap = false, has_seed = false, is_main_program = false;
std::uint64_t given_seed = 0, steps_to_skip = 0;

bool read_number(const char*& at, std::int64_t& number) {
  if (*at < '0' || *at > '9') return false;
  number = 0;
  for (; *at >= '0' && *at <= '9'; ++at) {
    if (number > INT64_MAX / 10 - 9) return false;
    number = number * 10 + (*at - '0');
  }
  return true;
}

bool read_rate(const char* text) {
  if (text == nullptr || !read_number(text, numerator)) return false;
  denominator = 1;
  if (*text == '/' && !read_number(++text, denominator)) return false;
  return *text == '\0' && numerator > 0 && numerator <= 1'000'000'000'000'000 && denominator > 0 &&
         denominator <= 1'000'000'000;
}

std::int64_t real_time_of(clockid_t clock) {
  timespec now{};
  real_clock_gettime()(clock, &now);
  return to_ns(now);
}

// `from_the_start`: nothing has been told the real time yet.
void begin(bool from_the_start) {
  const std::int64_t now = real_now_ns();
  begun_ns = from_the_start ? kStart_ns : now;
  realtime_offset_ns = real_time_of(CLOCK_REALTIME) - now + (now - begun_ns);
  boot_offset_ns = from_the_start ? 0 : real_time_of(CLOCK_BOOTTIME) - now;
  tai_offset_ns = real_time_of(CLOCK_TAI) - real_time_of(CLOCK_REALTIME) + realtime_offset_ns;
  // On a whole second: microseconds and floating-point sums then come out the same in every run.
  if (from_the_start) realtime_offset_ns -= (begun_ns + realtime_offset_ns) % kSecond_ns;
  if (has_seed && from_the_start) realtime_offset_ns = tai_offset_ns = kSeededDate_ns - begun_ns;
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED || madvise(page, 4096, MADV_WIPEONFORK) != 0) {
    detail::mode.store(Mode::never, std::memory_order_release);
    return;
  }
  mark = ::new (page) std::atomic<std::int32_t>(1);
  const auto process = static_cast<int>(real_syscall()(SYS_getpid));
  clock_of_process.start(numerator, denominator, begun_ns, process);
  clock_of_process.tell(open_page());
  detail::mode.store(Mode::always, std::memory_order_release);
}

void decide() {
  if (!read_rate(getenv(channel::kFixedStepVariable))) {
    detail::mode.store(Mode::never, std::memory_order_release);
    return;
  }
  one_step_a_swap = getenv(channel::kClampVariable) != nullptr;
  const char* recorder = getenv(channel::kRecorderVariable);
  std::int64_t number = 0;
  is_main_program =
      recorder != nullptr && read_number(recorder, number) && number == real_syscall()(SYS_getppid);
  const char* skip = getenv(channel::kSkipStepsVariable);
  if (skip != nullptr && read_number(skip, number)) steps_to_skip = static_cast<std::uint64_t>(number);
  const char* seed = getenv(channel::kSeedVariable);
  has_seed = seed != nullptr && read_number(seed, number);
  given_seed = has_seed ? static_cast<std::uint64_t>(number) : 0;
  if (is_main_program || opengl_is_loaded())
    begin(true);
  else
    detail::mode.store(Mode::not_yet, std::memory_order_release);
}

}  // namespace

std::atomic<Mode> detail::mode = Mode::undecided;

bool detail::is_virtual_now() {
  switch (mode.load(std::memory_order_acquire)) {
    case Mode::never:
    case Mode::not_yet:
      return false;
    case Mode::undecided: {
      // Others who come meanwhile, and calls that deciding makes itself, are given the real time.
      if (deciding.exchange(1, std::memory_order_acquire) != 0) return false;
      const int kept = errno;
      decide();
      errno = kept;
      deciding.store(0, std::memory_order_release);
      return mode.load(std::memory_order_relaxed) == Mode::always;
    }
    case Mode::always:
      break;
  }
  if (mark->load(std::memory_order_relaxed) != 0) return true;
  // A forked child. Locks may have been held when it was made.
  is_main_program = false;
  forget_page();
  ::new (&clock_of_process) VirtualClock();
  mode.store(Mode::not_yet, std::memory_order_release);
  return false;
}

void program_draws() {
  if (is_virtual() || detail::mode.load(std::memory_order_acquire) != Mode::not_yet) return;
  if (deciding.exchange(1, std::memory_order_acquire) != 0) return;
  const int kept = errno;
  if (detail::mode.load(std::memory_order_acquire) == Mode::not_yet) begin(false);
  errno = kept;
  deciding.store(0, std::memory_order_release);
}

VirtualClock& the_clock() { return clock_of_process; }

bool offset_of(clockid_t clock, std::int64_t& offset_ns) {
  switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
      offset_ns = 0;
      return true;
    case CLOCK_BOOTTIME:
      offset_ns = boot_offset_ns;
      return true;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      offset_ns = realtime_offset_ns;
      return true;
    case CLOCK_TAI:
      offset_ns = tai_offset_ns;
      return true;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
      offset_ns = -begun_ns;  // as if it had worked all the time
      return true;
    default:
      return false;
  }
}

std::int64_t start_ns() { return begun_ns; }
bool clamps() { return one_step_a_swap; }
std::uint64_t skipped_steps() { return steps_to_skip; }

bool seed_of_program(std::uint64_t& seed) {
  seed = given_seed;
  return has_seed && is_main_program;
}

int this_thread() {
  // In the block that every thread has from its start. A forked child has left this world, its copy is not asked.
  static thread_local int known __attribute__((tls_model("initial-exec"))) = 0;
  if (known == 0) known = static_cast<int>(real_syscall()(SYS_gettid));
  return known;
}

void saw(UnvirtualisedTime what) {
  unvirtualised.fetch_or(what, std::memory_order_relaxed);
  if (channel::ClockProcess* told = page()) told->stayed_real.fetch_or(what, std::memory_order_relaxed);
}

ClockReport report() {
  ClockReport all = clock_of_process.findings();
  all.unvirtualised = unvirtualised.load(std::memory_order_relaxed);
  return all;
}

}  // namespace framespool::preload::clock
