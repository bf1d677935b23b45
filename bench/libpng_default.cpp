// Bytes of raw frames (RGBA, the first of every STEP) as libpng writes them when nobody sets anything, in
// all: libpng_default FILE WIDTH HEIGHT STEP. What `--png small` is measured against.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "bench/libpng_bytes.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "libpng_default FILE WIDTH HEIGHT STEP\n");
    return 2;
  }
  const auto width = static_cast<std::uint32_t>(std::atoi(argv[2])),
             height = static_cast<std::uint32_t>(std::atoi(argv[3]));
  std::ifstream file(argv[1], std::ios::binary);
  std::vector<std::byte> frame(std::size_t{width} * height * 4);
  std::size_t bytes = 0;
  for (int number = 0;
       file.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size())); ++number)
    if (number % std::atoi(argv[4]) == 0)
      bytes += framespool::bench::libpng_default_bytes(frame, width, height);
  std::printf("%zu\n", bytes);
}
