// File systems of a few megabytes, to be filled. They live in a mount namespace of this test process alone: whatever
// happens to it, the kernel takes them down when the last process in the namespace has ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace framespool::e2e {

enum class DiskKind {
  tmpfs,      // 20 MB; needs user namespaces or root
  ext4,       // 64 MB, on a loop device; needs root
  quota_20m,  // btrfs on a loop device with a quota of 20 MB: EDQUOT; needs root
};
[[nodiscard]] const char* to_string(DiskKind kind);

class SmallDisk {
 public:
  // `folder` is created and mounted on; `image` becomes the disk of a loop device. problem() tells why it could not be.
  SmallDisk(DiskKind kind, const std::filesystem::path& folder, const std::filesystem::path& image);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] const std::string& problem() const { return problem_; }  // empty: it is mounted
  // Where to write: the folder itself, or the part of it that the quota is on.
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  // Leaves only so many bytes, by a file named "others".
  void leave(std::uint64_t bytes) const;
  void remove_others() const;

 private:
  void mount_it(DiskKind kind, const std::filesystem::path& image);
  bool succeeds(std::initializer_list<std::string> command);

  std::filesystem::path folder_, root_;
  bool mounted_ = false;
  std::uint64_t quota_bytes_ = 0;
  std::string problem_;
};

}  // namespace framespool::e2e
