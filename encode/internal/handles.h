// Owners of the C handles of this folder that are not FFmpeg's (those: av_handles.h). Nowhere else is
// anything closed or destroyed by hand.
#pragma once

#include <dirent.h>
#include <libdeflate.h>
#include <png.h>

#include <memory>

#include "cache/unique_fd.h"

namespace framespool {

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using DirectoryPtr = std::unique_ptr<DIR, DirectoryCloser>;

struct DeflateRelease {
  void operator()(libdeflate_compressor* compressor) const noexcept {
    libdeflate_free_compressor(compressor);
  }
};
using DeflatePtr = std::unique_ptr<libdeflate_compressor, DeflateRelease>;

// A libpng writer and its info block, which are destroyed together.
struct PngWriter {
  png_structp png = nullptr;
  png_infop info = nullptr;
  PngWriter() = default;
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
  ~PngWriter() {
    if (png) png_destroy_write_struct(&png, &info);
  }
};

// The same for reading.
struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  PngReader() = default;
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() {
    if (png) png_destroy_read_struct(&png, &info, nullptr);
  }
};

}  // namespace framespool
