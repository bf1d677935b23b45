#include "tests/encode/support.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

namespace framespool::test {

TempFolder::TempFolder() {
  std::string name = (std::filesystem::path(testing::TempDir()) / "framespool-encode-XXXXXX").string();
  if (!::mkdtemp(name.data())) ADD_FAILURE() << "no temporary folder";
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

FrameView Picture::view(std::uint64_t number, PixelFormat format) const {
  FrameView view;
  view.pixels = pixels;
  view.width = width;
  view.height = height;
  view.stride_bytes = width * kBytesPerPixel;
  view.format = format;
  view.number = number;
  return view;
}

Picture patterned(std::uint32_t width, std::uint32_t height, std::uint64_t number) {
  Picture picture{width, height, std::vector<std::byte>(std::size_t{width} * height * kBytesPerPixel)};
  // Half of it noise, half of it smooth, so that every row filter has its day.
  std::uint32_t noise = static_cast<std::uint32_t>(number) * 2654435761u + 1;
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      for (std::uint32_t c = 0; c < 4; ++c) {
        noise = noise * 1664525u + 1013904223u;
        const std::uint32_t smooth = x * (c + 1) + y * 3 + c * 50 + static_cast<std::uint32_t>(number) * 17;
        picture.pixels[(std::size_t{y} * width + x) * 4 + c] =
            static_cast<std::byte>((y / 4) % 2 == 0 ? smooth : noise >> 24);
      }
  return picture;
}

Picture flat(std::uint32_t width, std::uint32_t height, int red, int green, int blue) {
  Picture picture{width, height, {}};
  for (std::size_t i = 0; i < std::size_t{width} * height; ++i)
    for (const int value : {red, green, blue, 255}) picture.pixels.push_back(static_cast<std::byte>(value));
  return picture;
}

namespace {

class FakeSource final : public FrameSource {
 public:
  explicit FakeSource(FakeFrames frames) : frames_(std::move(frames)) {
    if (!frames_.make)
      frames_.make = [w = frames_.width, h = frames_.height](std::uint64_t k) { return patterned(w, h, k); };
  }
  Result<SourceInfo> begin() override {
    SourceInfo info;
    info.frames = frames_.count;
    info.width = frames_.width;
    info.height = frames_.height;
    info.rate = frames_.rate;
    info.clock = frames_.clock;
    info.first_pts_ns = stamp(0);
    info.end_pts_ns = frames_.count > 0 ? stamp(frames_.count - 1) + step_time_ns(1, frames_.rate) : 0;
    return info;
  }
  Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) override {
    if (next_ == frames_.count) return std::optional<SourceFrame>{};
    if (frames_.before_frame)
      if (auto good = frames_.before_frame(next_); !good) return tl::unexpected(good.error());
    const Picture picture = frames_.make(next_);
    if (auto room = buffer.ensure("test.frame", picture.pixels.size()); !room)
      return tl::unexpected(room.error());
    const std::size_t stride = picture.width * kBytesPerPixel;
    for (std::size_t y = 0; y < picture.height; ++y)  // bottom-up, as OpenGL gives it
      std::copy_n(picture.pixels.data() + (picture.height - 1 - y) * stride, stride,
                  buffer.data() + y * stride);
    SourceFrame frame;
    frame.index = next_;
    frame.info.width = picture.width;
    frame.info.height = picture.height;
    frame.info.stride_bytes = stride;
    frame.info.payload_bytes = picture.pixels.size();
    frame.info.rate = frames_.rate;
    frame.info.clock = frames_.clock;
    frame.info.sequence = next_;
    frame.info.pts_ns = stamp(next_);
    if (next_ + 1 < frames_.count) frame.next_pts_ns = stamp(next_ + 1);
    ++next_;
    return frame;
  }
  Result<void> end() override { return {}; }

 private:
  [[nodiscard]] std::int64_t stamp(std::uint64_t k) const {
    return frames_.stamps_ns.empty() ? step_time_ns(k, frames_.rate) : frames_.stamps_ns.at(k);
  }
  FakeFrames frames_;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<FrameSource> fake_source(FakeFrames frames) {
  return std::make_unique<FakeSource>(std::move(frames));
}

Ran run_program(const std::string& command) {
  Ran ran;
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return ran;
  char part[4096];
  while (const std::size_t bytes = std::fread(part, 1, sizeof part, pipe)) ran.output.append(part, bytes);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return ran;
}

}  // namespace framespool::test
