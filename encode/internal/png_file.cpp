#include "encode/internal/png_file.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "encode/internal/handles.h"
#include "cache/uninterrupted.h"

namespace framespool {
namespace {

constexpr std::size_t kPage = 4096;
// Smaller ones are written faster through the page cache, many at a time.
constexpr std::size_t kLeastDirect = 512 << 10;

// What libpng's callbacks work on; lives in write_png().
struct Output {
  int fd = -1;
  png_bytep lead = nullptr;
  std::array<png_byte, 512> staged;  // the small chunks around the picture's data go out together
  std::size_t staged_bytes = 0;
  PngWritten* result = nullptr;
};

bool write_fully(Output& output, const png_byte* data, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t written = uninterrupted([&] { return ::write(output.fd, data, bytes); });
    if (written <= 0) {
      output.result->error_number = written < 0 ? errno : ENOSPC;
      return false;
    }
    output.result->bytes += static_cast<std::uint64_t>(written);
    data += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

bool set_direct(int fd, bool on) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

// Past the page cache: writes `bytes`, whole pages from the beginning of the file, and adds to `done` what was taken:
// less than all where the file system does not write so after all. False after an error.
bool write_directly(Output& output, const png_byte* data, std::size_t bytes, std::size_t& done) {
  if (!set_direct(output.fd, true)) return true;
  int failed = 0;
  while (done < bytes && done % kPage == 0 && failed == 0) {
    const ssize_t written = uninterrupted([&] { return ::write(output.fd, data + done, bytes - done); });
    if (written > 0)
      done += static_cast<std::size_t>(written);
    else
      failed = written < 0 ? errno : ENOSPC;
  }
  output.result->bytes += done;
  output.result->direct_bytes += done;
  if (!set_direct(output.fd, false) && failed == 0) failed = errno;
  if (failed == 0 || failed == EINVAL) return true;
  output.result->error_number = failed;
  return false;
}

// The stream, and what is staged, in the memory before it. A large picture's pages cost several times as much through
// the page cache, where each is found, copied to and written back later, as the disk takes for them.
bool write_stream(Output& output, const png_byte* stream, std::size_t bytes) {
  const std::size_t staged = std::exchange(output.staged_bytes, 0);
  std::memcpy(output.lead, output.staged.data(), staged);
  const png_byte* const file = stream - staged;
  const std::size_t whole_pages = (staged + bytes) / kPage * kPage;
  std::size_t done = 0;
  if (whole_pages >= kLeastDirect && reinterpret_cast<std::uintptr_t>(file) % kPage == 0 &&
      !write_directly(output, file, whole_pages, done))
    return false;
  return write_fully(output, file + done, staged + bytes - done);
}

bool flush_staged(Output& output) {
  const std::size_t bytes = std::exchange(output.staged_bytes, 0);
  return write_fully(output, output.staged.data(), bytes);
}

void on_write(png_structp png, png_bytep data, std::size_t bytes) {
  Output& output = *static_cast<Output*>(png_get_io_ptr(png));
  if (output.lead && output.lead + output.staged_bytes == data && output.result->bytes == 0) {
    if (!write_stream(output, data, bytes)) png_error(png, "write failed");
    return;
  }
  if (bytes > output.staged.size() - output.staged_bytes && !flush_staged(output))
    png_error(png, "write failed");
  if (bytes > output.staged.size()) {
    if (!write_fully(output, data, bytes)) png_error(png, "write failed");
    return;
  }
  std::memcpy(output.staged.data() + output.staged_bytes, data, bytes);
  output.staged_bytes += bytes;
}

void on_flush(png_structp png) {
  if (!flush_staged(*static_cast<Output*>(png_get_io_ptr(png)))) png_error(png, "write failed");
}

void put_big_endian(png_byte* to, std::size_t value) {
  for (int k = 0; k < 4; ++k) to[k] = static_cast<png_byte>(value >> (24 - 8 * k));
}

// A chunk of image data as png_write_chunk() would write it. libpng's checksum is zlib's, which takes several
// times as long.
void write_image_data(png_structp png, png_const_bytep data, std::size_t bytes) {
  png_byte head[8] = {0, 0, 0, 0, 'I', 'D', 'A', 'T'}, checksum[4];
  put_big_endian(head, bytes);
  put_big_endian(checksum, libdeflate_crc32(libdeflate_crc32(0, head + 4, 4), data, bytes));
  on_write(png, head, sizeof head);
  on_write(png, const_cast<png_bytep>(data), bytes);
  on_write(png, checksum, sizeof checksum);
}

// Nothing with a destructor lives here or in the callbacks between.
struct Chunks {
  png_infop info;
  const PngPicture* picture;
};

bool write_chunks(png_structp png, void* context) {
  const auto& [info, picture_at] = *static_cast<const Chunks*>(context);
  const PngPicture& picture = *picture_at;
  // A chunk's length has 31 bits.
  constexpr std::size_t kLargestChunk = std::size_t{1} << 30;
  const png_byte iend[5] = {'I', 'E', 'N', 'D', 0};
  png_set_IHDR(png, info, picture.width, picture.height, 8,
               picture.alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_write_info(png, info);
  const auto* data = reinterpret_cast<png_const_bytep>(picture.zlib_stream.data());
  for (std::size_t at = 0; at < picture.zlib_stream.size(); at += kLargestChunk)
    write_image_data(png, data + at, std::min(kLargestChunk, picture.zlib_stream.size() - at));
  png_write_chunk(png, iend, nullptr, 0);
  on_flush(png);
  return true;
}

}  // namespace

PngWritten write_png(int fd, const PngPicture& picture, PngMemory& memory) noexcept {
  PngWritten result;
  Output output;
  output.fd = fd;
  output.lead = reinterpret_cast<png_bytep>(picture.lead);
  output.result = &result;
  memory.reset();
  PngWriter writer;
  writer.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &result.reason, keep_reason_and_jump,
                                         ignore_warning, &memory, PngMemory::on_malloc, PngMemory::on_free);
  if (writer.png) writer.info = png_create_info_struct(writer.png);
  if (!writer.info) {
    std::snprintf(result.reason.data(), result.reason.size(), "libpng has no memory");
    return result;
  }
  png_set_write_fn(writer.png, &output, on_write, on_flush);
  Chunks chunks{writer.info, &picture};
  result.ok = run_until_jump(writer.png, write_chunks, &chunks);
  return result;
}

}  // namespace framespool
