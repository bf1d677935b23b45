#include "app/cli/timing_arguments.h"

#include "app/cli/arguments.h"

namespace framespool {

void TimingArguments::declare(CLI::App& options, bool& vfr) {
  options.add_option("--range", range_, "Only the frames from A up to, not with, B; counted from 0")
      ->type_name("A:B");
  options.add_option("--fps", fps_, "Frames a second of the output; the duration stays")->type_name("R");
  options.add_option("--speed", speed_, "2 is twice as fast, 0.5 half; the rate stays")->type_name("X");
  options.add_flag("--vfr", vfr, "Movies of real-time takes keep every time stamp");
}

Result<void> TimingArguments::parse(ExportOptions& values) const {
  if (!range_.empty())
    if (auto done = keep(parse_range("--range", range_), values.range); !done) return done;
  if (!fps_.empty())
    if (auto done = keep(parse_rate_option("--fps", fps_), values.fps); !done) return done;
  if (!speed_.empty())
    if (auto done = keep(parse_decimal("--speed", speed_, 0.001, 1000), values.speed); !done) return done;
  return {};
}

}  // namespace framespool
