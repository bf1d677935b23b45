#include "capture/preload/clock/thread_states.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/preload/clock/display_waits.h"
#include "capture/preload/clock/real_calls.h"

namespace framespool::preload::clock {
namespace {

// A file of /proc, as far as it fits. The bytes read, at least 0.
int read_file(int thread, const char* name, char* text, int size) {
  char path[64];
  char* end = path;
  for (const char* at = "/proc/self/task/"; *at != '\0'; ++at) *end++ = *at;
  char digits[12];
  int length = 0;
  for (int rest = thread; rest > 0; rest /= 10) digits[length++] = static_cast<char>('0' + rest % 10);
  while (length > 0) *end++ = digits[--length];
  *end++ = '/';
  while (*name != '\0') *end++ = *name++;
  *end = '\0';
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t got = read(file, text, static_cast<std::size_t>(size - 1));
  close(file);
  const int bytes = got > 0 ? static_cast<int>(got) : 0;
  text[bytes] = '\0';
  return bytes;
}

// "R" of "123 (na) me) R 1 ...": behind the last parenthesis. 0: the thread is gone.
char state_of(int thread) {
  char text[128];
  const int bytes = read_file(thread, "stat", text, sizeof text);
  for (int at = bytes - 1; at >= 0; --at)
    if (text[at] == ')') return at + 2 < bytes ? text[at + 2] : '\0';
  return '\0';
}

// "cpu_ns wait_ns slices"
std::int64_t processor_ns(int thread) {
  char text[96];
  if (read_file(thread, "schedstat", text, sizeof text) == 0) return 0;
  std::int64_t ns = 0;
  for (const char* at = text; *at >= '0' && *at <= '9'; ++at) ns = ns * 10 + (*at - '0');
  return ns;
}

bool runs(char state) { return state == 'R' || state == 'D'; }

}  // namespace

bool ThreadStates::list_threads() {
  const int folder = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const auto self = static_cast<int>(real_syscall()(SYS_gettid));
  Seen fresh[kMost];
  int found = 0;
  alignas(dirent64) char bytes[4096];
  for (;;) {
    const long got = real_syscall()(SYS_getdents64, folder, bytes, sizeof bytes);
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(bytes + at);
      at += entry->d_reclen;
      int thread = 0;
      for (const char* digit = entry->d_name; *digit >= '0' && *digit <= '9'; ++digit)
        thread = thread * 10 + (*digit - '0');
      if (thread == 0 || thread == self || found == kMost) continue;
      fresh[found].thread = thread;
      for (int i = 0; i < count_; ++i)
        if (threads_[i].thread == thread) fresh[found] = threads_[i];
      ++found;
    }
  }
  close(folder);
  count_ = found;
  for (int i = 0; i < found; ++i) threads_[i] = fresh[i];
  return true;
}

std::uint64_t ThreadStates::work_done() const {
  std::uint64_t sum = 0;
  for (int i = 0; i < count_; ++i)
    if (!threads_[i].given_up) sum += static_cast<std::uint64_t>(processor_ns(threads_[i].thread));
  return sum;
}

bool ThreadStates::all_sleep(bool measure) {
  bool all = true;
  for (int i = 0; i < count_; ++i) {
    Seen& seen = threads_[i];
    if (!runs(state_of(seen.thread)) && !waits_for_display(seen.thread)) {
      seen.begun = 0;
      seen.given_up = false;
      continue;
    }
    if (seen.given_up) continue;
    all = false;
    if (!measure) continue;
    const std::int64_t used = processor_ns(seen.thread);
    if (seen.begun == 0) {
      seen.begun = used > 0 ? used : 1;
    } else if (used - seen.begun > kPatience_ns) {
      seen.given_up = true;
      ++late_;
    }
  }
  return all;
}

// All were asleep in the middle, and none has run between the beginning and the end: then there was one moment at which
// all slept and none had been woken.
bool ThreadStates::others_rest() {
  if (!list_threads() || count_ == 0) return true;
  const std::uint64_t before = work_done();
  return all_sleep(false) && work_done() == before;
}

void ThreadStates::wait_until_others_rest() {
  constexpr std::int64_t kShort_ns = 20'000, kLong_ns = 1'000'000;
  for (int i = 0; i < count_; ++i) threads_[i].begun = 0;
  std::int64_t pause_ns = kShort_ns;
  while (list_threads() && count_ > 0) {
    const std::uint64_t before = work_done();
    if (all_sleep(true) && work_done() == before) return;
    real_sleep(pause_ns);
    if (pause_ns < kLong_ns) pause_ns *= 2;
  }
}

}  // namespace framespool::preload::clock
