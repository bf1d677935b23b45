#include "cache/internal/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "cache/uninterrupted.h"

namespace framespool {
namespace {

struct flock byte_lock(std::uint64_t byte, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  return lock;
}

}  // namespace

File File::open(const std::filesystem::path& path, int flags, unsigned mode) {
  return File(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }));
}

void File::reset() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Mapping::~Mapping() {
  if (address_ != nullptr) ::munmap(address_, bytes_);
}

std::ptrdiff_t read_at(const File& file, std::span<std::byte> into, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = uninterrupted([&] {
      return ::pread(file.descriptor(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    });
    if (count < 0) return -1;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return static_cast<std::ptrdiff_t>(done);
}

int write_at(const File& file, std::span<const std::byte> from, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < from.size()) {
    const ssize_t count = uninterrupted([&] {
      return ::pwrite(file.descriptor(), from.data() + done, from.size() - done, static_cast<off_t>(offset + done));
    });
    if (count < 0) return errno;
    if (count == 0) return ENOSPC;
    done += static_cast<std::size_t>(count);
  }
  return 0;
}

bool try_lock(const File& file, std::uint64_t byte, LockKind kind) {
  struct flock lock = byte_lock(byte, kind == LockKind::exclusive ? F_WRLCK : F_RDLCK);
  if (::fcntl(file.descriptor(), F_OFD_SETLK, &lock) == 0) return true;
  return errno != EAGAIN && errno != EACCES;
}

void unlock(const File& file, std::uint64_t byte) {
  struct flock lock = byte_lock(byte, F_UNLCK);
  ::fcntl(file.descriptor(), F_OFD_SETLK, &lock);
}

bool locked_exclusively_by_other(const File& file, std::uint64_t byte) {
  struct flock lock = byte_lock(byte, F_RDLCK);
  return ::fcntl(file.descriptor(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace framespool
