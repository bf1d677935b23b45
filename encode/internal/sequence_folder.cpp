#include "encode/internal/sequence_folder.h"

#include <fcntl.h>
#include <unistd.h>

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

Result<std::optional<std::uint64_t>> find_image(const OutputTarget& target, std::uint64_t first,
                                                std::uint64_t end) {
  std::optional<std::uint64_t> found;
  const auto walked = walk(target, [&](std::uint64_t number, int, const char*) {
    if (number >= first && number < end) found = number;
    return !found;
  });
  if (!walked) return tl::unexpected(walked.error());
  return found;
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
