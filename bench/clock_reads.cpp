// What asking for the time costs: nanoseconds for each clock_gettime() of this program, and of a library that keeps the real
// clock. Run by bench/clock_hooks, with and without the preload library: clock_reads LIBRARY alone|preloaded real|virtual.
// Measures only what it is said to be: with the preload library in the process or not, on a clock that moves by itself or not.
#include <dlfcn.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

namespace {

constexpr int kReads = 10'000'000, kRounds = 5;

void read_clock(int reads) {
  timespec time{};
  for (int i = 0; i < reads; ++i) clock_gettime(CLOCK_MONOTONIC, &time);
}

// The best of some rounds, on the real clock.
double ns_each(void (*read)(int), long (*real_ns)()) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const long begun = real_ns();
    read(kReads);
    best = std::min(best, static_cast<double>(real_ns() - begun) / kReads);
  }
  return best;
}

bool is_preloaded() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("libframespool-preload.so") != std::string::npos) return true;
  return false;
}

// Whether this program's clock stands still while 20 ms of real time go by.
bool is_virtual(long (*real_ns)()) {
  timespec begun{}, ended{};
  const long until = real_ns() + 20'000'000;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  while (real_ns() < until) {
  }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  return (ended.tv_sec - begun.tv_sec) * 1'000'000'000 + ended.tv_nsec - begun.tv_nsec < 10'000'000;
}

}  // namespace

int main(int argc, char** argv) {
  void* library = argc > 3 ? dlopen(argv[1], RTLD_NOW) : nullptr;
  if (library == nullptr) return 2;
  const auto read_inside = reinterpret_cast<void (*)(int)>(dlsym(library, "read_clock_inside"));
  const auto real_ns = reinterpret_cast<long (*)()>(dlsym(library, "real_ns"));
  if (read_inside == nullptr || real_ns == nullptr) return 2;
  if (is_preloaded() != (std::string(argv[2]) == "preloaded")) {
    std::fputs("clock_reads: the preload library is there and should not be, or the other way round\n", stderr);
    return 1;
  }
  bool as_said = true;
  // Beside the main thread, which would make the clock creep.
  std::thread([&] {
    as_said = is_virtual(real_ns) == (std::string(argv[3]) == "virtual");
    if (!as_said) {
      std::fputs("clock_reads: the clock is not the one that should be measured\n", stderr);
      return;
    }
    std::printf("%.1f %.1f\n", ns_each(read_clock, real_ns), ns_each(read_inside, real_ns));
  }).join();
  return as_said ? 0 : 1;
}
