#include "encode/retiming.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace framespool {
namespace {

// 128 bits are an extension of GCC and Clang; the products below need up to 120 of them.
__extension__ using Wide = __int128;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kLargestTerm = 1'000'000'000;             // of a rate: keeps every product below 2^127
constexpr std::int64_t kLongestTake_ns = std::int64_t{1} << 56;  // over two years
constexpr std::uint64_t kMostRepeats = 10'000'000;               // 46 hours at 60 pictures a second
constexpr std::int64_t kSpeedSteps = 1'000'000;                  // --speed is taken to six decimals

std::uint64_t divide_up(Wide numerator, Wide denominator) {
  return numerator <= 0 ? 0 : static_cast<std::uint64_t>((numerator + denominator - 1) / denominator);
}

bool usable(Rational rate) {
  return rate.numerator > 0 && rate.denominator > 0 && rate.numerator <= kLargestTerm &&
         rate.denominator <= kLargestTerm;
}

}  // namespace

Pacing choose_pacing(OutputKind output, ClockKind clock, const ExportOptions& options) {
  const bool retimed = options.fps.has_value() || options.speed != 1.0;
  if (options.vfr && output == OutputKind::movie && clock == ClockKind::realtime) return Pacing::kept_stamps;
  if (retimed) return Pacing::grid;
  return clock == ClockKind::realtime && output != OutputKind::png_sequence ? Pacing::grid
                                                                            : Pacing::one_to_one;
}

Result<Retimer> Retimer::create(Pacing pacing, const SourceInfo& source, const ExportOptions& options) {
  Retimer retimer;
  retimer.pacing_ = pacing;
  retimer.clock_ = source.clock;
  retimer.take_rate_ = source.rate;
  retimer.output_rate_ = options.fps.value_or(source.rate);
  retimer.speed_ = {std::llround(options.speed * static_cast<double>(kSpeedSteps)), kSpeedSteps};
  retimer.first_pts_ns_ = source.first_pts_ns;
  if (!usable(retimer.take_rate_) || !usable(retimer.output_rate_) || retimer.speed_.numerator <= 0)
    return fail(ErrorKind::usage, "frame rate", "is not one that pictures can be shown at",
                "give another with --fps");

  // A real-time recording stores the first frame at or after each step, so its stamp lies within the step,
  // early by some jitter at most. Sampling seven eighths into the step meets exactly that frame.
  if (source.clock == ClockKind::realtime)
    retimer.tolerance_ns_ = static_cast<std::int64_t>(Wide{7} * kNsPerSecond * source.rate.denominator /
                                                      (Wide{8} * source.rate.numerator));
  if (pacing == Pacing::grid) {
    retimer.first_number_ = retimer.grid_number(source.first_index, source.first_pts_ns);
    const std::uint64_t end = retimer.grid_number(source.first_index + source.frames, source.end_pts_ns);
    retimer.pictures_ = source.open_ended ? 0 : end - std::min(end, retimer.first_number_);
  } else {
    retimer.first_number_ = source.first_index;
    retimer.pictures_ = source.frames;
  }
  retimer.next_number_ = retimer.first_number_;
  return retimer;
}

std::uint64_t Retimer::grid_number(std::uint64_t index, std::int64_t pts_ns) const {
  // The step k of the output stands at k * speed / output_rate seconds of the take, hence the smallest k with
  //   k >= time * output_rate / speed.
  const Wide per_second = Wide{output_rate_.numerator} * speed_.denominator;
  const Wide per_second_divisor = Wide{output_rate_.denominator} * speed_.numerator;
  if (clock_ == ClockKind::fixed_step)
    return divide_up(Wide{index} * take_rate_.denominator * per_second,
                     per_second_divisor * take_rate_.numerator);
  const std::int64_t time_ns = std::clamp<std::int64_t>(pts_ns, 0, kLongestTake_ns) - tolerance_ns_;
  return divide_up(Wide{time_ns} * per_second, per_second_divisor * kNsPerSecond);
}

Result<PlacedFrame> Retimer::place(const SourceFrame& frame) {
  PlacedFrame placed;
  if (pacing_ != Pacing::grid) {
    placed.number = frame.index;
    placed.repeat = 1;
    if (pacing_ == Pacing::kept_stamps) {
      const Wide since_start = Wide{std::clamp<std::int64_t>(frame.info.pts_ns, 0, kLongestTake_ns)} -
                               std::clamp<std::int64_t>(first_pts_ns_, 0, kLongestTake_ns);
      placed.pts_ns = static_cast<std::int64_t>(since_start * speed_.denominator / speed_.numerator);
    }
    return placed;
  }

  const std::int64_t end_ns = frame.next_pts_ns.value_or(
      std::clamp<std::int64_t>(frame.info.pts_ns, 0, kLongestTake_ns) + step_time_ns(1, take_rate_));
  const std::uint64_t end = grid_number(frame.index + 1, end_ns);
  const std::uint64_t repeat = end - std::min(end, next_number_);
  if (repeat > kMostRepeats)
    return fail(ErrorKind::damaged, fmt::format("frame {}", frame.index),
                fmt::format("would be shown {} times: its time stamp cannot be right", repeat));
  placed.number = next_number_;
  placed.repeat = static_cast<std::uint32_t>(repeat);
  placed.pts_ns = step_time_ns(next_number_ - first_number_, output_rate_);
  next_number_ += repeat;
  if (repeat == 0) ++skipped_;
  if (repeat > 1) repeated_ += repeat - 1;
  return placed;
}

}  // namespace framespool
