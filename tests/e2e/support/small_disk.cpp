#include "tests/e2e/support/small_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tests/e2e/support/program.h"

namespace framespool::e2e {
namespace {

namespace fs = std::filesystem;

// Needs no rights where user namespaces are open to all. Who we are stays as it was.
std::string enter_own_mounts() {
  const unsigned user = ::geteuid(), group = ::getegid();
  if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return fmt::format("no mount namespaces for this user: {}", std::strerror(errno));
  if (user != 0) {
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << fmt::format("{0} {0} 1", user);
    std::ofstream("/proc/self/gid_map") << fmt::format("{0} {0} 1", group);
  }
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return fmt::format("no mounts of one's own: {}", std::strerror(errno));
  return {};
}

}  // namespace

const char* to_string(DiskKind kind) {
  return kind == DiskKind::tmpfs ? "tmpfs" : kind == DiskKind::ext4 ? "ext4" : "quota";
}

SmallDisk::SmallDisk(DiskKind kind, const fs::path& folder, const fs::path& image) : folder_(folder), root_(folder) {
  static const std::string refused = enter_own_mounts();
  problem_ = refused;
  fs::create_directories(folder);
  if (problem_.empty()) mount_it(kind, image);
}

SmallDisk::~SmallDisk() {
  if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);  // which frees the loop device too
}

void SmallDisk::mount_it(DiskKind kind, const fs::path& image) {
  const std::string at = folder_.string(), file = image.string();
  if (kind == DiskKind::tmpfs) {
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=20m") == 0;
    if (!mounted_) problem_ = fmt::format("a tmpfs cannot be mounted: {}", std::strerror(errno));
    return;
  }
  if (::geteuid() != 0) {
    problem_ = "a loop device needs root";
    return;
  }
  // Programs of administrators are not on everybody's path.
  ::setenv("PATH", (std::string(std::getenv("PATH")) + ":/usr/sbin:/sbin").c_str(), 1);
  const bool quota = kind == DiskKind::quota_20m;
  { std::ofstream(file, std::ios::binary); }
  fs::resize_file(image, quota ? 256 << 20 : 64 << 20);
  if (quota ? !succeeds({"mkfs.btrfs", "-q", file}) : !succeeds({"mkfs.ext4", "-q", "-F", "-m", "0", file})) return;
  if (!succeeds({"mount", "-o", "loop", file, at})) return;
  mounted_ = true;
  if (!quota) return;
  root_ = folder_ / "limited";
  quota_bytes_ = 20 << 20;
  static_cast<void>(succeeds({"btrfs", "subvolume", "create", root_.string()}) &&
                    succeeds({"btrfs", "quota", "enable", at}) &&
                    succeeds({"btrfs", "qgroup", "limit", "20M", root_.string()}));
}

bool SmallDisk::succeeds(std::initializer_list<std::string> command) {
  // A program that is missing is a reason to skip, which only the shell says without failing the test.
  std::vector<std::string> words{"sh", "-c", "exec \"$@\"", "sh"};
  words.insert(words.end(), command);
  const Finished done = run(words);
  if (done.status != 0) problem_ = fmt::format("{} does not work here: {}", *command.begin(), done.err);
  return done.status == 0;
}

void SmallDisk::leave(std::uint64_t bytes) const {
  ::sync();
  struct statvfs status {};
  ASSERT_EQ(::statvfs(root_.c_str(), &status), 0);
  const std::uint64_t all = quota_bytes_ != 0 ? quota_bytes_ : std::uint64_t{status.f_bavail} * status.f_frsize;
  ASSERT_GT(all, bytes);
  std::ofstream others(root_ / "others", std::ios::binary);
  const std::string piece(1 << 16, 'x');
  for (std::uint64_t left = all - bytes; left > 0;) {
    const auto part = std::min<std::uint64_t>(left, piece.size());
    others.write(piece.data(), static_cast<std::streamsize>(part));
    left -= part;
  }
  ASSERT_TRUE(others.flush());
  ::sync();
}

void SmallDisk::remove_others() const {
  EXPECT_TRUE(fs::remove(root_ / "others"));
  ::sync();
}

}  // namespace framespool::e2e
