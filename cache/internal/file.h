// Files, locks and mappings of this folder, released by their destructors. close() and munmap() appear only here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

#include "cache/error.h"

namespace framespool {

class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    if (this != &other) {
      reset();
      descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
  }
  ~File() { reset(); }

  // open(2) with O_CLOEXEC; on failure the file is not open and errno tells why.
  [[nodiscard]] static File open(const std::filesystem::path& path, int flags, unsigned mode = 0666);

  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void reset();

 private:
  int descriptor_ = -1;
};

class Mapping {
 public:
  Mapping() = default;
  // Takes ownership of a mapping made by mmap().
  Mapping(void* address, std::size_t bytes) : address_(address), bytes_(bytes) {}
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Mapping();
  [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(address_); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void* address_ = nullptr;
  std::size_t bytes_ = 0;
};

// Reads until the span is full or the file ends; how much was read, or -1 with errno.
[[nodiscard]] std::ptrdiff_t read_at(const File& file, std::span<std::byte> into, std::uint64_t offset);
// Writes all of it; 0, or the errno. Part of it may stand in the file after an error.
[[nodiscard]] int write_at(const File& file, std::span<const std::byte> from, std::uint64_t offset);

// Open-file-description locks on bytes that are only names, see docs/take-format.md.
inline constexpr std::uint64_t kWriterLock = 0;
inline constexpr std::uint64_t kReaderLock = 1;
enum class LockKind { shared, exclusive };
// False when somebody else holds it. A file system without locks counts as unlocked: true.
[[nodiscard]] bool try_lock(const File& file, std::uint64_t byte, LockKind kind);
void unlock(const File& file, std::uint64_t byte);
// Whether another open file holds `byte` exclusively.
[[nodiscard]] bool locked_exclusively_by_other(const File& file, std::uint64_t byte);

}  // namespace framespool
