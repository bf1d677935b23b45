// Raw frames to measure exporters with, on standard output: make_frames shader|interface|noise WIDTH HEIGHT
// FRAMES. RGBA, top to bottom, the same bytes on every machine.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/content.h"

int main(int argc, char** argv) {
  using framespool::bench::Content;
  for (const Content content : {Content::shader, Content::interface, Content::noise}) {
    if (argc != 5 || framespool::bench::content_name(content) != argv[1]) continue;
    for (int number = 0; number < std::atoi(argv[4]); ++number) {
      const auto frame =
          make_content(content, static_cast<std::uint32_t>(std::atoi(argv[2])),
                       static_cast<std::uint32_t>(std::atoi(argv[3])), static_cast<std::uint32_t>(number));
      if (std::fwrite(frame.data(), 1, frame.size(), stdout) != frame.size()) return 1;
    }
    return 0;
  }
  std::fprintf(stderr, "make_frames shader|interface|noise WIDTH HEIGHT FRAMES\n");
  return 2;
}
