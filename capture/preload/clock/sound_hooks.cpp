// ALSA devices that are none (its null device, a file): they take whatever they are given at once, so that sound would run
// away from the picture and its thread never rest. For threads beside the drawing one they take it here as fast as it would
// play on the virtual clock. Real devices keep the sound card's clock, which is reported.
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <atomic>

#include "capture/preload/clock/waiting.h"
#include "capture/preload/elf_objects.h"
#include "capture/preload/hooks.h"

namespace framespool::preload::clock {
namespace {

// ALSA may come late and, with a plug-in that uses it, go: once found it is kept loaded. nullptr: this ALSA has no such
// function. (The rate has two versions of one name; this is the name inside.)
#define FRAMESPOOL_ALSA_CALL(name, result, parameters)                                    \
  auto real_##name() {                                                                    \
    static constinit std::atomic<void*> slot = nullptr;                                   \
    return reinterpret_cast<result(*) parameters>(next_definition_kept(slot, #name));     \
  }
FRAMESPOOL_ALSA_CALL(snd_pcm_writei, long, (void*, const void*, unsigned long))
FRAMESPOOL_ALSA_CALL(snd_pcm_writen, long, (void*, void**, unsigned long))
FRAMESPOOL_ALSA_CALL(snd_pcm_readi, long, (void*, void*, unsigned long))
FRAMESPOOL_ALSA_CALL(snd_pcm_mmap_commit, long, (void*, unsigned long, unsigned long))
FRAMESPOOL_ALSA_CALL(snd_pcm_poll_descriptors, int, (void*, pollfd*, unsigned int))
FRAMESPOOL_ALSA_CALL(snd_pcm_get_params, int, (void*, unsigned long*, unsigned long*))
FRAMESPOOL_ALSA_CALL(snd_pcm_hw_params_sizeof, std::size_t, ())
FRAMESPOOL_ALSA_CALL(snd_pcm_hw_params_current, int, (void*, void*))
FRAMESPOOL_ALSA_CALL(__snd_pcm_hw_params_get_rate, int, (const void*, unsigned int*, int*))
#undef FRAMESPOOL_ALSA_CALL

constexpr long kMostFrames = 100'000'000;  // beyond it is no sensible number

struct Stream {
  const void* device = nullptr;
  std::int64_t end_ns = 0;  // what it was given has been played then
};
Stream streams[8];  // guarded by streams_lock; the one that ended first makes way
FutexLock streams_lock;

// So much more is in the device. How far that reaches past `now_ns`.
std::int64_t lengthen(const void* device, std::int64_t ns, std::int64_t now_ns) {
  const FutexGuard guard(streams_lock);
  Stream* place = &streams[0];
  for (Stream& each : streams) {
    if (each.device == device) {
      place = &each;
      break;
    }
    if (each.end_ns < place->end_ns) place = &each;
  }
  if (place->device != device) *place = {.device = device, .end_ns = now_ns};
  place->end_ns = (place->end_ns > now_ns ? place->end_ns : now_ns) + ns;
  return place->end_ns - now_ns;
}

// What such devices have for waiting on is /dev/null.
bool has_no_clock(void* device) {
  pollfd entry{.fd = -1, .events = 0, .revents = 0};
  struct stat status {};
  const auto descriptors = real_snd_pcm_poll_descriptors();
  return descriptors != nullptr && descriptors(device, &entry, 1) == 1 && fstat(entry.fd, &status) == 0 &&
         S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

// In frames a second; 0: not known.
unsigned int rate_of(void* device) {
  alignas(16) unsigned char parameters[4096];
  unsigned int rate = 0;
  const auto bytes = real_snd_pcm_hw_params_sizeof();
  const auto current = real_snd_pcm_hw_params_current();
  const auto get_rate = real___snd_pcm_hw_params_get_rate();
  if (bytes == nullptr || current == nullptr || get_rate == nullptr) return 0;
  if (bytes() > sizeof parameters || current(device, parameters) != 0 || get_rate(parameters, &rate, nullptr) != 0) return 0;
  return rate;
}

// Waits until all but a buffer of it is played.
void pace(void* device, long frames) {
  unsigned long buffer = 0, period = 0;
  const auto get_params = real_snd_pcm_get_params();
  if (!has_no_clock(device) || get_params == nullptr || get_params(device, &buffer, &period) != 0 || buffer > kMostFrames) return;
  const unsigned int rate = rate_of(device);
  if (rate == 0) return;
  const std::int64_t now = the_clock().now_ns();
  const std::int64_t ahead = lengthen(device, frames * kSecond_ns / rate, now);
  const std::int64_t room = static_cast<std::int64_t>(buffer) * kSecond_ns / rate;
  std::int64_t left_ns = 0;
  if (ahead > room) static_cast<void>(sleep_until(now + ahead - room, left_ns));
}

// `done` frames were taken or given.
long paced(const void* caller, void* device, long done) {
  if (done <= 0 || done > kMostFrames || !is_programs_call(caller) || the_clock().is_drawing(this_thread())) return done;
  const int kept = errno;
  pace(device, done);
  errno = kept;
  return done;
}

}  // namespace
}  // namespace framespool::preload::clock

using namespace framespool::preload::clock;

FRAMESPOOL_EXPORT long snd_pcm_writei(void* device, const void* sound, unsigned long frames) {
  const auto real = real_snd_pcm_writei();
  if (real == nullptr) return -ENOSYS;  // who calls it did not find it either
  return paced(__builtin_return_address(0), device, real(device, sound, frames));
}

FRAMESPOOL_EXPORT long snd_pcm_writen(void* device, void** sound, unsigned long frames) {
  const auto real = real_snd_pcm_writen();
  if (real == nullptr) return -ENOSYS;  // who calls it did not find it either
  return paced(__builtin_return_address(0), device, real(device, sound, frames));
}

FRAMESPOOL_EXPORT long snd_pcm_readi(void* device, void* sound, unsigned long frames) {
  const auto real = real_snd_pcm_readi();
  if (real == nullptr) return -ENOSYS;  // who calls it did not find it either
  return paced(__builtin_return_address(0), device, real(device, sound, frames));
}

FRAMESPOOL_EXPORT long snd_pcm_mmap_commit(void* device, unsigned long offset, unsigned long frames) {
  const auto real = real_snd_pcm_mmap_commit();
  if (real == nullptr) return -ENOSYS;  // who calls it did not find it either
  return paced(__builtin_return_address(0), device, real(device, offset, frames));
}
