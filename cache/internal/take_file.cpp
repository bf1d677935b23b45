#include "cache/internal/take_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <tuple>
#include <utility>

#include "cache/internal/take_layout.h"
#include "cache/uninterrupted.h"

namespace framespool {
namespace {

// Allocated ahead in one go: a fraction of a second at 1080p60, and still small beside a 20 MB file system.
constexpr std::uint64_t kAllocationStep = 256ull << 20;
// Dirty page cache that the buffered fallback leaves to the kernel before it waits.
constexpr std::uint64_t kPushOutWindow = 16ull << 20;

bool means_full(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

// The writer's byte, and with `check_readers` a moment alone on the readers' byte too.
bool lock_for_writing(const File& file, bool check_readers) {
  if (!try_lock(file, kWriterLock, LockKind::exclusive)) return false;
  if (!check_readers) return true;
  if (!try_lock(file, kReaderLock, LockKind::exclusive)) return false;
  unlock(file, kReaderLock);
  return true;
}

bool set_direct_io(const File& file, bool on) {
  const int flags = ::fcntl(file.descriptor(), F_GETFL);
  return flags >= 0 && ::fcntl(file.descriptor(), F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

tl::unexpected<Error> open_error(const std::filesystem::path& path, int error_number) {
  switch (error_number) {
    case EISDIR: return fail(ErrorKind::usage, path.string(), "is a folder, not a take");
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorKind::usage, path.string(), "the folder it should be in does not exist", "create it first");
    case ENAMETOOLONG: return fail(ErrorKind::usage, path.string(), "the name is too long");
    default: return tl::unexpected(system_error(path.string(), error_number));
  }
}

tl::unexpected<Error> in_use(const std::filesystem::path& path) {
  return fail(ErrorKind::usage, path.string(), "is in use: it is being recorded or read",
              "choose another name or wait until it is free");
}

// The take that is to be replaced, locked as its writer would lock it, so that nobody else replaces or continues it.
Result<File> open_to_replace(const std::filesystem::path& path) {
  // Not to wait for ever where the path is a pipe.
  File file = File::open(path, O_RDWR | O_NONBLOCK);
  if (!file) return open_error(path, errno);
  struct stat opened {};
  if (::fstat(file.descriptor(), &opened) != 0) return tl::unexpected(system_error(path.string(), errno));
  if (!S_ISREG(opened.st_mode)) return fail(ErrorKind::usage, path.string(), "is not a regular file");
  if (!lock_for_writing(file, true)) return in_use(path);
  // Between open and lock another recorder may have put its own file in this place.
  struct stat named {};
  if (::stat(path.c_str(), &named) != 0 || named.st_dev != opened.st_dev || named.st_ino != opened.st_ino)
    return in_use(path);
  return file;
}

// A new file in the same folder, with the old one's permissions.
Result<std::pair<File, std::filesystem::path>> create_beside(const std::filesystem::path& path, const File& old) {
  std::error_code ignored;
  const auto target = std::filesystem::canonical(path, ignored);
  const auto folder = ignored ? path.parent_path() : target.parent_path();
  for (unsigned number = 0;; ++number) {
    auto name = folder / fmt::format(".framespool-{}-{}.tmp", ::getpid(), number);
    File file = File::open(name, O_RDWR | O_CREAT | O_EXCL);
    if (!file && errno == EEXIST) continue;
    if (!file) return tl::unexpected(system_error(folder.string(), errno));
    // Files of this name that nobody holds so are leftovers, which the next export into the folder removes.
    if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) continue;
    struct stat status {};
    if (::fstat(old.descriptor(), &status) == 0) static_cast<void>(::fchmod(file.descriptor(), status.st_mode & 07777));
    return std::pair(std::move(file), std::move(name));
  }
}

}  // namespace

TakeFile::TakeFile(File file, std::filesystem::path path, bool direct_io)
    : file_(std::move(file)), path_(std::move(path)), direct_io_(direct_io) {
  struct statfs status {};
  if (::fstatfs(file_.descriptor(), &status) == 0)
    in_memory_ = status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
  look_at_free_space();
}

Result<TakeFile> TakeFile::create(const std::filesystem::path& path, bool overwrite, bool direct_io) {
  File replaced;
  std::filesystem::path written_as, name = path;  // copied now: once the file is there nothing may throw
  File file = File::open(path, O_RDWR | O_CREAT | O_EXCL);
  if (!file && errno == EEXIST) {
    if (!overwrite)
      return fail(ErrorKind::usage, path.string(), "exists already", "choose another name or allow overwriting");
    auto old = open_to_replace(path);
    if (!old) return tl::unexpected(old.error());
    replaced = std::move(*old);
    auto beside = create_beside(path, replaced);
    if (!beside) return tl::unexpected(beside.error());
    std::tie(file, written_as) = std::move(*beside);
  }
  if (!file) return open_error(path, errno);
  if (!lock_for_writing(file, false)) return in_use(path);
  // Asked for only now, because open() may make the file first and then refuse O_DIRECT.
  direct_io = direct_io && set_direct_io(file, true);
  TakeFile take(std::move(file), std::move(name), direct_io);
  take.created_.set = take.provisional_.set = true;
  take.replaced_ = std::move(replaced);
  take.written_as_ = std::move(written_as);
  return take;
}

Result<void> TakeFile::publish() {
  if (is_published()) return {};
  // A link keeps pointing where it pointed: the file behind it is replaced.
  std::error_code ignored;
  auto target = std::filesystem::canonical(path_, ignored);
  if (ignored) target = path_;
  if (::rename(written_as_.c_str(), target.c_str()) != 0)
    return tl::unexpected(system_error(path_.string(), errno));
  ::flock(file_.descriptor(), LOCK_UN);
  written_as_.clear();
  replaced_.reset();
  return {};
}

void TakeFile::discard() {
  // Once: the name may be somebody else's afterwards.
  if (std::exchange(created_.set, false)) ::unlink(is_published() ? path_.c_str() : written_as_.c_str());
}

Result<TakeFile> TakeFile::open_existing(const std::filesystem::path& path) {
  File file = File::open(path, O_RDWR);
  if (!file && errno == ENOENT) return fail(ErrorKind::usage, path.string(), "there is no such file");
  if (!file) return open_error(path, errno);
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) return tl::unexpected(system_error(path.string(), errno));
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::usage, path.string(), "is not a regular file");
  if (!lock_for_writing(file, false))
    return fail(ErrorKind::usage, path.string(), "is still being recorded", "stop the recording first");
  return TakeFile(std::move(file), path, false);
}

void TakeFile::look_at_free_space() {
  struct statvfs status {};
  space_is_known_ = ::fstatvfs(file_.descriptor(), &status) == 0 && status.f_blocks > 0;
  disk_free_bytes_ = space_is_known_ ? std::uint64_t{status.f_bavail} * status.f_frsize : 0;
  const std::uint64_t ours = allocated_end_ > end_ ? allocated_end_ - end_ : 0;
  const std::uint64_t usable = disk_free_bytes_ + ours;
  free_bytes_ = usable > reserve_bytes_ ? usable - reserve_bytes_ : 0;
}

Result<void> TakeFile::no_space(int error_number, std::uint64_t needed, std::uint64_t available) {
  if (error_number == EDQUOT) available = 0;  // what the quota leaves, nobody says
  missing_bytes_ = needed > available ? needed - available : layout::kPage;
  return tl::unexpected(system_error(path_.string(), error_number));
}

Result<void> TakeFile::make_room(std::uint64_t bytes, std::uint64_t behind) {
  const std::uint64_t needed_end = end_ + bytes + behind;
  // Asked before writing: the limit would otherwise cut a record in two and leave no room for the end block.
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && needed_end > limit.rlim_cur)
    return no_space(EFBIG, needed_end, limit.rlim_cur);
  look_at_free_space();
  if (behind > 0 && space_is_known_ && free_bytes_ < bytes + behind) {
    missing_bytes_ = bytes + behind - free_bytes_;
    if (disk_free_bytes_ < bytes + behind) return no_space(ENOSPC, bytes + behind, free_bytes_);
    return fail(ErrorKind::no_space, path_.string(), "the free space to be left on the disk is reached");
  }
  return allocate_until(needed_end);
}

// Ahead of writing and without changing the length, in steps that shrink when room is short.
Result<void> TakeFile::allocate_until(std::uint64_t needed_end) {
  if (needed_end <= allocated_end_ || !can_allocate_) return {};
  const std::uint64_t begin = std::max(allocated_end_, end_);
  const std::uint64_t least = needed_end - begin;
  const std::uint64_t beyond_reserve = disk_free_bytes_ > reserve_bytes_ ? disk_free_bytes_ - reserve_bytes_ : 0;
  std::uint64_t step = in_memory_ ? least : std::max(least, std::min(kAllocationStep, beyond_reserve / 2));
  for (;;) {
    if (uninterrupted([&] {
          return ::fallocate(file_.descriptor(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                             static_cast<off_t>(step));
        }) == 0) {
      allocated_end_ = begin + step;
      return {};
    }
    if (!means_full(errno)) {
      can_allocate_ = false;  // not supported here: the write itself will tell
      return {};
    }
    if (step == least) return no_space(errno, least, std::min(disk_free_bytes_, least));
    step = std::max(least, step / 2);
  }
}

// 0, or the errno.
int TakeFile::write_whole(std::span<const std::byte> pages, std::uint64_t offset) {
  const int error_number = write_at(file_, pages, offset);
  // Some file systems open with O_DIRECT and refuse at the first write; and what follows a short write is not aligned.
  if (error_number != EINVAL || !direct_io_ || !set_direct_io(file_, false)) return error_number;
  direct_io_ = false;
  pushed_out_ = end_;
  return write_at(file_, pages, offset);
}

Result<void> TakeFile::write_pages(std::span<const std::byte> pages) {
  const int error_number = write_whole(pages, end_);
  if (error_number == 0) return {};
  // The torn part goes; if even that fails a reader finds a torn tail.
  if (uninterrupted([&] { return ::ftruncate(file_.descriptor(), static_cast<off_t>(end_)); }) == 0)
    allocated_end_ = end_;
  look_at_free_space();
  if (means_full(error_number)) return no_space(error_number, pages.size(), std::min<std::uint64_t>(free_bytes_, pages.size()));
  return tl::unexpected(system_error(path_.string(), error_number));
}

// Keeps the page cache small where direct I/O cannot: starts writing what is new, waits for what is older.
Result<void> TakeFile::push_out(std::uint64_t begin, std::uint64_t end) {
  const int fd = file_.descriptor();
  ::sync_file_range(fd, static_cast<off_t>(begin), static_cast<off_t>(end - begin), SYNC_FILE_RANGE_WRITE);
  if (end - pushed_out_ < kPushOutWindow) return {};
  const auto offset = static_cast<off_t>(pushed_out_);
  const auto bytes = static_cast<off_t>(begin - pushed_out_);
  if (bytes <= 0) return {};
  if (::sync_file_range(fd, offset, bytes,
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER) != 0 &&
      (errno == EIO || means_full(errno)))
    return tl::unexpected(system_error(path_.string(), errno));
  ::posix_fadvise(fd, offset, bytes, POSIX_FADV_DONTNEED);
  pushed_out_ = begin;
  return {};
}

Result<void> TakeFile::append(std::span<const std::byte> pages) {
  if (auto room = make_room(pages.size(), layout::kClosingBytes); !room) return room;
  if (auto written = write_pages(pages); !written) return written;
  const std::uint64_t begin = end_;
  end_ += pages.size();
  free_bytes_ -= std::min<std::uint64_t>(free_bytes_, pages.size());
  return direct_io_ ? Result<void>{} : push_out(begin, end_);
}

Result<void> TakeFile::append_closing(std::span<const std::byte> pages) {
  if (auto written = write_pages(pages); !written) return written;
  end_ += pages.size();
  return {};
}

Result<void> TakeFile::rewrite(std::uint64_t offset, std::span<const std::byte> pages) {
  if (const int error_number = write_whole(pages, offset); error_number != 0)
    return tl::unexpected(system_error(path_.string(), error_number));
  return {};
}

Result<void> TakeFile::truncate(std::uint64_t offset) {
  if (uninterrupted([&] { return ::ftruncate(file_.descriptor(), static_cast<off_t>(offset)); }) != 0)
    return tl::unexpected(system_error(path_.string(), errno));
  end_ = allocated_end_ = offset;
  return {};
}

Result<void> TakeFile::sync() const {
  if (uninterrupted([&] { return ::fdatasync(file_.descriptor()); }) != 0)
    return tl::unexpected(system_error(path_.string(), errno));
  return {};
}

}  // namespace framespool
