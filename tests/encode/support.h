// What the tests of this folder share: tiny frames with known pixels, a source that makes them, a folder of
// one's own.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "encode/sink.h"
#include "encode/source.h"

namespace framespool::test {

// A folder that is empty at the start and gone at the end, whatever else runs beside it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Names in a folder, sorted, hidden ones too.
std::vector<std::string> names_in(const std::filesystem::path& folder);
std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

struct Picture {  // top-down, RGBA unless said otherwise
  std::uint32_t width = 0, height = 0;
  std::vector<std::byte> pixels;
  [[nodiscard]] FrameView view(std::uint64_t number, PixelFormat format = PixelFormat::rgba8) const;
};
// Every byte differs from its neighbours, from row to row and from frame to frame.
Picture patterned(std::uint32_t width, std::uint32_t height, std::uint64_t number);
Picture flat(std::uint32_t width, std::uint32_t height, int red, int green, int blue);

// Gives `count` frames, bottom-up, made by patterned() or by `make`.
struct FakeFrames {
  std::uint64_t count = 1;
  std::uint32_t width = 16, height = 8;
  Rational rate{60, 1};
  ClockKind clock = ClockKind::fixed_step;
  std::vector<std::int64_t> stamps_ns{};  // empty: on the grid
  std::function<Picture(std::uint64_t)> make{};
  std::function<Result<void>(std::uint64_t)> before_frame{};  // may fail, or do something to the test
};
std::unique_ptr<FrameSource> fake_source(FakeFrames frames);

// Runs a program; its standard output (and error), and its exit status.
struct Ran {
  int status = -1;
  std::string output;
};
Ran run_program(const std::string& command);

}  // namespace framespool::test
