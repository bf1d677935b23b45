// What asking for the time costs: nanoseconds for each clock_gettime() of this program, and of a library that keeps the real
// clock. Run by bench/clock_hooks, with and without the preload library.
#include <dlfcn.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
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

}  // namespace

int main(int argc, char** argv) {
  void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : nullptr;
  if (library == nullptr) return 2;
  const auto read_inside = reinterpret_cast<void (*)(int)>(dlsym(library, "read_clock_inside"));
  const auto real_ns = reinterpret_cast<long (*)()>(dlsym(library, "real_ns"));
  if (read_inside == nullptr || real_ns == nullptr) return 2;
  // Beside the main thread, which would make the clock creep.
  std::thread([&] {
    std::printf("%.1f %.1f\n", ns_each(read_clock, real_ns), ns_each(read_inside, real_ns));
  }).join();
  return 0;
}
