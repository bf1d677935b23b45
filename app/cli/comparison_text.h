// What a comparison found, in words.
#pragma once

#include <string>

#include "encode/compare.h"

namespace framespool {

// "300 pictures compared in YUV 4:2:0, 8 bits: PSNR 41.2 dB, at worst 38.5 (picture 57), SSIM 0.9931, at
// worst 0.9812 ..."
[[nodiscard]] std::string format_comparison(const ComparisonReport& report);
[[nodiscard]] std::string format_comparison_json(const std::string& name, const ComparisonReport& report);
// "57 38.512 0.98123": its number, PSNR ("same" where every sample is) and SSIM.
[[nodiscard]] std::string format_score(const PictureScore& score);

}  // namespace framespool
