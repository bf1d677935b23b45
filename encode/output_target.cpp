#include "encode/output_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <system_error>

namespace framespool {
namespace {

constexpr int kMostDigits = 18;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

struct Pattern {
  std::string prefix;
  int digits = 1;
  std::string suffix;
};

// One %d or %0Nd; %% stands for a percent sign.
std::optional<Pattern> parse_pattern(std::string_view name) {
  Pattern pattern;
  bool number_seen = false;
  for (std::size_t at = 0; at < name.size(); ++at) {
    std::string& text = number_seen ? pattern.suffix : pattern.prefix;
    if (name[at] != '%') {
      text += name[at];
      continue;
    }
    ++at;
    if (at < name.size() && name[at] == '%') {
      text += '%';
      continue;
    }
    if (number_seen) return std::nullopt;
    if (at < name.size() && name[at] == '0') {
      int digits = 0;
      for (++at; at < name.size() && name[at] >= '0' && name[at] <= '9' && digits <= kMostDigits; ++at)
        digits = digits * 10 + (name[at] - '0');
      if (digits < 1 || digits > kMostDigits) return std::nullopt;
      pattern.digits = digits;
    }
    if (at >= name.size() || name[at] != 'd') return std::nullopt;
    number_seen = true;
  }
  if (!number_seen) return std::nullopt;
  return pattern;
}

}  // namespace

std::string OutputTarget::image_name(std::uint64_t number) const {
  return fmt::format("{}{:0{}}{}", prefix, number, digits, suffix);
}

std::filesystem::path OutputTarget::image_path(std::uint64_t number) const {
  return path == "." ? std::filesystem::path(image_name(number)) : path / image_name(number);
}

Result<OutputTarget> parse_output(std::string_view text) {
  const auto refuse = [&](std::string why) {
    return fail(ErrorKind::usage, text.empty() ? "output" : std::string(text), std::move(why),
                "name a folder, a pattern such as shot-%04d.png, or a movie (.mp4, .mov, .mkv)");
  };
  OutputTarget target;
  if (text.empty()) return refuse("has no name");
  if (text == "-") {
    target.kind = OutputKind::raw_video;
    target.path = "-";
    return target;
  }

  const std::filesystem::path path(text);
  const std::string name = path.filename().string();
  std::error_code ignored;
  if (name.empty() || std::filesystem::is_directory(path, ignored)) {
    target.path = name.empty() ? path.parent_path() : path;
    return target;
  }
  const std::filesystem::path folder =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (name.find('%') != std::string::npos) {
    const auto pattern = parse_pattern(name);
    if (!pattern) return refuse("is not a pattern with one number in it");
    if (lower(path.extension().string()) != ".png") return refuse("is a pattern that does not end in .png");
    target.path = folder;
    target.pattern = text;
    target.prefix = pattern->prefix;
    target.digits = pattern->digits;
    target.suffix = pattern->suffix;
    return target;
  }
  const std::string ending = lower(path.extension().string());
  if (ending == ".mp4" || ending == ".mov" || ending == ".mkv") {
    target.kind = OutputKind::movie;
    target.path = path;
    return target;
  }
  if (ending.empty()) {
    target.path = path;
    return target;
  }
  if (ending == ".png") return refuse("is one picture, and an export is many");
  return refuse(fmt::format("has the unknown ending {}", path.extension().string()));
}

}  // namespace framespool
