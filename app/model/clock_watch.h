// Watches a program on the virtual clock (docs/fixed-step.md) from outside and, when no frame comes for a while of real
// time, says what it waits for. It explains and does nothing else: a slow program must be allowed to be slow.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/unique_fd.h"
#include "cache/channel_server.h"
#include "cache/core/clock_page.h"

namespace framespool {

class ClockWatch {
 public:
  using Clock = std::chrono::steady_clock;
  struct Waits {
    int count = 0;                // times that no frame came for longer than the patience
    Clock::duration longest{};    // of them, up to now
    std::string explanation;      // of the last one
  };

  // `patience`: how long no frame comes before the first word is said. Error: failed.
  [[nodiscard]] static Result<std::unique_ptr<ClockWatch>> begin(Clock::duration patience);
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  // The value of channel::kClockPageVariable for the program.
  [[nodiscard]] std::string page_path() const;

  // To be called at next_look(): a sentence, when there is one to be said: after the patience, then each time that the wait
  // has become twice as long. `program`: its process, as long as no other is known to draw.
  [[nodiscard]] std::optional<std::string> look(int program, const std::vector<ChannelTakeStatus>& takes);
  [[nodiscard]] Clock::time_point next_look() const { return next_look_; }

  // What it waits for now, once it has waited for longer than the patience; "" while frames come.
  [[nodiscard]] const std::string& waits_for() const { return now_; }
  [[nodiscard]] const Waits& waits() const { return waits_; }
  // UnvirtualisedTime that the program used so far, also where no frame came after it.
  [[nodiscard]] std::uint32_t stayed_real() const;

 private:
  ClockWatch(UniqueFd memory, channel::ClockPage* page, Clock::duration patience);
  [[nodiscard]] const channel::ClockProcess* drawing_process() const;

  UniqueFd memory_;
  channel::ClockPage* page_;
  Clock::duration patience_;
  Clock::time_point since_, next_look_, next_word_;
  std::uint64_t swaps_ = 0;
  std::int64_t worked_ns_ = 0;  // processor time of the program at the last frame seen
  bool waits_now_ = false;
  std::string now_;
  Waits waits_;
};

}  // namespace framespool
