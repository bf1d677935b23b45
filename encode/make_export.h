// Source, sink and job for a take and an output: what both the command line and the window call.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "cache/error.h"
#include "encode/export_job.h"
#include "encode/export_options.h"
#include "encode/output_target.h"

namespace framespool {

[[nodiscard]] Result<std::unique_ptr<FrameSource>> make_take_source(const std::filesystem::path& take,
                                                                    const ExportOptions& options);
// Checks names, existing files and the encoder before anything is read. Errors: usage, failed.
[[nodiscard]] Result<std::unique_ptr<FrameSink>> make_sink(const OutputTarget& target,
                                                           const ExportOptions& options);
// Whether pictures stand under names of the target, so that options.resume may have something to go on with.
// Looks at names, and at the first one only; whose pictures they are is for the export to find out.
[[nodiscard]] bool holds_images(const OutputTarget& target);
// All of it; not started yet.
[[nodiscard]] Result<std::unique_ptr<ExportJob>> make_export(const std::filesystem::path& take,
                                                             std::string_view output,
                                                             const ExportOptions& options);

}  // namespace framespool
