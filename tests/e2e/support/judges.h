// What ffmpeg, ffprobe and pngcheck make of our files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace framespool::e2e {

using Bytes = std::vector<std::uint8_t>;

// Decoded by ffmpeg into packed "rgb24" or "rgba", all pictures one after the other.
Bytes decode(const std::filesystem::path& input, const std::string& pixel_format);
// A sequence, in order: the folder's `pattern` ("image-%04d.png").
Bytes decode_sequence(const std::filesystem::path& folder, const std::string& pixel_format,
                      const std::string& pattern = "image-%04d.png");
// YUV as BT.709 limited range to RGB with accurate rounding and full chroma interpolation.
Bytes decode_bt709(const std::filesystem::path& movie);

// One entry of the first video stream, as ffprobe prints it: probe(movie, "color_space") == "bt709".
std::string probe(const std::filesystem::path& movie, const std::string& entry);
// Pictures that come out of the decoder.
std::uint64_t count_pictures(const std::filesystem::path& movie);
// Presentation times of all packets, in order of time, in seconds.
std::vector<double> packet_times(const std::filesystem::path& movie);

// The whole file by pngcheck; "" when it has nothing to complain about.
std::string pngcheck(const std::filesystem::path& image);

Bytes file_bytes(const std::filesystem::path& path);
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);  // sorted

}  // namespace framespool::e2e
