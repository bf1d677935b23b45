// What the long runs share: measuring this process, a folder of their own, takes of small frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "cache/error.h"

namespace framespool::soak {

constexpr std::uint32_t kWidth = 64, kHeight = 36;

struct Usage {
  long heap_bytes = 0;  // in use, by mallinfo2, after malloc_trim
  long resident_bytes = 0;
  long mapped_bytes = 0;  // of those, neither the heap's nor code that a driver made (nobody else maps such)
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
// The same of a window: GLFW, Mesa and the X connection, opened and closed, three pictures shown.
[[nodiscard]] Result<void> use_window_alone();

// Objects of the current context that glIs* knows, names 1 to 65535. (Fences have no names: nobody can
// enumerate them.)
[[nodiscard]] long count_gl_objects();

struct Row {
  const char* name;
  long cycles;
  std::function<Result<void>()> once;
  bool in_context = false;  // a context is current all the time: its objects are counted
  // Watch all cycles for whose memory grows, and leave the driver's and the window system's out of the
  // verdict: what they keep depends on where their blocks happen to lie, so that a baseline beside cannot be
  // subtracted exactly.
  bool theirs_apart = false;
  long allowed_blocks = 0;  // of ours
};

struct Growth {
  long heap_bytes = 0, resident_bytes = 0, mapped_bytes = 0, descriptors = 0, threads = 0;
  std::optional<long> gl_objects;
  long our_blocks = 0;  // malloc'ed by our own code in watched cycles and not freed: exact
  std::optional<long>
      their_bytes;        // live of the driver's and the window system's, where these are told apart
  long booked_bytes = 0;  // live in the ledger
};

// Grown after a warm-up; nothing when a cycle failed, which is then printed.
[[nodiscard]] std::optional<Growth> grow(const Row& row);
void print_heading();
void print(const Row& row, const Growth& growth, const char* verdict);
// Prints a line; false when more stayed than the driver keeps by itself, or when a cycle failed.
[[nodiscard]] bool run(const Row& row, const Growth& baseline = {});

// All print a table; false when something grew.
// `only`: how the names of the wanted rows begin; empty: all.
[[nodiscard]] bool run_cycles(long cycles, std::string_view only);
// The window as a whole, and all that it owns within one window. Brings its own virtual display.
[[nodiscard]] bool run_window_cycles(long cycles);
[[nodiscard]] bool run_flat(std::uint64_t most_frames);

}  // namespace framespool::soak
