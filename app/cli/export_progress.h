// The progress of an export job as the display wants it.
#pragma once

#include "app/cli/progress_text.h"
#include "encode/export_job.h"

namespace framespool {

[[nodiscard]] ProgressSample progress_sample(const char* action, const ExportProgress& progress);

}  // namespace framespool
