#include "tests/e2e/support/judges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/e2e/support/program.h"

namespace framespool::e2e {

namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ',')) text.pop_back();
  return text;
}

Bytes ffmpeg(const std::vector<std::string>& input, const std::vector<std::string>& output) {
  std::vector<std::string> command{"ffmpeg", "-v", "error", "-nostdin"};
  command.insert(command.end(), input.begin(), input.end());
  command.insert(command.end(), output.begin(), output.end());
  command.insert(command.end(), {"-f", "rawvideo", "-"});
  const Finished decoded = run(command);
  EXPECT_EQ(decoded.status, 0) << decoded.err;
  EXPECT_EQ(decoded.err, "");
  return {decoded.out.begin(), decoded.out.end()};
}

std::string ffprobe(const std::filesystem::path& movie, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"ffprobe", "-v", "error", "-select_streams", "v:0"});
  arguments.insert(arguments.end(), {"-of", "csv=p=0", movie.string()});
  const Finished asked = run(arguments);
  EXPECT_EQ(asked.status, 0) << asked.err;
  return trimmed(asked.out);
}

}  // namespace

Bytes decode(const std::filesystem::path& input, const std::string& pixel_format) {
  return ffmpeg({"-i", input.string()}, {"-fps_mode", "passthrough", "-pix_fmt", pixel_format});
}

Bytes decode_sequence(const std::filesystem::path& folder, const std::string& pixel_format,
                      const std::string& pattern) {
  return ffmpeg({"-i", (folder / pattern).string()}, {"-fps_mode", "passthrough", "-pix_fmt", pixel_format});
}

Bytes decode_bt709(const std::filesystem::path& movie) {
  return ffmpeg({"-i", movie.string()}, {"-fps_mode", "passthrough", "-vf",
                                         "scale=in_color_matrix=bt709:in_range=limited:out_range=full:"
                                         "flags=accurate_rnd+full_chroma_int+full_chroma_inp",
                                         "-pix_fmt", "rgb24"});
}

std::string probe(const std::filesystem::path& movie, const std::string& entry) {
  return ffprobe(movie, {"-show_entries", "stream=" + entry});
}

std::uint64_t count_pictures(const std::filesystem::path& movie) {
  const std::string count = ffprobe(movie, {"-count_frames", "-show_entries", "stream=nb_read_frames"});
  return std::strtoull(count.c_str(), nullptr, 10);
}

std::vector<double> packet_times(const std::filesystem::path& movie) {
  std::istringstream lines(ffprobe(movie, {"-show_entries", "packet=pts_time"}));
  std::vector<double> times;
  for (std::string line; std::getline(lines, line);) times.push_back(std::strtod(line.c_str(), nullptr));
  std::sort(times.begin(), times.end());
  return times;
}

std::string pngcheck(const std::filesystem::path& image) {
  const Finished checked = run({"pngcheck", "-q", image.string()});
  return checked.status == 0 ? "" : checked.out + checked.err;
}

Bytes file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace framespool::e2e
