// What the long runs share: measuring this process, a folder of their own, takes of small frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "cache/error.h"

namespace framespool::soak {

constexpr std::uint32_t kWidth = 64, kHeight = 36;

struct Usage {
  long heap_bytes = 0;  // in use, by mallinfo2, after malloc_trim
  long resident_bytes = 0;
  long descriptors = 0;
  long threads = 0;
};
[[nodiscard]] Usage measure();
[[nodiscard]] long peak_resident_bytes();

// Gone at the end. In TMPDIR.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Replaces what stands at `path`.
[[nodiscard]] Result<void> make_take(const std::filesystem::path& path, std::uint64_t frames);

// A context of EGL's own, one framebuffer, one readback, with nothing of ours in between.
[[nodiscard]] Result<void> use_driver_alone();

// Both print a table; false when something grew.
[[nodiscard]] bool run_cycles(long cycles);
[[nodiscard]] bool run_flat(std::uint64_t most_frames);

}  // namespace framespool::soak
