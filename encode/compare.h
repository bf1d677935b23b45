// Compares what was exported with the take, picture by picture: the export job reads and places the frames
// exactly as for an export, and a sink decodes the file again instead of writing it. Memory: one frame of
// each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/error.h"
#include "encode/export_job.h"
#include "encode/export_options.h"

namespace framespool {

struct PictureScore {
  std::uint64_t number = 0;                                  // of the picture in the output
  bool same = true;                                          // in every sample
  double psnr_db = std::numeric_limits<double>::infinity();  // quality.h: over all samples compared
  double ssim = 1;                                           // of the luma
};

struct ComparisonRules {
  // Every sample of every picture has to be the same. Always so for PNGs and movies in RGB, unless
  // min_psnr_db is set.
  bool exact = false;
  // What each picture has to reach otherwise. Not set: kLeastPsnr_db, below which a picture is another one.
  std::optional<double> min_psnr_db;
  bool check_times = false;                               // pictures must also stand at their times, to 2 ms
  std::function<void(const PictureScore&)> on_picture{};  // called on the worker's thread, in order
};
inline constexpr double kLeastPsnr_db = 20;

struct ComparisonReport {
  std::string measured_in;  // "RGB", "RGBA", "YUV 4:2:0, 8 bits"
  bool exact_wanted = false;
  std::uint64_t pictures = 0;  // compared
  std::uint64_t same = 0;      // of these, in every sample
  std::optional<std::uint64_t> first_different;
  PictureScore worst_psnr, worst_ssim;
  double psnr_db = std::numeric_limits<double>::infinity();  // over all samples of all pictures
  double mean_ssim = 1;
};

// `other`: a folder or a pattern of PNGs, else any file that FFmpeg decodes; with raw_format rgb24 in
// `options` and an ending it does not know, raw pictures. `options` say which frames, at what rate and speed,
// as for the export. The job's result is an error (failed) when a picture is missing, too many, cannot be
// decoded, has another size, or differs; `report` holds what was found up to there, and may be read once the
// job has ended. Errors: usage (nothing there, nothing that can be decoded), those of opening a take.
[[nodiscard]] Result<std::unique_ptr<ExportJob>> make_comparison(const std::filesystem::path& take,
                                                                 std::string_view other,
                                                                 const ExportOptions& options,
                                                                 ComparisonRules rules,
                                                                 std::shared_ptr<ComparisonReport> report);

// The same for what an export has just written: exact where it was meant to be, with its times.
// Error usage: `output` is "-".
[[nodiscard]] Result<std::unique_ptr<ExportJob>> make_verification(const std::filesystem::path& take,
                                                                   std::string_view output,
                                                                   const ExportOptions& options,
                                                                   std::shared_ptr<ComparisonReport> report);

}  // namespace framespool
