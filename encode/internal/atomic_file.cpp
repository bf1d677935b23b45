#include "encode/internal/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

#include "cache/uninterrupted.h"
#include <string_view>

namespace framespool {
namespace {

constexpr const char* kTemporaryPrefix = ".framespool-";
constexpr const char* kTemporarySuffix = ".tmp";

// Renames and never replaces. Some file systems know no RENAME_NOREPLACE; a hard link refuses as atomically;
// where there are no hard links either, looking first is the best there is.
int rename_without_replacing(int folder, const char* from, const char* to) {
  if (::renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(folder, from, folder, to, 0) == 0) {
    ::unlinkat(folder, from, 0);
    return 0;
  }
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return errno;
  struct stat existing {};
  if (::fstatat(folder, to, &existing, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
  return ::renameat(folder, from, folder, to) == 0 ? 0 : errno;
}

}  // namespace

Result<UniqueFd> open_folder(const std::filesystem::path& folder) {
  UniqueFd fd(uninterrupted(
      [&] { return ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!fd) return tl::unexpected(system_error(folder.string(), errno));
  return fd;
}

std::filesystem::path parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Result<void> check_folder(const std::filesystem::path& folder, const std::string& output) {
  struct stat about {};
  if (::stat(folder.c_str(), &about) == 0 && !S_ISDIR(about.st_mode))
    errno = ENOTDIR;
  else if (::access(folder.c_str(), W_OK | X_OK) == 0)
    return {};
  if (errno == ENOENT)
    return fail(ErrorKind::usage, output, fmt::format("there is no folder {} to make it in", folder.string()),
                "create it first");
  if (errno == ENOTDIR)
    return fail(ErrorKind::usage, output, fmt::format("{} is not a folder", folder.string()),
                "choose another name");
  return tl::unexpected(system_error(folder.string(), errno));
}

// A temporary file is locked as long as its writer lives: the kernel knows when that is over, also for a
// process in another container whose number says nothing here.
void remove_leftovers(int folder) noexcept {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const DirectoryPtr directory(copy >= 0 ? ::fdopendir(copy) : nullptr);
  if (!directory) {
    const UniqueFd unused(copy);
    return;
  }
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(kTemporaryPrefix) || !name.ends_with(kTemporarySuffix)) continue;
    const UniqueFd file(::openat(folder, entry->d_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(folder, entry->d_name, 0);
  }
}

int AtomicFile::create(int folder) noexcept {
  static std::atomic<unsigned> counter{0};
  discard();
  for (int attempt = 0; attempt < 1000; ++attempt) {
    // Hidden, and short whatever the final name is.
    std::snprintf(temporary_.data(), temporary_.size(), "%s%ld-%u%s", kTemporaryPrefix,
                  static_cast<long>(::getpid()), counter.fetch_add(1, std::memory_order_relaxed),
                  kTemporarySuffix);
    fd_.reset(uninterrupted(
        [&] { return ::openat(folder, temporary_.data(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
    // Somebody who takes it for a leftover in this very moment has the lock, and removes it.
    if (fd_ && ::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) continue;
    if (fd_) {
      folder_ = folder;
      return 0;
    }
    if (errno != EEXIST) return errno;  // left behind by a killed process that had our number
  }
  return EEXIST;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : folder_(std::exchange(other.folder_, -1)), fd_(std::move(other.fd_)), temporary_(other.temporary_) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    folder_ = std::exchange(other.folder_, -1);
    fd_ = std::move(other.fd_);
    temporary_ = other.temporary_;
  }
  return *this;
}

int AtomicFile::commit(const char* name, bool replace, bool flush) noexcept {
  int error = 0;
  if (flush && uninterrupted([this] { return ::fsync(fd_.get()); }) != 0) error = errno;
  if (error == 0)
    error = replace ? (::renameat(folder_, temporary_.data(), folder_, name) == 0 ? 0 : errno)
                    : rename_without_replacing(folder_, temporary_.data(), name);
  if (error == 0) folder_ = -1;  // nothing left to remove
  discard();
  return error;
}

void AtomicFile::begin_write_back() noexcept {
  ::sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
}

void AtomicFile::discard() noexcept {
  if (folder_ >= 0) ::unlinkat(folder_, temporary_.data(), 0);
  folder_ = -1;
  fd_.reset();
}

}  // namespace framespool
