// A sequence of images or a movie that is decoded again to be compared with a take.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "encode/export_options.h"
#include "encode/internal/picture_scorer.h"
#include "encode/output_target.h"
#include "encode/sink.h"

namespace framespool {

class ComparedFile {
 public:
  virtual ~ComparedFile() = default;
  [[nodiscard]] virtual Result<void> begin(const SinkFormat& format) = 0;
  // Decodes picture `number`, which follows the one before, and compares it with the frame that it should
  // show. Errors: failed (it is missing, cannot be decoded, has another size).
  [[nodiscard]] virtual Result<SampleScore> compare(const FrameView& frame, std::uint64_t number) = 0;
  // Error failed: there is more than should be.
  [[nodiscard]] virtual Result<void> finish() = 0;
  [[nodiscard]] virtual std::string measured_in() const = 0;  // after the first picture
  [[nodiscard]] virtual bool exact_by_nature() const = 0;     // likewise: it holds pixels, nothing converted
  [[nodiscard]] virtual std::optional<std::int64_t> time_ns() const {
    return std::nullopt;
  }  // of the last picture
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

// By what the target is. Errors: usage, failed.
[[nodiscard]] Result<std::unique_ptr<ComparedFile>> open_compared(const OutputTarget& target,
                                                                  const ExportOptions& options);
// The two kinds.
[[nodiscard]] std::unique_ptr<ComparedFile> compared_images(const OutputTarget& target, bool ranged);
[[nodiscard]] Result<std::unique_ptr<ComparedFile>> compared_movie(const std::filesystem::path& path,
                                                                   bool headerless_rgb);

}  // namespace framespool
