// Bytes of raw frames (RGBA, the first of every STEP) as libpng writes them when nobody sets anything, in
// all: libpng_default FILE WIDTH HEIGHT STEP. What `--png small` is measured against.
#include <png.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace {

void count(png_structp png, png_bytep, std::size_t bytes) {
  *static_cast<std::size_t*>(png_get_io_ptr(png)) += bytes;
}
void flush(png_structp) {}

// As RGB, like ours; an error of libpng ends the program.
std::size_t bytes_of(std::vector<png_byte>& rgba, png_uint_32 width, png_uint_32 height) {
  std::size_t bytes = 0;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, count, flush);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_write_info(png, info);
  png_set_filler(png, 0, PNG_FILLER_AFTER);
  for (png_uint_32 y = 0; y < height; ++y) png_write_row(png, &rgba[std::size_t{y} * width * 4]);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "libpng_default FILE WIDTH HEIGHT STEP\n");
    return 2;
  }
  const auto width = static_cast<png_uint_32>(std::atoi(argv[2])),
             height = static_cast<png_uint_32>(std::atoi(argv[3]));
  std::ifstream file(argv[1], std::ios::binary);
  std::vector<png_byte> frame(std::size_t{width} * height * 4);
  std::size_t bytes = 0;
  for (int number = 0;
       file.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size())); ++number)
    if (number % std::atoi(argv[4]) == 0) bytes += bytes_of(frame, width, height);
  std::printf("%zu\n", bytes);
}
