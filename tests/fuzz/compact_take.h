// A take file in few bytes, so that a fuzzer changes what matters: of each page only the first 768 bytes, which is
// all that a header uses; the rest is zero. A chunk that begins with "HOLE" is a run of pages that nobody wrote. A
// last chunk that is not whole is where the file was cut off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cache/internal/take_layout.h"

namespace framespool::fuzz {

inline constexpr std::size_t kChunkBytes = 768;
inline constexpr std::size_t kMostPages = 64;
inline constexpr std::uint64_t kMostHolePages = 4096;
inline constexpr char kHole[] = "HOLE";  // then a u16: pages less one, modulo kMostHolePages

// The compact form of `file`. Bytes that it cannot hold are lost, runs of zero pages become holes.
[[nodiscard]] std::vector<std::uint8_t> compact(std::span<const std::uint8_t> file);

// What the image holds as long as it is in one piece and only the image wrote it; otherwise `bytes` is null.
struct ReadableImage {
  const std::uint8_t* bytes = nullptr;
  std::uint64_t length = 0;
};
inline ReadableImage readable_image;

// A file in memory that takes the form of one compact take after the other.
class TakeImage {
 public:
  TakeImage();
  ~TakeImage();
  TakeImage(const TakeImage&) = delete;
  TakeImage& operator=(const TakeImage&) = delete;

  // Lays out what `compact` says; chunks behind kMostPages are left out.
  void lay_out(std::span<const std::uint8_t> compact);
  // The file has the first `pages` of its pages only, or all of them.
  void show(std::size_t pages) const;
  // Somebody else is going to write to it.
  static void give_away() { readable_image = {}; }
  void show_all() const;
  // As if somebody recorded it.
  void lock_as_writer(bool on) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t chunks() const { return chunks_; }

 private:
  int descriptor_;
  std::string path_;
  std::vector<std::uint8_t> pages_;
  std::size_t chunks_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace framespool::fuzz
