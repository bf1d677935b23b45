// How much of a program's time its frames may take when they are recorded in real time without a rate: there frames are
// dropped rather than the program slowed down.
#pragma once

#include <cstdint>

namespace framespool::preload {

// Times are of CLOCK_MONOTONIC. Constant-initialised, trivially destructible.
class TimeShare {
 public:
  // Frames that come this long after the one taken before are taken whatever they cost: with frames of less than 4 ms that
  // makes at least 60 a second.
  static constexpr std::int64_t kLongestGap_ns = 12'500'000;
  // Of the program's time, 1 part in kPart is for its frames, and so much of it can be saved up.
  static constexpr std::int64_t kPart = 4;
  static constexpr std::int64_t kMostSaved_ns = 20'000'000;

  [[nodiscard]] bool allows(std::int64_t now_ns) {
    const std::int64_t passed_ns = last_seen_ns_ == 0 ? kMostSaved_ns * kPart : now_ns - last_seen_ns_;
    last_seen_ns_ = now_ns;
    saved_ns_ += passed_ns / kPart;
    if (saved_ns_ > kMostSaved_ns) saved_ns_ = kMostSaved_ns;
    if (saved_ns_ < 0 && now_ns - last_taken_ns_ < kLongestGap_ns) return false;
    last_taken_ns_ = now_ns;
    return true;
  }
  // A frame took so long to read, here, and so long to store, in the recorder: on one of the `cores` that a software driver draws
  // with, and with the same memory. A debt lasts for a second at most.
  void spent(std::int64_t read_ns, std::int64_t stored_ns, int cores) {
    saved_ns_ -= read_ns + stored_ns / (cores > 0 ? cores : 1);
    if (saved_ns_ < -1'000'000'000 / kPart) saved_ns_ = -1'000'000'000 / kPart;
  }

 private:
  std::int64_t last_seen_ns_ = 0, last_taken_ns_ = 0;
  std::int64_t saved_ns_ = 0;
};

}  // namespace framespool::preload
