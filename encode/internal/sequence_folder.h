// The pictures of one name in a folder: which numbers are there, and taking them away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/error.h"
#include "encode/output_target.h"

namespace framespool {

// The number in `name` when it is one of the target's: prefix, digits, suffix.
[[nodiscard]] std::optional<std::uint64_t> image_number(const OutputTarget& target, std::string_view name);

// What stands in the folder under names of the target. A missing folder holds nothing.
struct ImageSurvey {
  std::uint64_t inside = 0;               // pictures with a number in the range asked for,
  std::uint64_t lowest = 0, highest = 0;  // theirs, when there are any
  std::uint64_t outside = 0;              // pictures with another number,
  std::uint64_t first_outside = 0;        // the lowest of those
  std::string odd_name;  // one that has a number but is not written as ours are (image-00007.png)
  // "image-0007.png" or "3 images, image-0000.png to image-0009.png": those inside.
  [[nodiscard]] std::string describe(const OutputTarget& target) const;
};
// Numbers asked for: [first, end). Error: failed, when the folder cannot be read.
[[nodiscard]] Result<ImageSurvey> survey_images(const OutputTarget& target, std::uint64_t first,
                                                std::uint64_t end);

// Whether there is any. Ends at the first; false also where the folder cannot be read.
[[nodiscard]] bool has_image(const OutputTarget& target);

// Removes every picture of the target. Error: failed.
[[nodiscard]] Result<void> remove_images(const OutputTarget& target);

}  // namespace framespool
