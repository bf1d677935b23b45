#include "app/model/export_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace framespool {

namespace fs = std::filesystem;

namespace {

bool is_container(std::string_view text) {
  return std::any_of(kContainers.begin(), kContainers.end(), [&](std::string_view c) { return c == text; });
}

Result<std::optional<std::uint64_t>> frame_number(const char* what, std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size())
    return fail(ErrorKind::usage, what, fmt::format("\"{}\" is no frame number", text),
                "use a whole number from 0");
  return number;
}

Result<std::optional<FrameRange>> frame_range(const ExportTarget& target) {
  const auto first = frame_number("First frame", target.first);
  if (!first) return tl::unexpected(first.error());
  const auto last = frame_number("Last frame", target.last);
  if (!last) return tl::unexpected(last.error());
  if (!*first && !*last) return std::nullopt;
  if (target.frames == 0 && !*last)
    return fail(ErrorKind::usage, "Last frame", "is needed where the take's length is not known");
  const std::uint64_t begin = first->value_or(0);
  const std::uint64_t final_frame = *last ? **last : target.frames - 1;
  if (target.frames > 0 && (begin >= target.frames || final_frame >= target.frames))
    return fail(ErrorKind::usage, "Range", fmt::format("the take's frames are 0 to {}", target.frames - 1));
  if (begin > final_frame) return fail(ErrorKind::usage, "Range", "the first frame is after the last");
  if (begin == 0 && final_frame + 1 == target.frames) return std::nullopt;
  return FrameRange{begin, final_frame + 1};
}

}  // namespace

std::string ExportRequest::output_text() const {
  return kind == ExportKind::images ? output.string() + "/" : output.string();
}

std::string with_container(std::string_view name, std::string_view container) {
  const fs::path path(name);
  const std::string ending = path.extension().string();
  if (ending.size() > 1 && is_container(ending.substr(1)))
    return fmt::format("{}.{}", name.substr(0, name.size() - ending.size()), container);
  return fmt::format("{}.{}", name, container);
}

Result<ExportRequest> make_request(const ExportSettings& settings, const ExportTarget& target) {
  if (target.name.empty() || target.name.find_first_not_of(" /.") == std::string::npos)
    return fail(ErrorKind::usage, "Name", "is empty", "type a name for the output");
  if (target.name.find('%') != std::string::npos)
    return fail(ErrorKind::usage, "Name", "has a % in it", "patterns are for the command line");

  ExportRequest request;
  request.take = target.take;
  request.kind = settings.kind;
  std::string name = target.name;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  request.output =
      target.folder / (settings.kind == ExportKind::movie ? with_container(name, settings.container) : name);

  auto range = frame_range(target);
  if (!range) return tl::unexpected(range.error());
  request.options.range = *range;
  if (!settings.fps.empty()) {
    auto rate = parse_rate(settings.fps);
    if (!rate)
      return fail(ErrorKind::usage, "Frames per second", fmt::format("\"{}\" is no rate", settings.fps),
                  "use a number such as 30 or 23.976, or leave it empty");
    request.options.fps = *rate;
  }
  if (settings.kind == ExportKind::images) {
    request.options.alpha = settings.alpha;
  } else {
    request.options.lossless = settings.lossless;
    request.options.crf = std::clamp(settings.crf, 0, 51);
    request.options.preset = settings.preset;
  }
  return request;
}

}  // namespace framespool
