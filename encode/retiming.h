// Which pictures of the output a frame becomes. Pure and exact: integers only, no clock, nothing that drifts.
//
//   one to one      every frame is one picture (a fixed-step take at its own rate, PNGs of any take)
//   on a grid       picture k of the output shows the frame that stood at k steps of the output's rate; a
//   frame
//                   that stood longer is repeated, one that stood between two steps is skipped
//   kept stamps     every frame is one picture at its own time (--vfr)
//
// On a grid the picture numbers are those of the whole take, also when only a range of it is exported, and a
// frame always ends where the next frame of the take begins: shards of a take join without a seam.
#pragma once

#include <cstdint>

#include "cache/error.h"
#include "encode/export_options.h"
#include "encode/output_target.h"
#include "encode/source.h"

namespace framespool {

enum class Pacing { one_to_one, grid, kept_stamps };

// The design page's "Time", in one place.
[[nodiscard]] Pacing choose_pacing(OutputKind output, ClockKind clock, const ExportOptions& options);

struct PlacedFrame {
  std::uint64_t number = 0;  // of its first picture
  std::uint32_t repeat = 0;  // how many pictures; 0: skipped
  std::int64_t pts_ns = 0;   // from the start of the output
};

class Retimer {
 public:
  // Error: usage, for rates that are out of any reason (a damaged or hostile take).
  [[nodiscard]] static Result<Retimer> create(Pacing pacing, const SourceInfo& source,
                                              const ExportOptions& options);

  [[nodiscard]] Rational output_rate() const { return output_rate_; }
  [[nodiscard]] std::uint64_t first_number() const { return first_number_; }
  [[nodiscard]] std::uint64_t pictures() const { return pictures_; }  // when no frame is left out; 0: not known

  // To be called for every frame in order. A frame that is missing (left out as damaged) is made up for on a
  // grid by the one after it. Error: damaged, when the stamps jump so far that the output would never end.
  [[nodiscard]] Result<PlacedFrame> place(const SourceFrame& frame);

  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }  // pictures beyond one a frame
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }    // frames without a picture

 private:
  Retimer() = default;
  // Number of the first picture that shows what begins at this time (real time) or at this step (fixed step).
  [[nodiscard]] std::uint64_t grid_number(std::uint64_t index, std::int64_t pts_ns) const;

  Pacing pacing_ = Pacing::one_to_one;
  ClockKind clock_ = ClockKind::fixed_step;
  Rational take_rate_, output_rate_, speed_{1, 1};
  std::int64_t tolerance_ns_ = 0;
  std::int64_t first_pts_ns_ = 0;
  std::uint64_t first_number_ = 0, next_number_ = 0, pictures_ = 0;
  std::uint64_t repeated_ = 0, skipped_ = 0;
};

}  // namespace framespool
