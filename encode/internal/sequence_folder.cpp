#include "encode/internal/sequence_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "encode/internal/handles.h"

namespace framespool {
namespace {

// Calls visit(number, folder, name) for each picture; false ends the walk.
template <class Visit>
Result<void> walk(const OutputTarget& target, Visit visit) {
  const std::string folder = target.path.empty() ? "." : target.path.string();
  const DirectoryPtr directory(::opendir(folder.c_str()));
  if (!directory) {
    if (errno == ENOENT) return {};
    return tl::unexpected(system_error(folder, errno));
  }
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const auto number = image_number(target, entry->d_name);
    if (number && !visit(*number, ::dirfd(directory.get()), entry->d_name)) return {};
    errno = 0;
  }
  if (errno != 0) return tl::unexpected(system_error(folder, errno));
  return {};
}

}  // namespace

std::optional<std::uint64_t> image_number(const OutputTarget& target, std::string_view name) {
  if (name.size() <= target.prefix.size() + target.suffix.size()) return std::nullopt;
  if (!name.starts_with(target.prefix) || !name.ends_with(target.suffix)) return std::nullopt;
  name.remove_prefix(target.prefix.size());
  name.remove_suffix(target.suffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

std::string ImageSurvey::describe(const OutputTarget& target) const {
  if (inside == 1) return target.image_name(lowest);
  return fmt::format("{} images, {} to {}", inside, target.image_name(lowest), target.image_name(highest));
}

Result<ImageSurvey> survey_images(const OutputTarget& target, std::uint64_t first, std::uint64_t end) {
  ImageSurvey survey;
  const auto walked = walk(target, [&](std::uint64_t number, int, const char* name) {
    if (number < first || number >= end) {
      survey.first_outside = survey.outside == 0 ? number : std::min(survey.first_outside, number);
      ++survey.outside;
      return true;
    }
    survey.lowest = survey.inside == 0 ? number : std::min(survey.lowest, number);
    survey.highest = std::max(survey.highest, number);
    ++survey.inside;
    if (survey.odd_name.empty() && target.image_name(number) != name) survey.odd_name = name;
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  return survey;
}

bool has_image(const OutputTarget& target) {
  bool found = false;
  const auto walked = walk(target, [&](std::uint64_t, int, const char*) {
    found = true;
    return false;
  });
  return walked && found;
}

Result<void> remove_images(const OutputTarget& target) {
  Result<void> removed;
  const auto walked = walk(target, [&](std::uint64_t, int folder, const char* name) {
    if (::unlinkat(folder, name, 0) != 0 && errno != ENOENT)
      removed = tl::unexpected(system_error((target.path / name).string(), errno));
    return removed.has_value();
  });
  return walked ? removed : walked;
}

}  // namespace framespool
