// Recorded time: the program's clock from the first frame on, with the pauses cut out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace framespool {

class Timeline {
 public:
  [[nodiscard]] bool is_paused() const { return paused_; }

  // The recorded time of a frame at `clock_ns`; 0 for the first frame asked about.
  [[nodiscard]] std::int64_t at(std::int64_t clock_ns) {
    if (!origin_ns_) origin_ns_ = clock_ns;
    return clock_ns - *origin_ns_ - cut_ns_;
  }

  void pause(std::int64_t clock_ns) {
    if (paused_) return;
    paused_ = true;
    paused_at_ns_ = clock_ns;
  }
  void resume(std::int64_t clock_ns) {
    if (!paused_) return;
    paused_ = false;
    if (!origin_ns_) return;  // nothing was recorded yet: there is nothing to cut the pause out of
    const std::int64_t length = std::max<std::int64_t>(clock_ns - paused_at_ns_, 0);
    cut_ns_ += length;
    unstamped_ns_ = unstamped_ns_.value_or(0) + length;
  }

  // The pauses that no stored frame has been stamped with.
  [[nodiscard]] std::optional<std::int64_t> unstamped_pause_ns() const { return unstamped_ns_; }
  void stamped() { unstamped_ns_.reset(); }

 private:
  bool paused_ = false;
  std::int64_t paused_at_ns_ = 0;
  std::int64_t cut_ns_ = 0;
  std::optional<std::int64_t> origin_ns_;
  std::optional<std::int64_t> unstamped_ns_;
};

}  // namespace framespool
