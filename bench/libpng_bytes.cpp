#include "bench/libpng_bytes.h"

#include <png.h>

namespace framespool::bench {
namespace {

void count(png_structp png, png_bytep, std::size_t bytes) {
  *static_cast<std::size_t*>(png_get_io_ptr(png)) += bytes;
}
void flush(png_structp) {}

}  // namespace

std::size_t libpng_default_bytes(std::span<const std::byte> rgba, std::uint32_t width, std::uint32_t height) {
  std::size_t bytes = 0;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, count, flush);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_write_info(png, info);
  png_set_filler(png, 0, PNG_FILLER_AFTER);
  const auto* const pixels = reinterpret_cast<png_const_bytep>(rgba.data());
  for (std::size_t y = 0; y < height; ++y) png_write_row(png, pixels + y * width * 4);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

}  // namespace framespool::bench
