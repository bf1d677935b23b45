#include "app/cli/comparison_text.h"

#include <fmt/format.h>

#include <cmath>

#include "app/cli/format.h"
#include "app/cli/json.h"

namespace framespool {

std::string format_comparison(const ComparisonReport& report) {
  std::string text =
      fmt::format("{} compared in {}: ", format_count(report.pictures, "picture"), report.measured_in);
  if (report.pictures == 0) return "no picture could be compared";
  if (report.same == report.pictures) return text + "all the same in every sample";
  if (report.same > 0 || report.exact_wanted)
    text += fmt::format("{} differ, the first is picture {}; ", report.pictures - report.same,
                        *report.first_different);
  text +=
      fmt::format("PSNR {:.2f} dB, at worst {:.2f} (picture {}); SSIM {:.4f}, at worst {:.4f} (picture {})",
                  report.psnr_db, report.worst_psnr.psnr_db, report.worst_psnr.number, report.mean_ssim,
                  report.worst_ssim.ssim, report.worst_ssim.number);
  return text;
}

std::string format_comparison_json(const std::string& name, const ComparisonReport& report) {
  JsonObject object;
  object.add("name", name).add("pictures", report.pictures).add("same", report.same);
  object.add("measured_in", report.measured_in.c_str()).add("exact_wanted", report.exact_wanted);
  if (report.first_different) {
    object.add("first_different", *report.first_different).add("psnr_db", report.psnr_db);
    object.add("worst_psnr_db", report.worst_psnr.psnr_db)
        .add("worst_psnr_picture", report.worst_psnr.number);
    object.add("ssim", report.mean_ssim).add("worst_ssim", report.worst_ssim.ssim);
    object.add("worst_ssim_picture", report.worst_ssim.number);
  }
  return object.text();
}

std::string format_score(const PictureScore& score) {
  if (score.same) return fmt::format("{} same 1", score.number);
  return fmt::format("{} {:.3f} {:.5f}", score.number, score.psnr_db, score.ssim);
}

}  // namespace framespool
