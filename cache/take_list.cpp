// list_takes and remove_take.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "cache/cache_directory.h"
#include "cache/internal/file.h"
#include "cache/internal/open_take.h"
#include "cache/take_reader.h"

namespace framespool {
namespace {

TakeListing listing_of(const std::filesystem::path& path, const struct stat& status) {
  TakeListing listing;
  listing.path = path;
  listing.bytes = static_cast<std::uint64_t>(status.st_blocks) * 512;
  listing.modified_unix_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  auto reader = TakeReader::open(path);
  if (!reader) {
    listing.state = TakeState::damaged;
    listing.problem = reader.error().why;
    return listing;
  }
  const TakeSummary summary = (*reader)->summary();
  listing.state = (*reader)->state();
  listing.frames = summary.frames;
  listing.dropped = summary.dropped;
  listing.duration_ns = summary.duration_ns;
  listing.rate = (*reader)->info().rate;
  if (summary.frames > 0)
    if (const auto first = (*reader)->frame_info(0)) {
      listing.width = first->width;
      listing.height = first->height;
    }
  return listing;
}

}  // namespace

Result<std::vector<TakeListing>> list_takes(const std::filesystem::path& directory) {
  std::vector<TakeListing> takes;
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error == std::errc::no_such_file_or_directory) return takes;
  if (error) return tl::unexpected(system_error(directory.string(), error.value()));
  for (; entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::filesystem::path& path = entries->path();
    struct stat status {};
    if (path.extension() == ".fspool" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
      takes.push_back(listing_of(path, status));
  }
  if (error) return tl::unexpected(system_error(directory.string(), error.value()));
  std::sort(takes.begin(), takes.end(), [](const TakeListing& a, const TakeListing& b) {
    return a.modified_unix_ns != b.modified_unix_ns ? a.modified_unix_ns > b.modified_unix_ns : a.path < b.path;
  });
  return takes;
}

Result<void> remove_take(const std::filesystem::path& path) {
  // Only a take is removed; one that is damaged or cut off beyond reading still is one.
  const auto opened_error = [&]() -> std::optional<Error> {
    const auto opened = open_take(path);
    return opened ? std::nullopt : std::optional(opened.error());
  }();
  const bool unreadable = opened_error && opened_error->kind != ErrorKind::damaged;
  File file = File::open(path, O_RDWR | O_NONBLOCK);
  if (!file) return tl::unexpected(unreadable ? *opened_error : system_error(path.string(), errno));
  TakePages pages(std::move(file));
  const bool cut_off = pages.measure() == 0 && begins_as_take(pages);
  if (unreadable && !cut_off) return tl::unexpected(*opened_error);
  if (!try_lock(pages.file(), kWriterLock, LockKind::exclusive))
    return fail(ErrorKind::usage, path.string(), "is still being recorded", "stop the recording first");
  if (!try_lock(pages.file(), kReaderLock, LockKind::exclusive))
    return fail(ErrorKind::usage, path.string(), "is being read by another program", "wait until that is done");
  if (::unlink(path.c_str()) != 0) return tl::unexpected(system_error(path.string(), errno));
  return {};
}

}  // namespace framespool
