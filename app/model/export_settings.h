// What the export sheet holds: texts and choices as the user left them, and what they mean.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "cache/cache_directory.h"
#include "encode/export_options.h"

namespace framespool {

enum class ExportKind { images, movie };

inline constexpr std::array<const char*, 3> kContainers = {"mp4", "mov", "mkv"};
inline constexpr std::array<const char*, 6> kPresets = {"ultrafast", "superfast", "veryfast",
                                                        "fast",      "medium",    "slow"};

// Kept from one export to the next ("the last settings").
struct ExportSettings {
  ExportKind kind = ExportKind::movie;
  std::string container = "mp4";
  std::string preset = "veryfast";
  int crf = 18;  // 0..51, smaller is better
  bool lossless = false;
  bool alpha = false;
  std::string fps;  // empty: as recorded
};

// Belongs to one take and is proposed anew each time.
struct ExportTarget {
  std::filesystem::path take;
  std::filesystem::path folder;  // of the exports
  std::string name;              // in it, or an absolute path
  std::string first;             // number of the first frame; empty: from the start
  std::string last;              // number of the last frame, itself included; empty: to the end
  std::uint64_t frames = 0;      // in the take; 0 when not known
};

struct ExportRequest {
  std::filesystem::path take;
  std::filesystem::path output;
  ExportKind kind = ExportKind::movie;
  ExportOptions options;
  // As make_export() wants it: a folder of images ends in a slash, whatever its name looks like.
  [[nodiscard]] std::string output_text() const;
};

// Errors: usage, with a sentence for the sheet.
[[nodiscard]] Result<ExportRequest> make_request(const ExportSettings& settings, const ExportTarget& target);

// Takes `name` from one container's ending to another's: "a.mp4" -> "a.mkv"; a name without one gets it.
[[nodiscard]] std::string with_container(std::string_view name, std::string_view container);

}  // namespace framespool
