#include "app/model/memory_meter.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

namespace framespool {

std::uint64_t MemoryMeter::resident_bytes(std::int64_t now_ns) {
  constexpr std::int64_t kPace_ns = 250'000'000;
  if (looked_ns_ >= 0 && now_ns - looked_ns_ < kPace_ns) return resident_bytes_;
  looked_ns_ = now_ns;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen("/proc/self/statm", "re"));
  unsigned long total = 0, resident = 0;
  if (!file || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return resident_bytes_;
  return resident_bytes_ = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace framespool
