// What holds a path: room and kind of the file system.
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "cache/cache_directory.h"

namespace framespool {
namespace {

struct Kind {
  long magic;
  const char* name;
  bool in_memory;
};
// Numbers of statfs(2) which <linux/magic.h> lacks are written out.
constexpr Kind kKinds[] = {
    {EXT4_SUPER_MAGIC, "ext4", false},     {TMPFS_MAGIC, "tmpfs", true},       {RAMFS_MAGIC, "ramfs", true},
    {0x58465342, "xfs", false},            {BTRFS_SUPER_MAGIC, "btrfs", false}, {OVERLAYFS_SUPER_MAGIC, "overlay", false},
    {F2FS_SUPER_MAGIC, "f2fs", false},     {0x2fc12fc1, "zfs", false},         {NFS_SUPER_MAGIC, "nfs", false},
    {SMB_SUPER_MAGIC, "smb", false},       {0xfe534d42, "smb2", false},        {FUSE_SUPER_MAGIC, "fuse", false},
    {MSDOS_SUPER_MAGIC, "vfat", false},    {0x2011bab0, "exfat", false},       {ECRYPTFS_SUPER_MAGIC, "ecryptfs", false},
};

}  // namespace

Result<FileSystemInfo> file_system_info(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::path place = std::filesystem::absolute(path, ignored);
  struct statvfs room {};
  while (::statvfs(place.c_str(), &room) != 0) {
    if ((errno != ENOENT && errno != ENOTDIR) || !place.has_relative_path())
      return tl::unexpected(system_error(path.string(), errno));
    place = place.parent_path();
  }
  FileSystemInfo info;
  info.free_bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
  info.total_bytes = std::uint64_t{room.f_blocks} * room.f_frsize;
  struct statfs status {};
  if (::statfs(place.c_str(), &status) != 0) return tl::unexpected(system_error(path.string(), errno));
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& k) { return k.magic == static_cast<long>(status.f_type); });
  if (kind != std::end(kKinds)) {
    info.type_name = kind->name;
    info.in_memory = kind->in_memory;
  } else {
    info.type_name = fmt::format("{:#x}", static_cast<unsigned long>(status.f_type));
  }
  return info;
}

std::uint64_t default_reserve(const FileSystemInfo& info, std::uint64_t bytes_per_second) {
  constexpr std::uint64_t kLeast = 256'000'000;
  const std::uint64_t two_seconds =
      bytes_per_second > std::numeric_limits<std::uint64_t>::max() / 2 ? std::numeric_limits<std::uint64_t>::max()
                                                                       : 2 * bytes_per_second;
  return std::min(std::max(kLeast, two_seconds), info.total_bytes / 20);
}

}  // namespace framespool
