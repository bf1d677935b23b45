// Exports a file of raw frames (RGBA, top to bottom) with Framespool's sinks and nothing else of the program,
// to be measured beside ffmpeg on the same file: export_raw FILE WIDTHxHEIGHT OUTPUT [--preset P] [--crf N]
// [--jobs N] [--level N]
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "encode/make_export.h"

namespace {

using namespace framespool;

class RawFile final : public FrameSource {
 public:
  RawFile(const char* path, std::uint32_t width, std::uint32_t height)
      : file_(path, std::ios::binary | std::ios::ate), width_(width), height_(height) {
    bytes_ = std::size_t{width} * height * kBytesPerPixel;
    frames_ = file_ ? static_cast<std::uint64_t>(file_.tellg()) / bytes_ : 0;
    file_.seekg(0);
  }
  Result<SourceInfo> begin() override {
    if (frames_ == 0) return fail(ErrorKind::usage, "raw file", "holds no frame");
    SourceInfo info;
    info.frames = frames_;
    info.width = width_;
    info.height = height_;
    info.end_pts_ns = step_time_ns(frames_, info.rate);
    return info;
  }
  Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) override {
    if (next_ == frames_) return std::optional<SourceFrame>{};
    if (auto room = buffer.ensure("export.frame", bytes_); !room) return tl::unexpected(room.error());
    file_.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(bytes_));
    SourceFrame frame;
    frame.index = next_++;
    frame.info.width = width_;
    frame.info.height = height_;
    frame.info.stride_bytes = width_ * kBytesPerPixel;
    frame.info.payload_bytes = bytes_;
    frame.info.row_order = RowOrder::top_down;
    return frame;
  }
  Result<void> end() override { return {}; }

 private:
  std::ifstream file_;
  std::uint32_t width_, height_;
  std::size_t bytes_ = 0;
  std::uint64_t frames_ = 0, next_ = 0;
};

int run(int argc, char** argv) {
  unsigned width = 0, height = 0;
  if (argc < 4 || argc % 2 != 0 || std::sscanf(argv[2], "%ux%u", &width, &height) != 2) {
    std::fprintf(stderr,
                 "export_raw FILE WIDTHxHEIGHT OUTPUT [--preset P] [--crf N] [--jobs N] [--level N]\n");
    return 2;
  }
  ExportOptions options;
  options.overwrite = true;
  for (int i = 4; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--preset") options.preset = argv[i + 1];
    if (option == "--crf") options.crf = std::atof(argv[i + 1]);
    if (option == "--jobs") options.jobs = std::atoi(argv[i + 1]);
    if (option == "--level") options.png_level = std::atoi(argv[i + 1]);
  }
  const auto target = parse_output(argv[3]);
  if (!target) return std::fprintf(stderr, "%s\n", target.error().line().c_str()), 2;
  auto sink = make_sink(*target, options);
  if (!sink) return std::fprintf(stderr, "%s\n", sink.error().line().c_str()), 1;
  ExportJob job(std::make_unique<RawFile>(argv[1], width, height), std::move(*sink), options, target->kind);
  job.start();
  const auto summary = job.wait();
  if (!summary) return std::fprintf(stderr, "%s\n", summary.error().line().c_str()), 1;
  std::printf("%.3f %llu\n", summary->elapsed_s, static_cast<unsigned long long>(summary->sink.bytes));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv);
}
