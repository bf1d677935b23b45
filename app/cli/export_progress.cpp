#include "app/cli/export_progress.h"

#include "app/platform/memory_usage.h"

namespace framespool {

ProgressSample progress_sample(const char* action, const ExportProgress& progress) {
  ProgressSample sample;
  sample.action = action;
  sample.done = progress.pictures_done;
  sample.total = progress.pictures_total;
  sample.fraction = progress.fraction;
  sample.per_second = progress.pictures_per_s;
  sample.elapsed_s = progress.elapsed_s;
  sample.remaining_s = progress.remaining_s;
  sample.bytes_written = progress.bytes_written;
  sample.memory_bytes = memory_usage().resident_bytes;
  // A command starts its job at once.
  sample.state = to_string(progress.state == ExportState::waiting ? ExportState::running : progress.state);
  return sample;
}

}  // namespace framespool
