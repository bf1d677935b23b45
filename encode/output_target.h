// What OUTPUT on the command line means; decided once, here.
//   a name with % is a pattern (shot-%05d.png); .mp4 .mov .mkv is a movie; "-" is raw video on standard
//   output; an existing directory, a trailing slash or no ending is a folder for image-0000.png ...; anything
//   else is refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "cache/error.h"

namespace framespool {

enum class OutputKind { png_sequence, movie, raw_video };

struct OutputTarget {
  OutputKind kind = OutputKind::png_sequence;
  std::filesystem::path path;  // the movie, or the folder of the sequence
  std::string prefix = "image-";
  std::string suffix = ".png";
  int digits = 4;       // at least so many
  std::string pattern;  // as it was typed, where it was one
  [[nodiscard]] std::string shown() const {
    return pattern.empty() ? path.string() : pattern;
  }  // in messages
  [[nodiscard]] std::string image_name(std::uint64_t number) const;
  [[nodiscard]] std::filesystem::path image_path(std::uint64_t number) const;
};

// Error: usage, for an unknown ending or a bad pattern. Looks at the file system only for "an existing
// directory".
[[nodiscard]] Result<OutputTarget> parse_output(std::string_view text);

}  // namespace framespool
